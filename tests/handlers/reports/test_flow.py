"""The flow page: no query without a range, the full page without a script, its parts with one."""

import shutil
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.pageviews.storage.views import view
from tests.waiting import wait_until
from utilities.flow.model import FlowRow, FlowTotals
from utilities.model.errors import Unavailable
from utilities.model.frames import Column, Frame, ValueKind
from utilities.pageviews.sites.registry import SiteRegistry
from utilities.pageviews.storage.open import open_page_view_store
from utilities.sources.ga4 import Ga4Filter
from utilities.sources.pageviews import PageViewSource

FROM_SCRIPT = {"HX-Request": "true"}


class CountingStore:
    """A page-view store that counts its queries, and can be down."""

    def __init__(self, views) -> None:
        self.views = views
        self.query_count = 0
        self.is_down = False

    async def query(self, sql, values):
        self.query_count += 1
        if self.is_down:
            raise Unavailable("The page-view store takes too long to answer.")
        return await self.views.query(sql, values)


@pytest.fixture
async def flow_server(server, settings, tmp_path):
    """The server with three visits on Thursday and one on Friday, and their store."""
    views = await open_page_view_store(settings(data_dir=tmp_path / "views"), server.clock)
    file = tmp_path / "sites.yaml"
    file.write_text("sites: [{name: blog, domains: [example.com]}]")
    sites = SiteRegistry(file, any_host=True)
    sites.load_file()
    for visit in range(4):
        at = server.clock.now - timedelta(days=visit != 0, hours=1)
        for minute, path in enumerate(("/blog/<b>", "/pricing")):
            at += timedelta(minutes=minute)
            await views.add_views([view(site="blog", visit=visit, visitor=visit, at=at, offset=0, path=path)])
    counting = CountingStore(views)
    server.services.sources.configured["pageviews"] = PageViewSource(counting, sites, server.clock, days=7)
    yield server, counting
    await views.close()
    shutil.rmtree(tmp_path / "views", ignore_errors=True)


async def test_no_query_runs_without_a_range_and_then_one(flow_server, fetch):
    server, store = flow_server
    page = (await fetch(f"{server.address}/flow")).body.decode()
    assert "Show the flow" in page
    assert store.query_count == 0
    page = (await fetch(f"{server.address}/flow?days=7")).body.decode()
    assert "4 visits" in " ".join(page.split())
    assert '<div class="wide"><svg' in page
    assert "style=" not in page
    assert 'data-state="live"' in page
    assert "The largest bands" in page
    day = (await fetch(f"{server.address}/flow?days=7&day=2026-11-19")).body.decode()
    assert "3 visits of 4 in the range, 75%" in " ".join(day.split())
    assert store.query_count == 1


def test_what_ended_where_it_began_leaves_out_pages_without_a_name_and_bands_come_largest_first():
    rows = [("/", "/", 5), ("/", "/docs", 7), ("(other)", "(other)", 90), ("/docs", "(other)", 8), ("/", "/", 1)]
    totals = FlowTotals([FlowRow("2026-11-20", place % 2, *row) for place, row in enumerate(rows)])
    assert (totals.total, totals.ended_where_begun, totals.has_other) == (111, 6, True)
    assert [each[:3] for each in totals.largest_pairs(3)] == [
        *(("/", "/docs", 7), ("/", "/", 6), ("(other)", "(other)", 90))
    ]
    assert not FlowTotals([FlowRow("2026-11-20", 0, "/", "/", 1)]).has_other


async def test_a_form_without_a_script_redirects_to_the_address_of_its_query(flow_server, fetch):
    server, _ = flow_server
    span = "2026-11-14_2026-11-20"
    sent = f"days=7&from=&to=&by=path&limit=8&channel=&device=&page=&country=DE&span={span}&nth=6&node=/pricing"
    answer = await fetch(f"{server.address}/flow?{sent}")
    assert answer.code == 302
    where = urlsplit(answer.headers["Location"])
    assert parse_qs(where.query) == {
        "days": ["7"], "by": ["path"], "country": ["DE"], "day": ["2026-11-19"], "node": ["/pricing"]
    }  # fmt: skip
    page = (await fetch(server.address + answer.headers["Location"])).body.decode()
    assert "<bdi>/blog/&lt;b&gt;</bdi>" in page
    assert "100% from <bdi>Germany</bdi> (3), 0% from the rest" in " ".join(page.split())
    assert "The most frequent paths" in page
    former = await fetch(f"{server.address}/flow?days=7&most=12")
    assert former.headers["Location"] == "/flow?days=7&limit=12"
    other = await fetch(f"{server.address}/flow?days=28&span={span}&nth=6")
    assert "day=" not in other.headers["Location"]  # the slider position belongs to another range


async def test_a_part_is_sent_alone_with_its_address(flow_server, fetch):
    server, _ = flow_server
    step = f"{server.address}/flow?days=7&span=2026-11-14_2026-11-20&nth=7"
    day = await fetch(step, headers=FROM_SCRIPT | {"HX-Target": "day"})
    assert day.body.decode().lstrip().startswith('<div id="day">')
    assert day.headers["HX-Replace-Url"] == "/flow?days=7&day=2026-11-20"
    node = await fetch(f"{server.address}/flow?days=7&node=/blog", headers=FROM_SCRIPT | {"HX-Target": "node"})
    assert node.body.decode().lstrip().startswith('<section id="node"')
    assert node.headers["HX-Push-Url"] == "/flow?days=7&node=%2Fblog"


async def test_invalid_parameters_are_400_and_a_failing_store_is_503_in_place(flow_server, fetch):
    server, store = flow_server
    wrong = await fetch(f"{server.address}/flow?days=3")
    assert wrong.code == 400
    assert "<code>days</code> must be one of" in wrong.body.decode()
    assert (await fetch(f"{server.address}/flow?days=7&dayz=1")).code == 400
    store.is_down = True
    down = await fetch(f"{server.address}/flow?days=28", headers=FROM_SCRIPT | {"HX-Target": "day"})
    assert down.code == 503
    assert 'role="alert"' in down.body.decode()


async def test_figures_of_a_failing_store_stay_with_their_age_and_the_error(flow_server, fetch):
    server, store = flow_server
    assert (await fetch(f"{server.address}/flow?days=7")).code == 200
    store.is_down = True
    server.clock.now += timedelta(minutes=6)
    variants = server.services.variants
    for task in variants.refresher.refresh_tasks.values():
        task.wake_event.set()
    await wait_until(lambda: any(variants.latest_by_name(name).last_error for name in variants.refresher.refresh_tasks))
    answer = await fetch(f"{server.address}/flow?days=7")
    page = " ".join(answer.body.decode().split())
    assert answer.code == 200
    assert "4 visits" in page
    assert 'data-state="ageing"' in page
    assert (
        "These are the last good figures. Since then: <bdi>The page-view store takes too long to answer.</bdi>" in page
    )


class FakeGoogle:
    """Answers with two rows, one of them Bavaria's, and records the queries."""

    def __init__(self) -> None:
        self.asks = []

    def slowdown(self):
        return 1.0

    async def fetch_frame(self, ask):
        self.asks.append(ask)
        keys = ("date", "landingPage", "pagePath", "sessions")
        columns = tuple(Column(key, key, ValueKind.INTEGER if key == "sessions" else ValueKind.TEXT) for key in keys)
        rows = (("2026-11-18", "/blog", "/blog/one/", 5), ("2026-11-19", "/blog", "/pricing", 15))
        return Frame(columns, rows[:1] if Ga4Filter("region", "Bavaria") in ask.filters else rows)


async def test_google_figures_say_who_entered_at_a_and_saw_b_and_compare_regions(flow_server, fetch):
    server, store = flow_server
    server.services.sources.configured["ga4"] = google = FakeGoogle()
    page = (await fetch(f"{server.address}/flow?source=ga4&days=7&regions=Bavaria&device=tv&by=path")).body.decode()
    assert "20 pages in sessions; 25% from <bdi>Bavaria</bdi> (5), 75% from the rest" in " ".join(page.split())
    assert "Entered at" in page
    assert "<bdi>/blog/one</bdi>" in page
    assert [len(ask.filters) for ask in google.asks] == [1, 2]
    assert google.asks[0].filters == (Ga4Filter("deviceCategory", "smart tv"),)
    assert store.query_count == 0
    assert (await fetch(f"{server.address}/flow?days=7&regions=Bavaria")).code == 400
