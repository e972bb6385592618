"""Where pages stand and how they move in a real Chromium: frames, blank pages, files, routers, bases, fragments."""

from pathlib import Path

import pytest

from tests.handlers.collect.conftest import CountedWebsite, paths

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]  # where the browser is

SHOW_NEW_BODY = """async (path) => {
    history.pushState({}, '', path);
    document.title = 'Of ' + path;
    const body = document.createElement('body'), script = document.createElement('script');
    script.src = document.querySelector('script').src;
    const loaded = new Promise((resolve) => { script.onload = resolve; });
    body.append(script);
    document.body.replaceWith(body);
    await loaded;
}"""
"""What Turbo, htmx and their like do: the head stays, the body is another one, and its scripts run again."""


async def test_page_in_a_frame_is_a_page_and_one_without_an_address_is_none(
    counted_website: CountedWebsite, tmp_path: Path
):
    page = await counted_website.open_page("frames", "127.0.0.2")  # of another origin, without a script of its own
    await counted_website.reach_views(2)
    script = await page.evaluate("document.querySelector('iframe[srcdoc]').srcdoc")
    (tmp_path / "page.html").write_text(script)
    await page.goto(f"file://{tmp_path}/page.html")
    await page.evaluate("foyer('event', 'read')")
    await page.goto("about:blank")
    await page.set_content(script)
    assert sorted(paths(await counted_website.wait_for_views(2))) == ["/end", "/head"]
    assert counted_website.server.own.classifier.dropped.totals_since_start() == {}


async def test_habits_of_a_page_do_not_change_its_address(counted_website: CountedWebsite):
    for number, path in enumerate(("base", "expando", "end#utm_source=letter&utm_medium=email", "frozen"), 1):
        await counted_website.open_page(path)
        await counted_website.reach_views(number)
    await counted_website.open_page("async", "localhosts.shop.test")  # a name that only begins like this machine's
    views = await counted_website.wait_for_views(5)
    expected = ("base", "expando", "end", "frozen", "async")
    assert [(view.path, view.title) for view in views] == [(f"/{path}", f"Of {path}") for path in expected]
    query = "SELECT source, medium FROM page_views WHERE path = '/end'"
    assert await counted_website.server.own.views.query(query, {}) == [("letter", "email")]


async def test_router_that_replaces_the_body_is_one_view_for_each_page(counted_website: CountedWebsite):
    page = await counted_website.open_page("drive")
    await counted_website.reach_views(1)
    await page.evaluate("history.replaceState({key: 1}, '', location.href)")
    for number, path in enumerate(("/one", "/two", "/one"), 2):
        await page.evaluate(SHOW_NEW_BODY, path)
        await page.evaluate("history.replaceState({scroll: 9}, '')")
        await counted_website.reach_views(number)
    views = await counted_website.wait_for_views(4)
    assert [(view.path, view.title) for view in views] == [
        (path, f"Of {path.strip('/') if path == '/drive' else path}") for path in ("/drive", "/one", "/two", "/one")
    ]


async def test_page_that_is_loaded_again_is_another_view(counted_website: CountedWebsite):
    page = await counted_website.open_page("end")
    await counted_website.reach_views(1)
    await page.reload()
    assert paths(await counted_website.wait_for_views(2)) == ["/end", "/end"]
