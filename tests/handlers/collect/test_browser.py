"""Pages of another origin in a real Chromium: each view is counted once."""

import asyncio

import pytest
from playwright.async_api import Browser

from tests.handlers.collect.conftest import AGENT, CountedWebsite, StoredView, paths
from tests.handlers.collect.website import NAME

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]  # where the browser is

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
