"""The overview of one site: its figures are the reports', and what is not there is not made up."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from html import unescape

import pytest
from tornado.escape import json_decode
from tornado.httpclient import HTTPResponse

from handlers.overview.hours import complete_day
from handlers.reports.definitions import OWN_DEFINITIONS
from handlers.reports.scope import label_previous_period
from tests.handlers.accounts.conftest import FoyerServer, StartFoyer, provider, start_local_foyer
from tests.waiting import wait_until
from utilities.model.figure_change import compare_figures
from utilities.model.formats import format_value
from utilities.model.frames import Column, DateRange, Frame, Value, ValueKind
from utilities.model.period_words import format_days

__all__ = ["provider", "start_local_foyer"]

AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
TELEVISION = "Mozilla/5.0 (SMART-TV; Linux; Tizen 5.0) AppleWebKit/538.1 (KHTML, like Gecko) TV Safari/538.1"
FIGURE = re.compile(r'class="about".*?>([^<]+)</.*?<strong>(.*?)</strong>', re.DOTALL)
ROW = re.compile(r'<th scope="row">.*?<bdi>(.*?)</bdi>.*?<td class="figure">(.*?)</td>', re.DOTALL)

Fetch = Callable[..., Awaitable[HTTPResponse]]
COUNT, RATE = Column("visits", "Visits", ValueKind.INTEGER), Column("bounceRate", "Bounce rate", ValueKind.FRACTION)


@pytest.fixture
async def foyer(start_local_foyer: StartFoyer) -> AsyncIterator[FoyerServer]:
    """A Foyer without Google and without any page view."""
    foyer = await start_local_foyer()
    await foyer.services.refresher.start()
    yield foyer
    await foyer.services.refresher.stop()


async def read_overview(foyer: FoyerServer, fetch: Fetch, query: str = "") -> str:
    return (await fetch(f"{foyer.address}/{query}")).body.decode()


async def read_report(foyer: FoyerServer, fetch: Fetch, name: str, query: str) -> list[dict[str, str]]:
    """Returns the rows of a report, each by column key and formatted as people read them."""
    answer = json_decode((await fetch(f"{foyer.address}/reports/{name}.json{query}")).body)
    columns = [(each["key"], ValueKind(each["kind"])) for each in answer["columns"]]
    return [
        {key: format_value(value, kind) for (key, kind), value in zip(columns, row, strict=True)}
        for row in answer["rows"]
    ]


@pytest.mark.parametrize(
    "queries",
    [
        ("", "?from=now/d&to=now", "?figure=views"),
        ("?from=now-27d/d&to=now", "?page=/2", "?channel=Direct"),  # of the visit that contains the page
    ],
)
async def test_overview_has_the_figures_of_the_reports(foyer: FoyerServer, fetch: Fetch, queries: Sequence[str]):
    for page in range(1, 4):
        for _ in range(page):
            url = f"{foyer.address}/a.gif?url=https%3A%2F%2Fexample.com%2F{page}"
            assert (await fetch(url, headers={"User-Agent": AGENT})).code == 200
    keys = ("visitors", "visits", "views", "viewsPerVisit", "bounceRate", "visitLength")

    async def agrees(query: str) -> bool:
        report_query = "" if query.startswith("?figure") else query
        html = await read_overview(foyer, fetch, query)
        totals = await read_report(foyer, fetch, "site-totals", report_query)
        pages = await read_report(foyer, fetch, "site-pages", report_query)
        figures = [value for _, value in FIGURE.findall(html)]
        rows = [(unescape(name), value) for name, value in ROW.findall(html)]
        return (
            figures[2:3] == ["6"]
            and figures == [row[key] for row in totals for key in keys]
            and bool(pages)
            and rows[: len(pages)] == [(row["path"], row["views"]) for row in pages]
            and ("by hour" in html) == ("from=now/d" in query)
            and "page=%2F" in html  # a row is a link that filters
        )

    for query in queries:
        await wait_until(partial(agrees, query))


async def test_days_or_filters_without_page_views_say_so_and_lead_to_more(foyer: FoyerServer, fetch: Fetch):
    url = f"{foyer.address}/a.gif?url=https%3A%2F%2Fexample.com%2F"
    assert (await fetch(url, headers={"User-Agent": AGENT})).code == 200

    async def says(query: str, *words: str) -> bool:
        html = re.sub(r"\s+", " ", await read_overview(foyer, fetch, query))
        return all(each in html for each in words)

    since = "Page views have been counted since 20"
    await wait_until(lambda: says("", "<strong>1</strong>", f'<p id="uncompared" class="quiet">{since}'))
    html = await read_overview(foyer, fetch)
    assert (html.count(since), ">Change</th>" in html) == (1, False)
    assert since not in await read_overview(foyer, fetch, "?compare=false")
    await wait_until(lambda: says("?page=/nothing", "with this filter", 'id="unfiltered" href="?"', 'id="longer"'))
    await wait_until(lambda: says("?from=now-2d/d&to=now-2d/d", "No page views on", "Last 28 days"))


async def test_actions_are_of_the_figures_shown_and_lead_somewhere(foyer: FoyerServer, fetch: Fetch):
    for _ in range(2):
        url = f"{foyer.address}/a.gif?url=https%3A%2F%2Fexample.com%2F"
        assert (await fetch(url, headers={"User-Agent": AGENT})).code == 200
    html = ""

    async def has_figures() -> bool:
        nonlocal html
        html = await read_overview(foyer, fetch, "?from=now-2d/d&to=now&country=Germany&compare=false")
        return "No page views on" in html

    await wait_until(has_figures)
    addresses = {unescape(each) for each in re.findall(r'href="(/(?:reports|links)[^"]*)"', html)}
    assert len([each for each in addresses if ".csv?" in each]) == 6
    for each in addresses:
        assert each in ("/reports", "/links") or "country%3DGermany" in each or "country=Germany" in each, each
        assert (await fetch(foyer.address + each, raise_error=False)).code in (200, 503), each
    assert "country: Germany" in unescape(html)
    assert "series: [visitors]" in html
    assert OWN_DEFINITIONS["visitors"] in html
    assert "change better" not in html
    added = await fetch(f"{foyer.address}/?filter=page&value=pricing", follow_redirects=False, raise_error=False)
    assert (added.code, added.headers["Location"]) == (302, "/?page=%2Fpricing")


async def test_overview_without_any_page_view_has_the_line_to_paste(foyer: FoyerServer, fetch: Fetch):
    pages: list[str] = []

    async def has_answer() -> bool:
        pages.append(await read_overview(foyer, fetch))
        return "Nothing was ever counted" in pages[-1]

    await wait_until(has_answer)
    page = pages[-1]
    assert re.search(r"<pre [^>]*>&lt;script async src=&#34;\S+/a.js&#34;&gt;&lt;/script&gt;</pre>", page)
    assert "<strong>" not in page, "0 would be a figure"


async def test_address_with_a_mistake_is_refused_and_wrong_days_keep_the_form(foyer: FoyerServer, fetch: Fetch):
    for path, words in {
        "/?count=gogle": "`count` must be own or google",
        "/?form=now/d": "perhaps it should be `from`",
        "/?figure=visitor": "`figure` must be one of visitors",
        "/?content=page": "`content` must be one of pages, landing, exit",
        "/?compare=ture": "`compare` must be one of true, false, week, year",
        "/?page=pricing": "`page` must be a path that begins with `/`",
        "/?count=google&page=/pricing": "`page` filters our own count only",
        "/?count=google&site=shop": "`site` filters our own count only",
        "/reports?sites=shop": "perhaps it should be `site`",
        "/links?reprot=site-pages": "perhaps it should be `report`",
        "/reports/site-pages?compare=yes": "`compare` must be one of true, false, week, year",
        "/?from=2026-11-20&to=2026-11-01": 'name="from"',
        "/?from=2026-11-20&to=2026-11-01&figure=visits": "Choose other days above",
    }.items():
        answer = await fetch(foyer.address + path, raise_error=False)
        assert (answer.code, words in unescape(re.sub("</?code>", "`", answer.body.decode()))) == (400, True), path
    for path in ("/?figure=totalUsers", "/?to=now", "/?content=landing&compare=false"):
        assert (await fetch(foyer.address + path)).code == 200, path


async def test_a_television_on_the_front_page_gets_its_wall(foyer: FoyerServer, fetch: Fetch):
    for path, agent, expected in (
        ("/", TELEVISION, (302, "/wall")),
        ("/?kiosk", AGENT, (302, "/wall?kiosk")),
        ("/?kiosk&theme=light&utm_source=mail", AGENT, (302, "/wall?kiosk&theme=light")),
        ("/", AGENT, (200, "")),
    ):
        answer = await fetch(foyer.address + path, headers={"User-Agent": agent})
        assert (answer.code, answer.headers.get("Location", "")) == expected, (path, agent)


@pytest.mark.parametrize(
    ("column", "value", "previous", "text", "is_better"),
    [
        (COUNT, 9412, 8863, "+6.2%", True),
        (COUNT, 80, 100, "−20%", False),
        (COUNT, 5, 0, "new", True),
        (COUNT, 0, 0, "0%", True),
        (COUNT, 10_001, 10_000, "0%", True),
        (COUNT, 1300, 100, "+1,200%", True),
        (COUNT, -3, 0, "−3", False),
        (COUNT, 2, -3, "+5", True),
        (RATE, 0.46, 0.48, "−2.0 pt", True),
        (RATE, 0.48, 0.46, "+2.0 pt", False),
        (COUNT, None, 3, None, None),
        (COUNT, 3, None, None, None),
    ],
)
def test_changes(column: Column, value: Value, previous: Value, text: str | None, is_better: bool | None):
    change = compare_figures(value, previous, column)
    assert (change and change.text, change and change.is_better) == (text, is_better)


def hours_of(day: int, hours: Sequence[int], first: int = 0) -> Frame:
    columns = (Column("day", "Day", ValueKind.DATE), Column("hour", "Hour", ValueKind.TEXT), COUNT)
    rows = ((f"2026-10-{day}", f"{hour:02d}:00", first + place) for place, hour in enumerate(hours))
    return Frame(columns, tuple(rows), date_range=DateRange(date(2026, 10, day), date(2026, 10, day), "Europe/Berlin"))


@pytest.mark.parametrize(
    ("hours", "before", "figures", "previous"),
    [
        (range(3), range(24), [0, 1, 2, *[None] * 21], [*range(100, 124)]),
        (range(24), (), [*range(24)], []),
        ([0, 1, 2, 2, 3], [0, 1, 2, 3], [*range(5), *[None] * 20], [100, 101, 102, None, 103, *[None] * 20]),
        ([0, 1, 3], [0, 1, 2, 2, 3], [0, 1, 2, *[None] * 20], [100, 101, 104, *[None] * 20]),
        ([9, 10], range(24), [0, 1], []),  # a range that begins at nine is no day
    ],
)
def test_one_day_has_all_of_its_hours_and_those_of_the_day_before(
    hours: Sequence[int], before: Sequence[int], figures: list[Value], previous: list[Value]
):
    frame = complete_day(hours_of(25, hours), hours_of(24, before, 100))
    assert list(frame.column_values("visits")) == figures
    assert (list(frame.column_values(COUNT.previous_key)) if previous else []) == previous
    assert (frame.previous_range is not None) == bool(previous)
    assert set(frame.column_values("day")) == {"2026-10-25"}


@pytest.mark.parametrize(
    ("first", "last", "text", "before"),
    [
        (date(2026, 11, 20), date(2026, 11, 26), "20–26 Nov", "13–19 Nov"),
        (date(2026, 11, 27), date(2026, 12, 3), "27 Nov – 3 Dec", "20–26 Nov"),
        (date(2026, 11, 26), date(2026, 11, 26), "Thu 26 Nov", "Wed 25 Nov"),
        (date(2025, 12, 29), date(2026, 1, 4), "29 Dec 2025 – 4 Jan 2026", "22–28 Dec 2025"),
    ],
)
def test_days_and_the_days_before(first: date, last: date, text: str, before: str):
    days, today = DateRange(first, last, "UTC"), date(2026, 11, 26)
    assert format_days(days, today) == text
    assert format_days(days.preceding_range(), today) == before
    assert format_days(replace(days, until="13:00"), today) == f"{text} until 13:00"
    assert label_previous_period(days) == ("The day before" if first == last else "The 7 days before")
    assert label_previous_period(replace(days, window_minutes=30)) == "The previous period"
