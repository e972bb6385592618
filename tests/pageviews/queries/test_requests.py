"""Reports for another site or another time, over HTTP, from a running Foyer with a real store."""

import asyncio
import csv
import io
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as settings_of
from hypothesis import strategies as st
from tornado.httpclient import HTTPResponse

from handlers.serving.server import run_server
from tests.handlers.accounts.migrated_database import prepare_database
from tests.noon import start_noon_clock
from tests.pageviews.queries.week import NOW
from tests.waiting import wait_until
from utilities.config.settings import Settings
from utilities.model.errors import ParameterError
from utilities.pageviews.sites.registry import SiteRegistry
from utilities.pageviews.storage.interface import PageViewStore
from utilities.services import Services
from utilities.sources.pageviews import PageViewQuery, PageViewSource

BROWSER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)
SITES = "sites: [{name: blog, domains: [example.com], zone: Europe/Berlin}, {name: shop, domains: [example.org]}]\n"
BOARD = """\
title: Now
tiles:
  - {report: site-visitors-now, view: number, place: [1, 1, 6, 12], options: {now: true}}
  - {report: site-live, view: table, place: [7, 1, 6, 12]}
"""


@dataclass
class Foyer:
    """A running Foyer, and the way to talk to it."""

    services: Services
    address: str
    fetch: Callable[..., Awaitable[HTTPResponse]]

    async def get(self, path: str, **params: str) -> HTTPResponse:
        return await self.fetch(f"{self.address}{path}?{urlencode(params)}", headers={"User-Agent": BROWSER})

    async def visit(self, path: str, host: str = "example.com") -> None:
        assert (await self.get("/a.gif", url=f"https://{host}{path}", t=path)).code == 200

    async def report(self, name: str, **params: str) -> dict[str, Any]:
        response = await self.get(f"/reports/{name}.json", **params)
        assert response.code == 200, response.body
        document: dict[str, Any] = json.loads(response.body)
        return document

    async def answered(self, name: str, **params: str) -> dict[str, Any]:
        async def has_answer() -> bool:
            return (await self.report(name, **params))["state"] != "waiting"

        await wait_until(has_answer)
        return await self.report(name, **params)


@pytest.fixture
async def foyer(
    settings: Callable[..., Settings], tmp_path: Path, fetch: Callable[..., Awaitable[HTTPResponse]]
) -> AsyncIterator[Foyer]:
    folder = tmp_path / "boards"
    folder.mkdir()
    (folder / "now.yaml").write_text(BOARD)
    (folder / "sites.yaml").write_text(SITES)
    own = settings(boards_dir=folder, port=0)
    prepare_database(own)
    async with run_server(own, start_noon_clock()) as (services, port):
        yield Foyer(services, f"http://localhost:{port}", fetch)


@pytest.fixture
def source(tmp_path: Path) -> PageViewSource:
    """Returns a source that parses parameters and is never queried."""
    file = tmp_path / "sites.yaml"
    file.write_text(SITES)
    sites = SiteRegistry(file, any_host=False)
    sites.load_file()
    return PageViewSource(cast(PageViewStore, None), sites, lambda: NOW, days=7)


async def test_first_request_of_a_program_gets_the_answer(foyer: Foyer):
    await foyer.visit("/pricing")
    document = await foyer.report("site-pages", **{"from": "now/d", "to": "now"})
    assert (document["report"], document["state"]) == ("site-pages", "live")
    assert document["rows"] == [["/pricing", 1, 1, None, 1, 1, 1]]
    assert document["columns"][0] == {"key": "path", "heading": "Page", "kind": "text"}
    table = await foyer.get("/reports/site-pages.csv", **{"from": "now-2d", "to": "now"})
    assert (table.code, table.body.count(b"\r\n")) == (200, 2)


async def test_csv_of_a_failed_query_is_503(foyer: Foyer):
    await foyer.services.collector.views.close()
    table = await foyer.get("/reports/site-pages.csv", **{"from": "now-2d", "to": "now"})
    assert (table.code, table.headers["Content-Type"]) == (503, "application/problem+json")
    assert table.headers["Retry-After"]
    assert json.loads(table.body)["detail"].startswith("There are no figures: ")


async def test_page_never_waits_for_the_query(foyer: Foyer):
    page = (await foyer.get("/reports/site-pages", **{"from": "now/d", "to": "now"})).body.decode()
    assert "The query is running" in page


async def test_each_site_has_its_own_figures(foyer: Foyer):
    await foyer.visit("/")
    await foyer.visit("/basket", "example.org")
    rows = {site: (await foyer.answered("site-titles", site=site))["rows"] for site in ("blog", "shop")}
    assert rows == {"blog": [["/", 1, 1, 1]], "shop": [["/basket", 1, 1, 1]]}


async def test_csv_and_page_are_of_the_same_range(foyer: Foyer):
    await foyer.visit("/a, b")
    await foyer.answered("site-pages", site="blog")
    table = (await foyer.get("/reports/site-pages.csv", site="blog")).body.decode()
    assert [row[:2] for row in csv.reader(io.StringIO(table))] == [["Page", "Views"], ["/a, b", "1"]]
    page = (await foyer.get("/reports/site-pages", site="blog")).body.decode()
    assert 'href="/reports/site-pages.csv?site=blog"' in page


async def test_page_offers_other_times_of_the_same_site(foyer: Foyer):
    page = (await foyer.get("/reports/site-pages", site="shop")).body.decode()
    assert 'href="?site=shop&amp;from=now-1d%2Fd&amp;to=now-1d%2Fd"><bdi>Yesterday</bdi>' in page
    today = (await foyer.get("/reports/site-pages", **{"from": "now/d", "to": "now"})).body.decode()
    assert 'aria-current="true"><bdi>Today</bdi>' in today
    assert "Yesterday" not in (await foyer.get("/reports/site-live")).body.decode()


async def test_invalid_parameter_is_400_with_its_name(foyer: Foyer, subtests: pytest.Subtests):
    for params, sentence in (
        ({"from": "last week"}, "`from` must be now, now-7d, now/d or now-1M/M"),
        ({"to": "now/x"}, "`to` must be now, now-7d, now/d or now-1M/M"),
        ({"from": "now", "to": "now-1d"}, "`from` must be before `to`"),
        ({"site": "nobody"}, "`site` must be one of blog, shop"),
        ({"rows": "10001"}, "`rows` must be a whole number from 1 to 10,000"),
        ({"page": "/x" * 2000}, "`page` must be printable and at most"),
    ):
        with subtests.test(params=params, sentence=sentence):
            for form in ("", ".json", ".csv"):
                response = await foyer.get(f"/reports/site-pages{form}", **params)
                assert response.code == 400
                assert sentence.split("now/d")[0] in re.sub("</?code>", "`", response.body.decode())


async def test_report_page_has_more_rows_than_the_wall(foyer: Foyer):
    for n in range(11):
        await foyer.visit(f"/{n}")
    assert len((await foyer.answered("site-pages", **{"from": "now/d"}))["rows"]) == 11  # the last is (other)
    page = (await foyer.get("/reports/site-pages", **{"from": "now/d"})).body.decode()
    assert 'href="?from=now%2Fd&amp;rows=1000"' in page
    assert len((await foyer.answered("site-pages", **{"from": "now/d", "rows": "1000"}))["rows"]) == 11


async def test_unknown_report_is_404_with_any_parameters(foyer: Foyer):
    assert (await foyer.get("/reports/site-nothing.json", site="blog")).code == 404


@settings_of(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(params=st.dictionaries(st.sampled_from(["site", "from", "to", "page", "referrer"]), st.text(max_size=60)))
def test_any_parameters_are_parsed_or_refused(params: dict[str, str], source: PageViewSource):
    try:
        ask = source.with_params(PageViewQuery("pages"), params)
    except ParameterError as error:
        assert str(error).startswith("`")
    else:
        assert source.with_params(ask, {}) == ask


async def test_misspelt_parameters_are_refused_and_make_no_variant(foyer: Foyer):
    await foyer.report("site-pages", **{"from": ""})
    for form in (".json", ".csv", ".svg", ".png"):
        for name, misspelt in (("site-pages", "fro"), ("site-pages", "referer"), ("total-users", "from")):
            answer = await foyer.get(f"/reports/{name}{form}", **{misspelt: "now-1d"})
            assert (answer.code, answer.headers["Content-Type"]) == (400, "application/problem+json")
            assert form in (".svg", ".png") or f"`{misspelt}` is no parameter here" in answer.body.decode()
    assert not foyer.services.variants.reports


async def test_csv_has_all_rows_and_says_when_some_are_missing(foyer: Foyer):
    for number in range(12):
        await foyer.visit(f"/{number}")
    table = await foyer.get("/reports/site-pages.csv", site="blog")
    assert (table.body.count(b"\r\n"), table.headers["X-Foyer-Rows"]) == (13, "12; complete=?1")
    disposition = table.headers["Content-Disposition"]
    assert re.fullmatch(r'attachment; filename="site-pages_blog_[-\d]{10}_[-\d]{10}\.csv"', disposition)
    some = await foyer.get("/reports/site-pages.csv", site="blog", rows="5")
    assert (some.body.count(b"\r\n"), some.headers["X-Foyer-Rows"]) == (7, "5; complete=?0")
    assert some.body.splitlines()[-1].startswith(b'"(other)",7,')
    first = await foyer.answered("site-pages", site="blog")
    assert (len(first["rows"]), first["rows"][-1][:2], first["total_rows"]) == (11, ["(other)", 2], 12)
    assert first["totals"]["views"] == 12
    assert "These are the first 10 of 12 rows; “(other)” is all others together." in first["notes"]
    assert "total_rows" not in await foyer.answered("site-pages", site="blog", rows="12")


async def test_variants_are_bounded_and_the_oldest_gives_way_when_nobody_looks(foyer: Foyer):
    variants = foyer.services.variants
    assert variants is not None
    variants.max_reports = 3
    for days in range(1, 4):
        await foyer.answered("site-pages", **{"from": f"now-{days}d"})
    busy = await foyer.get("/reports/site-pages.json", **{"from": "now-9d"})
    assert (busy.code, busy.headers["Retry-After"]) == (503, "10")
    first = next(iter(variants.last_viewed))
    variants.last_viewed[first] -= 60
    await foyer.answered("site-pages", **{"from": "now-9d"})
    assert first not in variants.reports
    assert len(variants.reports) == len(variants.store.cache.readings) == 3


async def test_hundred_simultaneous_requests_cause_one_query(foyer: Foyer):
    variants = foyer.services.variants
    assert variants is not None
    await asyncio.gather(*(foyer.report("site-flow", **{"from": "now-3d"}) for _ in range(100)))
    assert len(variants.reports) == len(variants.refresher.refresh_tasks) == 1


@pytest.mark.slow
async def test_live_tile_is_refreshed_after_a_hit_before_its_interval_ends(foyer: Foyer):
    async def shown(tile: str) -> str:
        return (await foyer.get(f"/boards/now/tiles/{tile}")).body.decode()

    async def has_path(path: str) -> bool:
        return path in await shown("site-live")

    async def all_are_counted() -> bool:
        return (await foyer.report("site-visitors-now"))["rows"] == [[1, 1, 3]]

    sooner = foyer.services.reports["site-live"].refresh_every.total_seconds() / 2  # each hit starts the interval anew
    await foyer.answered("site-visitors-now")
    for path in ("/one", "/two", "/three"):
        await foyer.visit(path)
        await wait_until(partial(has_path, path), within=sooner)
    await wait_until(all_are_counted, within=sooner)
