"""Pages of another origin in a real Chromium: each view is counted once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page

from tests.handlers.collect.conftest import AGENT, CollectorServer, StoredView, collector_opener
from tests.handlers.collect.website import NAME, Website, website
from tests.waiting import wait_until
from utilities.config.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]  # where the browser is

SITES = """
sites:
  - {name: shop, domains: [shop.test, 127.0.0.2]}
  - {name: blog, domains: [blog.test]}
"""


LAST_PATH = "/last"


@dataclass
class CountedWebsite:
    """A browser and a website whose pages carry the script."""

    server: CollectorServer
    context: BrowserContext
    website: Website
    last_pages: int = 0

    def url(self, path: str, host: str = NAME) -> str:
        return f"http://{host}:{self.website.port}/{path}"

    async def open_page(self, path: str, host: str = NAME) -> Page:
        page = await self.context.new_page()
        await page.goto(self.url(path, host))
        return page

    async def views(self) -> list[StoredView]:
        return [view for view in await self.server.views() if view.path != LAST_PATH]

    async def reach_views(self, count: int) -> None:
        """Waits until at least `count` page views are stored."""

        async def has_views() -> bool:
            return len(await self.views()) >= count

        await wait_until(has_views)

    async def wait_for_views(self, count: int) -> list[StoredView]:
        """Waits for `count` page views, and for that of one more page, before which any other would have come."""
        await self.reach_views(count)
        self.last_pages += 1
        page = await self.open_page(LAST_PATH.strip("/"))

        async def has_last_view() -> bool:
            return len(await self.server.views()) - len(await self.views()) == self.last_pages

        await wait_until(has_last_view)
        await page.close()
        return await self.views()


@pytest_asyncio.fixture(loop_scope="session")
async def counted_website(
    settings: Callable[..., Settings], tmp_path: Path, chromium: Browser
) -> AsyncIterator[CountedWebsite]:
    async with (
        collector_opener(settings, tmp_path) as open_collector,
        website((server := await open_collector(SITES)).address) as running_website,
    ):
        context = await chromium.new_context(user_agent=AGENT, locale="de-DE", viewport={"width": 800, "height": 600})
        yield CountedWebsite(server, context, running_website)
        await context.close()


def paths(views: list[StoredView]) -> list[str]:
    return [view.path for view in views]


SCRIPT_PLACES = ("end", "head", "async", "defer", "site")


async def test_page_is_counted_once_wherever_its_script_tag_is(counted_website: CountedWebsite):
    pages = [await counted_website.open_page(where) for where in SCRIPT_PLACES]
    await counted_website.wait_for_views(len(SCRIPT_PLACES))
    for page in pages:
        await page.close()
    views = await counted_website.wait_for_views(len(SCRIPT_PLACES))
    assert sorted(paths(views)) == sorted(f"/{where}" for where in SCRIPT_PLACES)
    for view in views:
        check_view(view, view.path.strip("/"))


def check_view(view: StoredView, where: str) -> None:
    assert (view.site, view.host, view.path, view.title) == (
        "shop",
        NAME.removeprefix("www."),
        f"/{where}",
        f"Of {where}",
    )
    assert (view.language, view.referrer, view.screen) == ("de-DE", "", 800)


async def test_slow_page_is_counted_once_before_it_has_loaded(counted_website: CountedWebsite):
    opening = asyncio.create_task(counted_website.open_page("slow"))
    [view] = await counted_website.wait_for_views(1)
    assert view.path == "/slow"
    assert not opening.done()
    counted_website.website.may_go_on.set()
    page = await opening
    await page.close()
    assert len(await counted_website.wait_for_views(1)) == 1


async def test_page_that_is_closed_at_once_is_counted(counted_website: CountedWebsite):
    """Closed, not left for another: Playwright loses what a page sends while another is taking its place."""
    page = await counted_website.open_page("head")
    await page.close()
    assert paths(await counted_website.wait_for_views(1)) == ["/head"]


async def test_page_from_the_back_forward_cache_is_counted_again(counted_website: CountedWebsite):
    page = await counted_website.open_page("end")
    await counted_website.wait_for_views(1)
    await page.evaluate("window.mark = 'the same page'")
    await page.goto(counted_website.url("async"))
    await counted_website.wait_for_views(2)
    await page.go_back(wait_until="commit")  # a page from that cache is not loaded again
    assert await page.evaluate("window.mark") == "the same page"
    assert paths(await counted_website.wait_for_views(3)) == ["/end", "/async", "/end"]


async def test_page_on_localhost_is_counted_only_with_data_local(counted_website: CountedWebsite):
    await counted_website.open_page("end", "127.0.0.2")
    await counted_website.open_page("local", "127.0.0.2")
    assert paths(await counted_website.wait_for_views(1)) == ["/local"]


async def test_automated_browser_is_counted_only_with_data_local(counted_website: CountedWebsite):
    await counted_website.context.add_init_script("Object.defineProperty(navigator, 'webdriver', {get: () => true})")
    await counted_website.open_page("end")
    await counted_website.open_page("local")
    assert paths(await counted_website.wait_for_views(1)) == ["/local"]


async def test_page_with_the_name_of_another_site_is_rejected(counted_website: CountedWebsite):
    await counted_website.open_page("stranger")
    assert await counted_website.wait_for_views(0) == []


async def test_history_changes_are_views_and_a_changed_query_only_when_pushed(counted_website: CountedWebsite):
    page = await counted_website.open_page("end")
    await counted_website.reach_views(1)
    for script, title, views_after in (
        ("history.pushState({}, '', '/two?x=1')", "Two", 2),
        ("history.pushState({}, '', '/two?x=2')", "Two again", 3),
        ("history.replaceState({}, '', '/two?x=3')", "", 3),
        ("history.pushState({}, '', '/two?x=3')", "", 3),
        ("history.replaceState({}, '', '/three')", "Three", 4),
        ("history.replaceState({}, '', '/three#part')", "", 4),
        ("location.hash = 'other'", "", 4),
    ):
        await page.evaluate(f"{script}; {f'document.title = {title!r}' if title else ''}")
        await counted_website.reach_views(views_after)
    views = await counted_website.wait_for_views(4)
    # Browsers send beacons side by side: which arrives first is nobody's promise.
    assert sorted((view.path, view.title) for view in views) == [
        ("/end", "Of end"),
        ("/three", "Three"),
        ("/two", "Two"),
        ("/two", "Two again"),
    ]
    await page.go_back()
    await page.go_back()
    assert paths(await counted_website.wait_for_views(5))[4:] == ["/two"]


async def test_quick_pushes_are_each_counted(counted_website: CountedWebsite):
    page = await counted_website.open_page("end")
    await page.evaluate("for (var n = 1; n < 6; n += 1) { history.pushState({}, '', '/quick/' + n); }")
    assert sorted(paths(await counted_website.wait_for_views(6))) == ["/end", *(f"/quick/{n}" for n in range(1, 6))]


async def test_hash_routes_are_pages_with_data_hash(counted_website: CountedWebsite):
    page = await counted_website.open_page("hash")
    await counted_website.reach_views(1)
    for route, views_after in (("/one", 2), ("/two", 3), ("/two", 3)):
        await page.evaluate(f"location.hash = {route!r}")
        await counted_website.reach_views(views_after)
    assert sorted(paths(await counted_website.wait_for_views(3))) == ["/hash", "/hash#/one", "/hash#/two"]


async def test_events_are_counted_with_their_props(counted_website: CountedWebsite):
    page = await counted_website.open_page("end")
    await counted_website.wait_for_views(1)
    await page.evaluate("foyer('event', 'sign-up', {plan: 'small', seats: 3})")
    await page.evaluate("foyer('event', 'scroll')")
    views = await counted_website.wait_for_views(3)
    assert [(view.name, view.props) for view in views[1:]] == [
        ("sign-up", '{"plan": "small", "seats": "3"}'),
        ("scroll", ""),
    ]


async def test_view_goes_with_the_address_it_was_seen_at(counted_website: CountedWebsite):
    """Pages remove campaign tags, or go to another path, before the view is sent; the view is one, with its tags."""
    for number, (change, path) in enumerate(
        (
            ("history.replaceState({}, '', location.pathname)", "/early"),
            ("history.replaceState({}, '', '/home')", "/home"),
            ("setTimeout(function () { history.replaceState({}, '', '/later?a=b#c') }, 20)", "/later"),
        )
    ):
        counted_website.website.change = change
        await counted_website.open_page(f"early?utm_source=letter{number}&utm_medium=email&x=$%26")
        rows = await counted_website.wait_for_views(number + 1)
        assert rows[-1].path == path
    attributions = await counted_website.server.own.views.query(
        "SELECT source, medium FROM page_views WHERE path <> '/last' ORDER BY moment", {}
    )
    assert attributions == [(f"letter{number}", "email") for number in range(3)]


async def test_long_address_is_cut_and_keeps_its_tags(counted_website: CountedWebsite):
    await counted_website.open_page(f"policy?{'x' * 4000}=1&utm_source=letter&y={'z' * 1000}")
    await counted_website.wait_for_views(1)
    query = "SELECT path, source FROM page_views WHERE path <> '/last'"
    assert await counted_website.server.own.views.query(query, {}) == [("/policy", "letter")]


async def test_script_never_throws(counted_website: CountedWebsite):
    await counted_website.context.add_init_script("delete window.Intl")
    errors: list[str] = []
    counted_website.context.on("weberror", lambda error: errors.append(str(error.error)))
    for number, (path, title) in enumerate((("half", "Half \ufffd"), ("module", "Of module"), ("clobbered", None))):
        await counted_website.open_page(path)
        views = await counted_website.wait_for_views(number + 1)
        assert views[-1].path == f"/{path}"
        assert title in (None, views[-1].title)
    assert errors == []


async def test_navigation_api_moves_within_a_page(counted_website: CountedWebsite):
    page = await counted_website.open_page("end")
    await counted_website.reach_views(1)
    await page.evaluate("navigation.addEventListener('navigate', function (e) { e.intercept() })")
    for number, (script, views_after) in enumerate(
        (
            ("navigation.navigate('/two')", 2),
            ("navigation.navigate('/three?x')", 3),
            ("navigation.navigate('/three?y', {history: 'replace'})", 3),
            ("history.pushState({}, '', '/four')", 4),
        )
    ):
        await page.evaluate(f"{script}; document.title = 'Title {number}'")
        await counted_website.reach_views(views_after)
    assert sorted(paths(await counted_website.wait_for_views(4))) == ["/end", "/four", "/three", "/two"]


async def test_script_that_is_there_twice_counts_once_for_each_site(counted_website: CountedWebsite):
    """Without a site and with `?site=shop`: each of them twice."""
    page = await counted_website.open_page("twice")
    await counted_website.reach_views(2)
    await page.evaluate("history.pushState({}, '', '/second'); document.title = 'Second'")
    assert sorted(paths(await counted_website.wait_for_views(4))) == ["/second", "/second", "/twice", "/twice"]


async def test_link_to_a_section_is_no_page_with_data_hash(counted_website: CountedWebsite):
    page = await counted_website.open_page("sections")
    await counted_website.reach_views(1)
    await page.click("#link")
    await page.evaluate("location.hash = '!route'; document.title = 'Route'")
    assert sorted(paths(await counted_website.wait_for_views(2))) == ["/sections", "/sections#!route"]


async def test_event_without_a_name_is_nothing_and_says_so(counted_website: CountedWebsite):
    page = await counted_website.open_page("end")
    words: list[str] = []
    page.on("console", lambda message: words.append(message.text))
    await counted_website.reach_views(1)
    for script in ("foyer('event', '')", "foyer('event')", "foyer()", "foyer('sign-up')"):
        await page.evaluate(script)
    assert [view.name for view in await counted_website.wait_for_views(1)] == [""]
    assert words == ["foyer('event', name) needs a name"] * 4


async def test_late_title_is_the_title_of_the_new_page(counted_website: CountedWebsite):
    page = await counted_website.open_page("end")
    await counted_website.reach_views(1)
    await page.evaluate("history.pushState({}, '', '/late'); setTimeout(function () { document.title = 'Late' }, 300)")
    views = await counted_website.wait_for_views(2)
    assert sorted((view.path, view.title) for view in views) == [("/end", "Of end"), ("/late", "Late")]
    await page.evaluate("history.pushState({}, '', '/same')")  # a page whose title stays is sent all the same
    assert (await counted_website.wait_for_views(3))[2].title == "Late"


async def test_calls_before_the_script_has_come_are_replayed(counted_website: CountedWebsite):
    page = await counted_website.open_page("stub")
    await page.evaluate("foyer('event', 'now')")
    views = await counted_website.wait_for_views(3)
    assert sorted((view.name, view.props) for view in views) == [("", ""), ("early", '{"at": "once"}'), ("now", "")]


async def test_page_whose_policy_allows_images_only_is_counted(counted_website: CountedWebsite):
    await counted_website.open_page("policy")
    assert paths(await counted_website.wait_for_views(1)) == ["/policy"]


@pytest.mark.parametrize(
    ("path", "faults"),
    [
        ("relayed", ["502"]),
        ("relayed", ["503", "429"]),
        ("relayed", ["lost"]),
        ("relayed", ["closed", "closed"]),  # the request, and the image that replaces it
        ("relayed-policy", ["502"]),
        ("relayed-policy", ["lost"]),
    ],
)
async def test_hit_that_met_a_restart_is_sent_again_and_counts_once(
    counted_website: CountedWebsite, path: str, faults: list[str]
):
    counted_website.website.faults = list(faults)
    await counted_website.open_page(path)

    async def is_over() -> bool:
        return not counted_website.website.faults

    await wait_until(is_over)
    assert paths(await counted_website.wait_for_views(1)) == [f"/{path}"]


async def test_page_that_is_left_sends_what_failed(counted_website: CountedWebsite):
    counted_website.website.faults = ["503"]
    page = await counted_website.context.new_page()
    await page.clock.install()  # no time passes, so the second try does not come by itself
    async with page.expect_response(lambda response: response.status == 503):
        await page.goto(counted_website.url("relayed"))
        await page.clock.run_for(100)
    await page.evaluate("0")  # the page has read the answer
    await page.close()
    assert paths(await counted_website.wait_for_views(1)) == ["/relayed"]


async def test_hit_is_sent_four_times_at_most(counted_website: CountedWebsite):
    counted_website.website.faults = ["503"] * 9
    page = await counted_website.open_page("relayed")
    await page.clock.install()
    await page.evaluate("history.pushState({}, '', '/second')")

    async def first_tries_are_over() -> bool:
        await page.clock.run_for(30_000)
        return len(counted_website.website.faults) <= 2

    await wait_until(first_tries_are_over)
    await page.clock.run_for(600_000)
    assert await counted_website.wait_for_views(0) == []
    assert len(counted_website.website.faults) >= 1


async def test_without_scripts_the_image_counts(counted_website: CountedWebsite, chromium: Browser):
    plain = await chromium.new_context(user_agent=AGENT, java_script_enabled=False)
    page = await plain.new_page()
    await page.goto(counted_website.url("noscript"))
    [view] = await counted_website.wait_for_views(1)
    assert (view.path, view.title) == ("/noscript", "No script")
    await plain.close()


async def test_browser_whose_beacon_fails_sends_the_image(counted_website: CountedWebsite):
    await counted_website.context.add_init_script(
        "delete Request.prototype.keepalive; navigator.sendBeacon = function () { return false; }"
    )
    await counted_website.open_page("site")
    [view] = await counted_website.wait_for_views(1)
    assert (view.site, view.path, view.title) == ("shop", "/site", "Of site")


async def test_prerendered_page_is_counted_when_it_is_shown(counted_website: CountedWebsite):
    page = await counted_website.open_page("prerender")
    assert paths(await counted_website.wait_for_views(1)) == ["/prerender"]
    await page.click("a")
    assert paths(await counted_website.wait_for_views(2)) == ["/prerender", "/end"]
