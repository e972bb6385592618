"""A made-up week is imported from a log and exported; plain Python computes what every report says about its rows."""

import csv
import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
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
from utilities.model.frames import Frame, ValueKind
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

    async def fetch_frame(self, question: str, filters: Mapping[str, str], *, compare: bool = False) -> Frame:
        source = self.services.sources.configured["pageviews"]
        query = source.with_params(  # type: ignore[attr-defined]
            PageViewQuery(question, limit=1000), {**self.range, **filters}, compare=compare
        )
        return await source.fetch_frame(query)

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
        yield ImportedWeek(services, f"http://127.0.0.1:{port}", rows, days[7:], days[:7])


RECOMPUTED = sorted(
    {*KEYS, "totals", "by-day", "by-hour", "four-hours", "weekday-hours", "landing-pages", "exit-pages", "pages"}
    | {"flow", "trails", "titled-pages"}
)


COMPARED = [name for name in RECOMPUTED if site_queries()[name].can_compare and name != "weekday-hours"]
"""Without hours, of which those before the first page view have no figure."""


@pytest.mark.parametrize("question", RECOMPUTED)
async def test_every_report_is_what_plain_python_computes_with_and_without_each_filter(
    week: ImportedWeek, question: str
):
    for filters in FILTERS:
        frame = await week.fetch_frame(question, filters)
        expected = recompute(question, select_visits(week.rows, week.days, filters), week.days, ZONE)
        assert in_order(frame.rows) == approximate(expected), filters


@pytest.mark.parametrize("question", COMPARED)
async def test_every_comparison_is_what_plain_python_computes_of_the_week_before(week: ImportedWeek, question: str):
    for filters in FILTERS:
        frame = await week.fetch_frame(question, filters, compare=True)
        expected = recompute(question, select_visits(week.rows, week.earlier, filters), week.earlier)
        texts = [index for index, column in enumerate(frame.columns) if not column.is_numeric]
        figures = [index for index, column in enumerate(frame.columns) if column.is_previous]
        before = {row[: len(texts)]: row[len(texts) :] for row in expected}
        if question == "by-day":
            before = dict(zip(((day,) for day in week.days), (row[1:] for row in expected), strict=True))
        none = tuple(0 if frame.columns[at].kind == "integer" else None for at in figures)
        for row in frame.rows:
            key = tuple(row[at] for at in texts)
            assert tuple(row[at] for at in figures) == pytest.approx(before.get(key, none)), (key, filters)
        assert frame.previous_range is not None
        assert frame.previous_range.first.isoformat() == week.earlier[0]


def assert_compared(answer: Mapping[str, Any], earlier: Sequence[Sequence[Any]]) -> None:
    """Asserts that an answer has the figures of the rows of the period before; 0 or nothing for a name without one."""
    columns = answer["columns"]
    texts = [at for at, column in enumerate(columns) if column["kind"] == "text"]
    previous = [at for at, column in enumerate(columns) if column["key"].endswith(":previous")]
    before = {tuple(row[: len(texts)]): tuple(row[len(texts) :]) for row in earlier}
    nothing = tuple(0 if columns[at]["kind"] == "integer" else None for at in previous)
    assert previous
    for row in answer["rows"]:
        name = tuple(row[at] for at in texts)
        assert tuple(row[at] for at in previous) == pytest.approx(before.get(name, nothing)), name


@pytest.mark.parametrize("filters", [{}, {"page": "/pricing"}, {"channel": "Referral", "device": "mobile"}])
async def test_json_csv_page_and_picture_have_the_recomputed_figures(week: ImportedWeek, filters: dict[str, str]):
    for question in ("totals", "channels", "pages"):
        expected = recompute(question, select_visits(week.rows, week.days, filters), week.days)
        params = filters if question == "totals" else {**filters, "compare": "true"}  # the totals always have it
        answer = json.loads(await week.read(f"/reports/site-{question}.json", params))
        previous = [column["key"].endswith(":previous") for column in answer["columns"]]
        rows = [tuple(cell for cell, skip in zip(row, previous, strict=True) if not skip) for row in answer["rows"]]
        assert in_order(rows) == approximate(expected)
        assert_compared(answer, recompute(question, select_visits(week.rows, week.earlier, filters), week.earlier))
        written = list(csv.reader((await week.read(f"/reports/site-{question}.csv", params)).splitlines()))
        assert written[0] == [column["heading"] for column in answer["columns"]]
        assert written[1:] == [["" if cell is None else str(cell) for cell in row] for row in answer["rows"]]
        views = next(at for at, column in enumerate(answer["columns"]) if column["key"] == "views")
        figure = answer["rows"][0][views]
        assert f"{figure}" in {cell.replace(",", "") for cell in written[1]}
        page = await week.read(f"/reports/site-{question}", filters)
        picture = page if question == "channels" else await week.read(f"/reports/site-{question}.svg", filters)
        shown = format_value(figure, ValueKind.INTEGER)
        for text in (page, picture):  # a ring has shares instead of figures
            assert re.search(rf"(?<![\d,.]){re.escape(shown)}(?![\d,.])", text), (question, shown)


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
