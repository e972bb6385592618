"""The table of a desk page: sorting, searching, paging; and the YAML for a board."""

from datetime import timedelta
from pathlib import Path

import pytest

import utilities.rendering.views
from handlers.reports.presenter import cut_rows_text
from handlers.reports.table import ROWS_PER_PAGE, filter_sort_page
from handlers.reports.yaml_snippet import board_report_yaml, tile_yaml
from tests.handlers.reports.conftest import PAGES
from utilities.config.boards import Boards
from utilities.config.discovery import discover_units
from utilities.model.frames import Column, Frame, ValueKind
from utilities.rendering.views import View
from utilities.reports import Report
from utilities.services import load_catalogue
from utilities.sources.ga4 import Ga4Filter, Ga4Query
from utilities.sources.pageviews import PageViewQuery

MANY = Frame(
    (Column("path", "Page", ValueKind.TEXT), Column("views", "Views", ValueKind.INTEGER)),
    tuple((f"/{n}", None if n == 7 else n) for n in range(120)),
)


def test_first_click_sorts_descending_second_ascending_and_unknown_values_are_last():
    first = filter_sort_page(MANY).headings[1].sort
    second = filter_sort_page(MANY, sort=first).headings[1].sort
    assert (first, second) == ("-views", "views")
    assert filter_sort_page(MANY, sort=first).rows[0] == ("/119", "119")
    assert filter_sort_page(MANY, sort=second).rows[0] == ("/0", "0")
    for sort in (first, second):
        assert filter_sort_page(MANY, sort=sort, page=3).rows[-1] == ("/7", "–")
    assert filter_sort_page(MANY, sort=second).headings[1].order == "ascending"


def test_search_matches_all_words_of_formatted_rows():
    assert [row[0] for row in filter_sort_page(PAGES, "21,480 PRICING").rows] == ["/pricing"]
    assert filter_sort_page(PAGES, "nobody wrote this").rows == ()


def test_pages_hold_every_row_once():
    pages = [filter_sort_page(MANY, page=part) for part in (1, 2, 3)]
    assert sum((page.rows for page in pages), ()) == all_rows()
    assert [(page.first, len(page.rows)) for page in pages] == [(1, ROWS_PER_PAGE), (51, ROWS_PER_PAGE), (101, 20)]
    assert filter_sort_page(MANY, page=99).page == 3


def all_rows() -> tuple[tuple[str, ...], ...]:
    return tuple((f"/{n}", "–" if n == 7 else str(n)) for n in range(120))


VIEWS = {view.name: view for view in discover_units(utilities.rendering.views, "VIEW", View)}


@pytest.mark.parametrize(
    "snippet",
    [
        tile_yaml(Report("site-pages", "Pages", ("pageviews",)), VIEWS["bar"], {"series": ("exits",)}),
        board_report_yaml(
            Report(
                "site-pages",
                "What's read: “more”?",
                ("pageviews",),
                query=PageViewQuery("pages", first="now-1d/d", last="now-1d/d", limit=100),
                refresh_every=timedelta(seconds=90),
            ),
            VIEWS["table"],
        ),
        board_report_yaml(
            Report(
                "people-sources",
                "Sources",
                ("ga4",),
                query=Ga4Query(("sessionSource",), ("sessions",), filters=(Ga4Filter("country", "no", negate=True),)),
                headings={"sessionSource": "yes: no"},
                ranks={"sessions": 1},
            ),
            VIEWS["pie"],
        ),
    ],
)
def test_snippet_is_a_valid_board(snippet: str, tmp_path: Path):
    (tmp_path / "office.yaml").write_text(f"title: Office\n{snippet}")
    catalogue = load_catalogue()
    Boards(tmp_path, catalogue.add_board).load()
    assert len(catalogue.reports) - len(catalogue.built_in) == ("reports:" in snippet)


@pytest.mark.parametrize(("total", "rest"), [(30, "; “(other)” is all others together"), (31, "")])
def test_only_a_row_that_has_all_others_is_called_so(total: int, rest: str):
    columns = (Column("page", "Page", ValueKind.TEXT), Column("views", "Views", ValueKind.INTEGER))
    rows = (("/a", 20), ("(other)", 10))  # Google's (other) is what it does not name, and more rows are missing
    frame = Frame(columns, rows, total_rows=9, totals={"views": total})
    assert cut_rows_text(frame) == f"These are the first 1 of 9 rows{rest}."
