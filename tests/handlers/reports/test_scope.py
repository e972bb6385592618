"""The scope line, the menus and the meanings of a report's page."""

import re
from collections.abc import AsyncIterator, Callable
from html import unescape
from pathlib import Path

import pytest

from handlers.reports.definitions import find_definition
from handlers.reports.desk_state import DeskState
from handlers.reports.export_links import image_query_string, shared_addresses
from handlers.reports.report_groups import find_twins
from handlers.reports.table import filter_sort_page
from handlers.serving.server import run_server
from tests.handlers.accounts.migrated_database import prepare_database
from tests.noon import start_noon_clock
from tests.waiting import wait_until
from utilities.config.settings import Settings
from utilities.google.field_names import field_heading
from utilities.model.frames import Column, Frame, ValueKind
from utilities.reports import Report
from utilities.services import load_catalogue
from utilities.sources.ga4 import Ga4Query
from utilities.sources.pageviews import site_queries

SITES = """sites:
  - {name: shop, domains: [shop.example.com]}
  - {name: blog, domains: [blog.example.com], zone: Asia/Kathmandu}
"""
BOARD = "title: Lobby\ntiles: [{report: site-pages, view: table, place: [1, 1, 12, 12]}]\n"
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"


@pytest.fixture
async def address(settings: Callable[..., Settings], tmp_path: Path) -> AsyncIterator[str]:
    """The address of a Foyer with two sites, without Google."""
    (tmp_path / "boards").mkdir()
    (tmp_path / "boards" / "lobby.yaml").write_text(BOARD)
    (tmp_path / "boards" / "sites.yaml").write_text(SITES)
    own = settings(boards_dir=tmp_path / "boards", port=0)
    prepare_database(own)
    async with run_server(own, start_noon_clock()) as (_, port):
        yield f"http://localhost:{port}"


async def read_links(address: str, fetch: Callable, path: str) -> dict[str, str]:
    """Returns the addresses of the links of a page that have an id."""
    page = (await fetch(address + path)).body.decode()
    return {name: unescape(href) for name, href in re.findall(r'<a id="([^"]+)"[^>]* href="([^"]*)"', page)}


async def test_report_of_one_site_can_be_switched_to_another_and_keeps_the_rest(address: str, fetch: Callable):
    links = await read_links(address, fetch, "/reports/site-pages?from=now-6d/d&to=now&country=Germany&sort=-views")
    assert links["site-2"] == "?from=now-6d%2Fd&to=now&country=Germany&site=blog&sort=-views"
    page = (await fetch(f"{address}/reports/site-pages?site=blog")).body.decode()
    assert '<a id="site-2" href="?site=blog" aria-current="true">' in page
    assert re.search(r"<summary>blog</summary>", page)
    assert "<summary>shop</summary>" in (await fetch(f"{address}/reports/site-pages")).body.decode()


@pytest.mark.parametrize(
    ("path", "current", "links"),
    [
        ("/reports/site-pages?from=2026-11-14&to=2026-11-20&compare=year", "year", {"compare", "compare-nothing"}),
        ("/reports/site-pages?from=2026-11-20&to=2026-11-20&compare=week", "week", {"compare", "compare-year"}),
        ("/reports/site-totals?from=2026-11-14&to=2026-11-20&compare=year", "year", {"compare"}),
        ("/?from=2026-11-14&to=2026-11-20&compare=year", "year", {"compare", "compare-nothing"}),
        ("/boards/lobby/desk?from=2026-11-14&to=2026-11-20&compare=year", "year", {"compare", "compare-nothing"}),
    ],
)
async def test_same_weekdays_of_last_year_and_last_week_can_be_chosen(
    address: str, fetch: Callable, path: str, current: str, links: set[str]
):
    offered = await read_links(address, fetch, path)
    assert links <= offered.keys()
    assert ("compare-nothing" in offered) == ("totals" not in path), "what has its own comparison always has one"
    page = (await fetch(address + path)).body.decode()
    assert re.search(rf'id="compare-{current}" href="[^"]*compare={current}[^"]*" aria-current="true"', page)
    assert not re.search(r'id="compare(-nothing)?" [^>]*aria-current', page)


@pytest.mark.parametrize("compare", ["year", "week"])
async def test_every_format_compares_with_the_same_weekdays(address: str, fetch: Callable, compare: str):
    for path in ("site-totals.json", "site-by-day.json", "site-devices.csv", "site-by-day.svg"):
        answer = await fetch(f"{address}/reports/{path}?from=2026-11-14&to=2026-11-20&compare={compare}")
        assert (path, answer.code) == (path, 200)
    assert (await fetch(f"{address}/reports/site-by-day.json?compare={compare}s")).code == 400


async def test_desk_of_a_board_has_the_scope_line_and_adds_a_filter_to_the_address(address: str, fetch: Callable):
    page = (await fetch(f"{address}/boards/lobby/desk?from=now-6d/d&to=now&site=blog")).body.decode()
    assert all(f'id="menu-{name}"' in page for name in ("site", "days", "compare", "filter"))
    assert "<summary>Last 7 days" in page
    assert 'id="site-2" href="?site=blog&amp;from=now-6d%2Fd&amp;to=now" aria-current="true"' in page
    form = "from=now-6d/d&to=now&filter=country&value=Germany"
    added = await fetch(f"{address}/boards/lobby/desk?{form}", follow_redirects=False)
    assert added.headers["Location"] == "/boards/lobby/desk?from=now-6d%2Fd&to=now&country=Germany"
    filtered = (await fetch(f"{address}{added.headers['Location']}")).body.decode()
    assert 'id="without-1"' in filtered
    assert (await fetch(f"{address}/boards/lobby/desk?filter=zone&value=1")).code == 400


async def test_form_adds_a_filter_to_the_address(address: str, fetch: Callable):
    for added, query in (
        ("filter=country&value=Germany", "?site=blog&country=Germany"),
        ("filter=page&value=pricing", "?site=blog&page=%2Fpricing"),
        ("filter=contry&value=Germany", ""),
        ("filter=site&value=shop", ""),
    ):
        answer = await fetch(f"{address}/reports/site-pages?site=blog&{added}", follow_redirects=False)
        expected = (302, f"/reports/site-pages{query}") if query else (400, None)
        assert (answer.code, answer.headers.get("Location")) == expected


async def test_filters_are_chips_that_can_be_removed_one_by_one_or_together(address: str, fetch: Callable):
    links = await read_links(address, fetch, "/reports/site-pages?page=/pricing&device=desktop&site=blog")
    removed = {links["without-1"], links["without-2"]}
    assert removed == {"?site=blog&device=desktop", "?site=blog&page=%2Fpricing"}
    assert links["without-all"] == "?site=blog"


async def test_every_report_names_its_boards_and_offers_files_and_addresses(address: str, fetch: Callable):
    for name, query, on_boards in (
        ("site-pages", "?from=now%2Fd", True),
        ("site-totals", "?from=now%2Fd", False),
        ("google-pages", "", False),  # not configured
    ):
        page = unescape((await fetch(f"{address}/reports/{name}{query}")).body.decode())
        assert ("On boards: " in page and "Lobby" in page) is on_boards
        for ending in ("csv", "json", "png", "svg"):
            assert f'href="/reports/{name}.{ending}{query}"' in page
        assert f"{address}/reports/{name}.svg" in page
        assert "Put on a board" in page


async def test_drawn_column_can_be_selected_and_stays_in_links_and_pictures(address: str, fetch: Callable):
    for site in ("shop", "blog"):
        url = f"{address}/a.gif?url=https%3A%2F%2F{site}.example.com%2Fpricing"
        assert (await fetch(url, headers={"User-Agent": AGENT})).code == 200
    url, pages = f"{address}/reports/site-pages?series=exits&site=blog", [""]

    async def is_drawn() -> bool:
        pages.append(unescape((await fetch(url)).body.decode()))
        return "Column that is drawn" in pages[-1]

    await wait_until(is_drawn)
    assert re.search(
        r'<a id="series-\d" href="\?site=blog&series=exits" aria-current="true"><bdi>Exits</bdi>', pages[-1]
    )
    assert "/reports/site-pages.svg?site=blog&series=exits" in pages[-1]
    assert "options:\n    series: [exits]" in pages[-1]
    assert "What the columns mean" in pages[-1]
    assert "Visits that ended on this page." in pages[-1]


async def test_foot_of_every_page_leads_to_help(address: str, fetch: Callable):
    page = (await fetch(f"{address}/reports")).body.decode()
    for path in ("/keyboard", "/counting"):
        assert f'href="{path}"' in page
        assert (await fetch(address + path)).code == 200


def test_table_shows_the_change_of_each_figure_and_its_share():
    columns = (
        Column("page", "Page", ValueKind.TEXT),
        Column("views", "Views", ValueKind.INTEGER),
        Column("views:previous", "Views before", ValueKind.INTEGER),
        Column("bounceRate", "Bounce rate", ValueKind.FRACTION),
        Column("bounceRate:previous", "Bounce rate before", ValueKind.FRACTION),
    )
    table = filter_sort_page(
        Frame(columns, (("/a", 80, 50, 0.4, 0.42), ("/b", 20, 0, None, 0.5), ("/c", 0, 0, 0, None)))
    )
    texts = [{place: change.sentence for place, change in each.items()} for each in table.changes]
    assert texts == [{1: "+60% from 50", 3: "−2.0 pt from 42.00%"}, {1: "new from 0"}, {1: "0% from 0"}]
    assert (table.shares, table.ranked) == ((100.0, 25.0, 0.0), "views")
    assert [heading.is_previous for heading in table.headings] == [False, False, True, False, True]


def columns_of(report: Report) -> list[Column]:
    """Returns the columns of a report that is one query."""
    if isinstance(report.query, Ga4Query):
        keys = (*report.query.dimensions, *report.query.metrics)
        return [Column(key, field_heading(key), ValueKind.TEXT) for key in keys]
    query = site_queries().get(getattr(report.query, "question", ""))
    return list(query.columns) if query else []


def test_every_column_of_every_report_has_a_meaning():
    evident = {"country", "browser"}  # of Google; our own have theirs
    for report in load_catalogue().reports.values():
        if report.build is not None:
            continue
        is_own = report.sources == ("pageviews",)
        missing = {each.key for each in columns_of(report) if not find_definition(each, is_own=is_own)}
        assert missing <= evident, report.name


def test_reports_of_the_same_term_by_other_sources_are_twins():
    reports = load_catalogue().reports
    assert find_twins("site-countries", reports) == ["google-countries"]
    assert find_twins("google-totals", reports) == ["site-totals"]
    assert find_twins("defined-by-a-board", reports) == []


def test_lines_for_a_wiki_are_escaped():
    state = DeskState({"page": '/a"b', "rows": "5"}, view="bar", series="exits")
    query = image_query_string(state, "bar")
    assert query == "?page=%2Fa%22b&view=bar&series=exits"
    shared = shared_addresses("https://foyer.example.com", "site-pages", 'A "big" [page]', state, query)
    assert shared.wiki_html.count('"') == 6
    assert '![A "big" \\[page\\]](https://foyer.example.com/reports/site-pages.svg?page=' in shared.wiki_markdown
