"""Page titles lose the ending that a site puts behind them, and never become alike."""

import pytest

from utilities.model.frames import Column, Frame, ValueKind
from utilities.model.page_titles import shorten_titles

TITLE, VIEWS = Column("title", "Title", ValueKind.TEXT), Column("views", "Views", ValueKind.INTEGER)
PATH = Column("path", "Page", ValueKind.TEXT)


@pytest.mark.parametrize(
    ("titles", "short"),
    [
        (["A | Example", "B | Example", "C | Example", "Home"], ["A", "B", "C", "Home"]),
        (["גיבויים – דוגמה", "ב – דוגמה", "ג – דוגמה"], ["גיבויים", "ב", "ג"]),
        (["価格｜例", "会社｜例", "採用｜例"], ["価格", "会社", "採用"]),
        (["A – B - Example", "C - D - Example", "E - Example"], ["A – B", "C - D", "E"]),
        (["A | Example", "A", "B | Example", "C | Example"], ["A | Example", "A", "B", "C"]),  # two would be alike
        (["A | Example", "B | Example", "C"], ["A", "B", "C"]),
        (["A | Example", "B | Example", "C - Docs"], ["A | Example", "B | Example", "C - Docs"]),  # two are no habit
        (["A | Example", "B", "C"], ["A | Example", "B", "C"]),
        (["Part 1 - Intro", "Part 2 - Sea", "Part 3 - Land"], ["Part 1 - Intro", "Part 2 - Sea", "Part 3 - Land"]),
        (["well-known", "", None, "| Example", " | "], ["well-known", "", None, "| Example", " | "]),
    ],
)
def test_an_ending_that_most_titles_share_is_left_out(titles: list[str | None], short: list[str | None]):
    frame = Frame((TITLE, VIEWS), tuple((title, 1) for title in titles))
    assert list(shorten_titles(frame).column_values("title")) == short


@pytest.mark.parametrize(
    ("home", "pricing"), [("Example: backups that restore", "Pricing"), ("Welcome", "Pricing | Example")]
)
def test_the_home_page_names_the_site_where_few_pages_are_there(home: str, pricing: str):
    frame = Frame((PATH, VIEWS, TITLE), (("/", 2, home), ("/pricing", 1, "Pricing | Example"), ("/a", 1, "A tour")))
    assert shorten_titles(frame).column_values("title") == (home, pricing, "A tour")
    assert frame.column_values("title")[1] == "Pricing | Example"  # CSV, JSON and the API have the frame itself
