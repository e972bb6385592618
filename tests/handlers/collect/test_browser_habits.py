"""Pages with habits of their own in a real Chromium: each view is counted once, with its address and title."""

import pytest

from tests.handlers.collect.conftest import CountedWebsite, paths
from tests.waiting import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]  # where the browser is


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


SCRIPT_ODDITIES = (
    ("half", "Half \ufffd"),
    ("module", "Of module"),
    ("clobbered", None),
    ("without-fetch", "Of without-fetch"),
    ("broken-fetch", "Of broken-fetch"),
    ("empty-fetch", "Of empty-fetch"),
    ("broken-beacon", "Of broken-beacon"),
    ("old-navigation", "Of old-navigation"),
)
"""Pages that lack or replace what the script uses, and the titles that are stored."""


async def test_script_never_throws(counted_website: CountedWebsite):
    await counted_website.context.add_init_script("delete window.Intl")
    errors: list[str] = []
    counted_website.context.on("weberror", lambda error: errors.append(str(error.error)))
    for number, (path, title) in enumerate(SCRIPT_ODDITIES):
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
    marks = counted_website.website.marks
    await wait_until(lambda: len(marks) > len(faults))
    assert paths(await counted_website.wait_for_views(1)) == [f"/{path}"]
    # An image is marked too: it may replace a request whose answer was lost.
    assert marks == [path == "relayed-policy", *[True] * len(faults)]


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
