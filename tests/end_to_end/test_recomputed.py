"""A made-up week is imported from a log and exported; plain Python computes what every report says about its rows."""

import csv
import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from tornado.httpclient import AsyncHTTPClient
from tornado.httputil import url_concat

from handlers.serving.server import run_server
from tests.end_to_end.recompute import KEYS, Stored, approximate, in_order, recompute, select_visits
from tests.pageviews.log_import.conftest import CHROME, line
from utilities.commands.import_log import run_import_log
from utilities.commands.page_view_data import run_export
from utilities.config.environment import read_settings
from utilities.model.formats import format_value
from utilities.model.frames import ValueKind
from utilities.pageviews.storage.interface import ExportFormat
from utilities.services import Services
from utilities.sources.pageviews import PageViewQuery, site_queries

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

ZONE = "Europe/Berlin"
SITES = f"sites:\n  - {{name: shop, domains: [shop.example], zone: {ZONE}}}\n"
BOARD = "title: Site\ntiles: [{report: site-pages, view: table, place: [1, 1, 12, 12]}]\n"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1"  # noqa: E501
REFERRERS = ("-", "https://www.google.com/", "https://news.example/item?id=7", "https://lobste.rs/")
PATHS = ("/", "/pricing", "/docs/a", "/docs/b", "/contact")
FILTERS: tuple[dict[str, str], ...] = (
    {},
    {"page": "/pricing"},
    {"page": "/docs/*", "device": "mobile"},
    {"referrer": "news.example"},
    {"referrer": "https://www.google.com/", "page": "/contact"},
    {"source": "Google"},
    {"medium": "email"},
    {"campaign": "spring"},
    {"browser": "Chrome"},
    {"system": "iOS", "channel": "Referral"},
    {"channel": "Referral"},
    {"device": "mobile"},
    {"country": "unknown"},
    {"page": "/nowhere"},
)


def log_lines(first: date) -> Iterator[str]:
    """Yields two weeks of visits from 1 to 4 pages, by a rule that makes no two of them alike."""
    for number in range(240):
        day = first + timedelta(days=number % 14)
        agent, referrer = (PHONE if number % 3 == 0 else CHROME), REFERRERS[number % 4]
        for step in range(1 + number * 7 % 4):
            at = datetime(day.year, day.month, day.day, 6 + number % 15, number % 50, tzinfo=UTC) + timedelta(
                seconds=step * (20 + number % 70)
            )
            path = PATHS[(number * 3 + step * (1 + number % 4)) % 5]
            tagged = f"{path}?utm_source=letter&utm_medium=email&utm_campaign=spring" if number % 11 == 0 else path
            yield line(
                path if step else tagged,
                at=f"{at:%d/%b/%Y:%H:%M:%S} +0000",
                address=f"87.150.{number % 200}.{number % 7 + 1}",
                agent=agent,
                referrer=referrer if step == 0 else "https://shop.example/",
            )


@dataclass(frozen=True)
class ImportedWeek:
    """A server with the made-up week, what the export has of it, and the days of the week and of the one before."""

    services: Services
    address: str
    rows: list[Stored]
    days: list[str]
    earlier: list[str]

    @property
    def range(self) -> dict[str, str]:
        return {"from": self.days[0], "to": self.days[-1]}

    async def read(self, path: str, params: Mapping[str, str]) -> str:
        """Returns an answer of the server once it has the figures."""
        url = url_concat(f"{self.address}{path}", {**self.range, **params})
        return (await AsyncHTTPClient().fetch(url)).body.decode()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def week(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ImportedWeek]:
    folder = tmp_path_factory.mktemp("week")
    (folder / "boards").mkdir()
    (folder / "boards" / "sites.yaml").write_text(SITES)
    (folder / "boards" / "site.yaml").write_text(BOARD)
    environ = {"BOARDS_DIR": str(folder / "boards"), "DATA_DIR": str(folder / "var"), "PORT": "0", "GEOIP_DB": ""}
    settings = read_settings(environ, env_file=None)
    first = datetime.now(UTC).date() - timedelta(days=30)
    log = folder / "access.log"
    log.write_text("".join(f"{each}\n" for each in log_lines(first)))
    assert await run_import_log(settings, [log], "shop") == 0
    assert await run_export(settings, None, None, "shop", folder / "rows.csv") == 0
    with (folder / "rows.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    days = [(first + timedelta(days=count)).isoformat() for count in range(14)]
    async with run_server(settings) as (services, port):
        services.variants.max_reports = services.variants.max_per_viewer = 2 * len(RECOMPUTED) * len(FILTERS)
        yield ImportedWeek(services, f"http://127.0.0.1:{port}", rows, days[7:], days[:7])


RECOMPUTED = sorted(
    {*KEYS, "totals", "by-day", "by-hour", "four-hours", "weekday-hours", "landing-pages", "exit-pages", "pages"}
    | {"flow", "trails", "titled-pages"}
)


COMPARED = [
    name for name in RECOMPUTED if site_queries()[name].can_compare and name not in ("by-hour", "weekday-hours")
]
"""Without hours, of which those before the first page view have no figure."""


def earlier_rows(week: ImportedWeek, question: str, filters: Mapping[str, str]) -> dict[tuple[Any, ...], Any]:
    """Returns the figures of the week before by name, of its days by the day of this week with which they stand."""
    rows = recompute(question, select_visits(week.rows, week.earlier, filters), week.earlier)
    if question == "by-day":
        return {(day,): row[1:] for day, row in zip(week.days, rows, strict=True)}
    texts = next((sum(isinstance(cell, str) for cell in row) for row in rows), 0)
    return {row[:texts]: row[texts:] for row in rows}


def assert_rows(week: ImportedWeek, question: str, filters: Mapping[str, str], answer: Mapping[str, Any]) -> None:
    """Asserts that an answer has the recomputed rows, and behind them those of the week before; 0 for names without."""
    columns, rows = answer["columns"], answer["rows"]
    previous = [at for at, column in enumerate(columns) if column["key"].endswith(":previous")]
    expected = recompute(question, select_visits(week.rows, week.days, filters), week.days, ZONE)
    shown = [[cell for at, cell in enumerate(row) if at not in previous] for row in rows]
    assert in_order(shown) == approximate(expected), filters
    assert bool(previous) == (question in COMPARED)
    before = earlier_rows(week, question, filters) if previous else {}
    nothing = tuple(0 if columns[at]["kind"] == "integer" else None for at in previous)
    for row in rows if previous else ():
        name = tuple(row[at] for at, column in enumerate(columns) if column["kind"] in ("text", "date"))
        assert tuple(row[at] for at in previous) == pytest.approx(before.get(name, nothing)), (name, filters)


@pytest.mark.parametrize("question", RECOMPUTED)
async def test_json_and_csv_of_every_report_have_what_plain_python_computes_with_and_without_each_filter(
    week: ImportedWeek, question: str
):
    for filters in FILTERS:
        words = "week" if "page" in filters else "true"  # which are the same days for seven of them
        params = {**filters, "rows": "1000", **({"compare": words} if question in COMPARED else {})}
        answer = json.loads(await week.read(f"/reports/site-{question}.json", params))
        assert_rows(week, question, filters, answer)
        if question in COMPARED and answer["rows"]:
            assert answer["before"]["first"] == week.earlier[0]
        head, *rows = csv.reader((await week.read(f"/reports/site-{question}.csv", params)).splitlines())
        assert head == [column["heading"] for column in answer["columns"]]
        assert rows == [["" if cell is None else str(cell) for cell in row] for row in answer["rows"]]


VIEWS = {name: {"view": "bar"} for name in ("by-day", "channels", "countries", "devices")}
"""The pictures that have figures instead of shares or colours."""


def shows(text: str, figure: str) -> bool:
    return re.search(rf"(?<![\d,.]){re.escape(figure)}(?![\d,.])", text) is not None


@pytest.mark.parametrize("question", RECOMPUTED)
async def test_page_and_picture_of_every_report_have_the_same_figures_with_a_filter_and_without(
    week: ImportedWeek, question: str
):
    for filters in ({}, FILTERS[1 + RECOMPUTED.index(question) % (len(FILTERS) - 1)]):
        answer = json.loads(await week.read(f"/reports/site-{question}.json", filters))
        page = await week.read(f"/reports/site-{question}", filters)
        picture = await week.read(f"/reports/site-{question}.svg", filters | VIEWS.get(question, {}))
        kinds = {at: ValueKind(column["kind"]) for at, column in enumerate(answer["columns"])}
        figures = [at for at, kind in kinds.items() if kind not in (ValueKind.TEXT, ValueKind.DATE)]
        for row in answer["rows"][:10]:
            shown = [format_value(row[at], kinds[at]) for at in figures]
            assert [figure for figure in shown if not shows(page, figure)] == [], (filters, row)
            if question != "weekday-hours":  # which has colours
                assert shows(picture, shown[0]), (filters, row)


async def test_what_happens_now_is_what_plain_python_computes(week: ImportedWeek, tmp_path: Path):
    agents = {"desktop": CHROME, "phone": PHONE, "bot": "Googlebot/2.1 (+http://www.google.com/bot.html)"}
    hits = (
        *(("desktop", path, {"w": "1920"}) for path in ("/", "/pricing", "/docs/a")),
        *(("phone", path, {"w": "390"}) for path in ("/", "/contact")),
        ("phone", "/contact", {"n": "sign-up"}),
        *(("bot", path, {}) for path in ("/", "/a", "/b")),
    )
    for agent, path, more in hits:
        url = url_concat(f"{week.address}/a.gif", {"url": f"https://shop.example{path}", "t": path, **more})
        await AsyncHTTPClient().fetch(url, headers={"User-Agent": agents[agent]})
    source: Any = week.services.sources.configured["pageviews"]
    await week.services.collector.counter.dropped.flush_to(source.views)
    assert await source.views.export_rows(tmp_path / "rows.csv", ExportFormat.CSV, "shop") == len(week.rows) + 6
    with (tmp_path / "rows.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["id"] not in {each["id"] for each in week.rows}]
    days = sorted({row["day"] for row in rows})
    visits = select_visits(rows, days, {})
    for question in ("events", "screens", "pages", "titled-pages", "present", "now", "live"):
        query = PageViewQuery(question, first="now-6h", limit=100)  # of which all are the last minutes
        expected = recompute(question, visits, days, ZONE)
        assert in_order((await source.fetch_frame(query)).rows) == approximate(expected), question
    assert recompute("events", visits, days)[0][:2] == ("sign-up", 1)
    dropped = await source.fetch_frame(PageViewQuery("dropped", first="now-1d/d"))
    assert sum(int(row[1] or 0) for row in dropped.rows) == sum(int(row[2] or 0) for row in dropped.rows) == 3
