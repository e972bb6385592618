"""The flow page: nothing before it is asked for, the whole of it without a script, its parts alone with one."""

import shutil
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.pageviews.storage.views import view
from utilities.flow.service import Flows
from utilities.model.errors import Unavailable
from utilities.model.frames import Column, Frame, ValueKind
from utilities.pageviews.sites.registry import Sites
from utilities.pageviews.storage.open import open_page_view_store
from utilities.rendering.charts.renderer import open_chart_renderer
from utilities.sources.ga4 import Ga4Filter

ALONE = {"HX-Request": "true"}


class Counting:
    """A store that says how often it was asked, and can be down."""

    def __init__(self, views) -> None:
        self.views = views
        self.asked = 0
        self.down = False

    async def query(self, sql, values):
        self.asked += 1
        if self.down:
            raise Unavailable("The page-view store takes too long to answer.")
        return await self.views.query(sql, values)


@pytest.fixture
async def flowing(desk, settings, tmp_path):
    """The desk with three visits of Thursday and one of Friday."""
    views = await open_page_view_store(settings(data_dir=tmp_path / "views"), desk.clock)
    file = tmp_path / "sites.yaml"
    file.write_text("sites: [{name: blog, domains: [example.com]}]")
    sites = Sites(file, any_host=True)
    sites.load()
    for visit in range(4):
        at = desk.clock.now - timedelta(days=visit != 0, hours=1)
        for minute, path in enumerate(("/blog/<b>", "/pricing")):
            at += timedelta(minutes=minute)
            await views.add_views([view(site="blog", visit=visit, visitor=visit, at=at, offset=0, path=path)])
    counting = Counting(views)
    desk.services.flows = Flows(counting, sites, desk.services.sources, desk.clock)
    async with open_chart_renderer() as gallery:
        desk.services.gallery = gallery
        yield desk, counting
    await views.close()
    shutil.rmtree(tmp_path / "views", ignore_errors=True)


async def test_nothing_is_counted_before_it_is_asked_for_and_then_once(flowing, fetch):
    desk, store = flowing
    page = (await fetch(f"{desk.address}/flow")).body.decode()
    assert "Show the flow" in page
    assert store.asked == 0
    whole = (await fetch(f"{desk.address}/flow?days=7")).body.decode()
    assert "4 visits" in " ".join(whole.split())
    assert '<div class="wide"><svg' in whole
    assert "style=" not in whole
    day = (await fetch(f"{desk.address}/flow?days=7&day=2026-11-19")).body.decode()
    assert "3 visits of 4 in the range, 75%" in " ".join(day.split())
    assert store.asked == 1


async def test_form_without_a_script_becomes_an_address_that_says_everything(flowing, fetch):
    desk, _ = flowing
    span = "2026-11-14_2026-11-20"
    sent = f"days=7&from=&to=&by=path&most=8&channel=&device=&page=&country=DE&span={span}&nth=6&node=/pricing"
    answer = await fetch(f"{desk.address}/flow?{sent}")
    assert answer.code == 302
    where = urlsplit(answer.headers["Location"])
    assert parse_qs(where.query) == {
        "days": ["7"], "by": ["path"], "country": ["DE"], "day": ["2026-11-19"], "node": ["/pricing"]
    }  # fmt: skip
    page = (await fetch(desk.address + answer.headers["Location"])).body.decode()
    assert "<bdi>/blog/&lt;b&gt;</bdi>" in page
    assert "100% from <bdi>Germany</bdi> (3), 0% from the rest" in " ".join(page.split())
    assert "The most frequent paths" in page
    other = await fetch(f"{desk.address}/flow?days=28&span={span}&nth=6")
    assert "day=" not in other.headers["Location"]  # the slider stood at a place of another range


async def test_part_that_changes_comes_alone_with_its_address(flowing, fetch):
    desk, _ = flowing
    step = f"{desk.address}/flow?days=7&span=2026-11-14_2026-11-20&nth=7"
    day = await fetch(step, headers=ALONE | {"HX-Target": "day"})
    assert day.body.decode().lstrip().startswith('<div id="day">')
    assert day.headers["HX-Replace-Url"] == "/flow?days=7&day=2026-11-20"
    node = await fetch(f"{desk.address}/flow?days=7&node=/blog", headers=ALONE | {"HX-Target": "node"})
    assert node.body.decode().lstrip().startswith('<section id="node"')
    assert node.headers["HX-Push-Url"] == "/flow?days=7&node=%2Fblog"


async def test_what_cannot_be_understood_or_answered_is_said_in_its_place(flowing, fetch):
    desk, store = flowing
    wrong = await fetch(f"{desk.address}/flow?days=3")
    assert wrong.code == 400
    assert "`days` must be one of" in wrong.body.decode()
    assert (await fetch(f"{desk.address}/flow?days=7&dayz=1")).code == 400
    store.down = True
    down = await fetch(f"{desk.address}/flow?days=28", headers=ALONE | {"HX-Target": "day"})
    assert down.code == 503
    assert 'role="alert"' in down.body.decode()


class Google:
    """Answers with two rows, of which one is Bavaria's, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asks = []

    async def fetch_frame(self, ask):
        self.asks.append(ask)
        keys = ("date", "landingPage", "pagePath", "sessions")
        columns = tuple(Column(key, key, ValueKind.INTEGER if key == "sessions" else ValueKind.TEXT) for key in keys)
        rows = (("2026-11-18", "/blog", "/blog/one/", 5), ("2026-11-19", "/blog", "/pricing", 15))
        return Frame(columns, rows[:1] if Ga4Filter("region", "Bavaria") in ask.filters else rows)


async def test_google_says_who_entered_at_a_and_saw_b_and_compares_regions(flowing, fetch):
    desk, store = flowing
    desk.services.sources.configured["ga4"] = google = Google()
    page = (await fetch(f"{desk.address}/flow?source=ga4&days=7&regions=Bavaria&device=tv&by=path")).body.decode()
    assert "20 sessions; 25% from <bdi>Bavaria</bdi> (5), 75% from the rest" in " ".join(page.split())
    assert "Entered at" in page
    assert "<bdi>/blog/one</bdi>" in page
    assert [len(ask.filters) for ask in google.asks] == [1, 2]
    assert google.asks[0].filters == (Ga4Filter("deviceCategory", "smart tv"),)
    assert store.asked == 0
    assert (await fetch(f"{desk.address}/flow?days=7&regions=Bavaria")).code == 400
