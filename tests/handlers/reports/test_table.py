"""A table at a desk: its order, its words, its parts; and what is pasted to see it on a wall."""

from datetime import timedelta
from pathlib import Path

import pytest

from handlers.reports.table import ROWS_PER_PAGE, filter_sort_page
from handlers.reports.yaml_snippet import board_report_yaml, tile_yaml
from tests.handlers.reports.conftest import PAGES
from utilities.config.boards import Boards
from utilities.model.frames import Column, Frame, ValueKind
from utilities.reports import Report
from utilities.services import load_catalogue
from utilities.sources.ga4 import Ga4Filter, Ga4Query
from utilities.sources.pageviews import PageViewAsk

MANY = Frame(
    (Column("path", "Page", ValueKind.TEXT), Column("views", "Views", ValueKind.INTEGER)),
    tuple((f"/{n}", None if n == 7 else n) for n in range(120)),
)


def test_greatest_comes_first_least_at_the_second_click_and_what_nobody_knows_last():
    first = filter_sort_page(MANY).headings[1].sort
    second = filter_sort_page(MANY, sort=first).headings[1].sort
    assert (first, second) == ("-views", "views")
    assert filter_sort_page(MANY, sort=first).rows[0] == ("/119", "119")
    assert filter_sort_page(MANY, sort=second).rows[0] == ("/0", "0")
    for sort in (first, second):
        assert filter_sort_page(MANY, sort=sort, page=3).rows[-1] == ("/7", "–")
    assert filter_sort_page(MANY, sort=second).headings[1].order == "ascending"


def test_rows_are_found_by_all_their_words_as_people_read_them():
    assert [row[0] for row in filter_sort_page(PAGES, "21,480 PRICING").rows] == ["/pricing"]
    assert filter_sort_page(PAGES, "nobody wrote this").rows == ()


def test_parts_hold_every_row_once():
    parts = [filter_sort_page(MANY, page=part) for part in (1, 2, 3)]
    assert sum((part.rows for part in parts), ()) == all_rows()
    assert [(part.first, len(part.rows)) for part in parts] == [(1, ROWS_PER_PAGE), (51, ROWS_PER_PAGE), (101, 20)]
    assert filter_sort_page(MANY, page=99).page == 3


def all_rows() -> tuple[tuple[str, ...], ...]:
    return tuple((f"/{n}", "–" if n == 7 else str(n)) for n in range(120))


@pytest.mark.parametrize(
    "pasted",
    [
        tile_yaml(Report("site-pages", "Pages", ("pageviews",)), "bar"),
        board_report_yaml(
            Report(
                "site-pages",
                "What's read: “more”?",
                ("pageviews",),
                ask=PageViewAsk("pages", first="now-1d/d", last="now-1d/d", limit=100),
                refresh_every=timedelta(seconds=90),
            ),
            "table",
        ),
        board_report_yaml(
            Report(
                "people-sources",
                "Sources",
                ("ga4",),
                ask=Ga4Query(("sessionSource",), ("sessions",), filters=(Ga4Filter("country", "no", negate=True),)),
                headings={"sessionSource": "yes: no"},
                ranks={"sessions": 1},
            ),
            "pie",
        ),
    ],
)
def test_what_is_pasted_is_a_board(pasted: str, tmp_path: Path):
    (tmp_path / "office.yaml").write_text(f"title: Office\n{pasted}")
    known = load_catalogue()
    Boards(tmp_path, known.add_board).load()
    assert len(known.of_board["office"]) == ("reports:" in pasted)
