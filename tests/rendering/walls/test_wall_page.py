"""The wall page in a browser, without any input."""

import re
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect

from tests.rendering.walls.conftest import BOARD, WallServer, number, server_builder, table
from tests.waiting import wait_until
from utilities.config.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]  # where the browser is

CANARIES = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "</section></main><iframe srcdoc='<script>alert(1)</script>'>",
    "javascript:alert(1)",
    "{{ 7 * 7 }}</bdi><style>*{display:none}</style>",
)


@pytest_asyncio.fixture(loop_scope="session")
async def server(tmp_path: Path, settings: Callable[..., Settings]) -> AsyncIterator[WallServer]:
    async with server_builder(tmp_path, settings) as build:
        yield await build()


async def test_figures_change_on_the_wall_without_a_reload(server: WallServer, wall_page: Page) -> None:
    await server.show("visitors", number(21480))
    await wall_page.goto(server.url())
    tile = wall_page.locator("[data-tile=visitors]")
    await expect(tile).to_contain_text("21,480")
    await wall_page.evaluate("window.sameDocument = true")
    await server.show("visitors", number(21481))
    await expect(tile).to_contain_text("21,481")
    assert await wall_page.evaluate("window.sameDocument")
    await server.show("pages", table(("/", 3), ("/careers", 2)))
    await expect(wall_page.locator("[data-tile=pages]")).to_contain_text("/careers")


async def test_the_wall_shows_that_the_server_is_gone_and_reconnects(server: WallServer, wall_page: Page) -> None:
    await server.show("visitors", number(21480))
    await wall_page.goto(server.url())
    await wall_page.evaluate("window.sameDocument = true")
    await wait_until(lambda: server.walls.wall_count == 1)
    await server.kill()
    banner = wall_page.locator(".banner")
    await expect(banner).to_have_text(
        re.compile(r"No word from the server since \d\d:\d\d\. +All figures are from then\.")
    )
    await expect(banner).to_be_visible()
    await expect(wall_page.locator("[data-tile=visitors]")).to_contain_text("21,480")
    grey = "getComputedStyle(document.querySelector('[data-tile=visitors] .hero')).color"
    assert await wall_page.evaluate(grey) == "rgb(154, 163, 173)"
    await server.start()
    await server.show("visitors", number(30000))
    await expect(wall_page.locator("[data-tile=visitors]")).to_contain_text("30,000", timeout=20_000)
    await expect(banner).to_be_hidden()
    assert await wall_page.evaluate(grey) != "rgb(154, 163, 173)"
    assert await wall_page.evaluate("window.sameDocument")


async def test_the_wall_reloads_when_foyer_has_another_version(server: WallServer, wall_page: Page) -> None:
    await wall_page.goto(server.url())
    await wait_until(lambda: server.walls.wall_count == 1)
    await server.stop()
    server.version = "built-twice"
    await server.start()
    await expect(wall_page.locator("body")).to_have_attribute("data-build", "built-twice", timeout=20_000)


async def test_an_edited_board_reaches_the_open_wall_by_itself(server: WallServer, wall_page: Page) -> None:
    await wall_page.goto(server.url())
    await wait_until(lambda: server.walls.wall_count == 1)
    server.edit(BOARD.replace("view: number,", "view: number, title: 'Who came?',"))
    await expect(wall_page.locator("[data-tile=visitors]")).to_contain_text("Who came?", timeout=10_000)


async def test_a_bad_edit_keeps_the_board_and_shows_an_error_in_the_status_line(
    server: WallServer, wall_page: Page
) -> None:
    await server.show("visitors", number(5))
    await wall_page.goto(server.url())
    await wall_page.evaluate("window.sameDocument = true")
    server.edit("title: [")
    await expect(wall_page.locator(".status")).to_contain_text("last edit is wrong")
    await expect(wall_page.locator("[data-tile=visitors]")).to_contain_text("5")
    server.edit(BOARD)
    await expect(wall_page.locator(".status")).not_to_contain_text("wrong")
    assert await wall_page.evaluate("window.sameDocument")


async def test_a_wall_whose_board_was_deleted_says_so(server: WallServer, wall_page: Page) -> None:
    server.boards.files.grace_seconds = 0.0
    server.edit(BOARD.replace("Office", "Other"), "other")
    await wait_until(lambda: server.walls.render_page("other"))
    await wall_page.clock.install()
    await wall_page.goto(server.url("/boards/other"))
    await wait_until(lambda: server.walls.wall_count == 1)
    (server.settings.boards_dir / "other.yaml").unlink()
    await wait_until(lambda: server.walls.wall_count == 0)
    await wall_page.clock.run_for(75_000)

    async def has_banner() -> bool:
        await wall_page.clock.run_for(2_000)
        return "This board was removed" in (await wall_page.locator(".banner").text_content() or "")

    await wait_until(has_banner)
    await expect(wall_page).to_have_title(re.compile("Other"))


async def test_a_wall_never_reloads_into_an_error_page(server: WallServer, wall_page: Page) -> None:
    await server.show("visitors", number(5))
    await wall_page.goto(server.url())
    await wait_until(lambda: server.walls.wall_count == 1)
    probes: list[str] = []

    async def broken(route: Route) -> None:
        probes.append(route.request.resource_type)
        await route.fulfill(status=502, body="Bad Gateway")

    await wall_page.route(server.url(), broken)
    server.edit(BOARD.replace("Office", "Other"))
    await wait_until(lambda: probes)
    await expect(wall_page.locator("[data-tile=visitors]")).to_contain_text("5")
    await server.show("visitors", number(6))
    await expect(wall_page.locator("[data-tile=visitors]")).to_contain_text("6")
    assert set(probes) == {"xhr"}
    await wall_page.unroute(server.url())
    await expect(wall_page).to_have_title(re.compile("Other"), timeout=15_000)


async def test_a_proxy_that_buffers_streams_does_not_stop_the_wall(server: WallServer, wall_page: Page) -> None:
    await wall_page.route("**/stream*", lambda route: route.abort())
    await wall_page.clock.install()
    await server.show("visitors", number(21480))
    await wall_page.goto(server.url())
    await server.show("visitors", number(30000))
    await wait_until(partial(is_shown_a_minute_later, wall_page, "30,000"))


async def is_shown_a_minute_later(wall_page: Page, figure: str) -> bool:
    """Whether the tile has the figure; the wall's clock runs ahead of its requests, so one minute may not be enough."""
    await wall_page.clock.run_for(75_000)
    return figure in await wall_page.locator("[data-tile=visitors]").inner_text()


async def test_nothing_from_outside_runs_or_breaks_the_board(server: WallServer, wall_page: Page) -> None:
    await server.show("visitors", number(5))
    await wall_page.goto(server.url())
    await wait_until(lambda: server.walls.wall_count == 1)
    await server.show("pages", table(*((text, n) for n, text in enumerate(CANARIES))))
    await server.fail("sources", "Google said: " + "".join(CANARIES))
    await expect(wall_page.locator("[data-tile=pages]")).to_contain_text("<script>alert(1)</script>")
    await expect(wall_page.locator("[data-tile=sources]")).to_contain_text("onerror=alert(1)")
    await expect(wall_page.locator("[data-tile=visitors]")).to_be_visible()
    assert await wall_page.locator("main script, main iframe, main img, main style").count() == 0
    await wall_page.reload()
    await expect(wall_page.locator("[data-tile=pages]")).to_contain_text("onload=alert(1)")
    assert await wall_page.locator("main script, main iframe, main img, main style").count() == 0


async def test_ages_and_clock_are_right_on_a_television_with_a_wrong_clock(server: WallServer, wall_page: Page) -> None:
    await wall_page.add_init_script("Date.now = function () { return 86400000; };")
    await server.show("visitors", number(5), age=240)
    await wall_page.goto(server.url())
    age = wall_page.locator("[data-tile=visitors] .age")
    await expect(wall_page.locator("[data-tile=visitors]")).to_contain_text("5")
    await expect(age).to_have_count(0)
    server.clock.ahead += server.reports["visitors"].refresh_every
    await expect(wall_page.locator("[data-tile=visitors]")).to_have_attribute("data-state", "ageing")
    await expect(age).to_have_count(0)
    server.clock.ahead += server.reports["visitors"].stale_after
    await expect(age).to_have_text("6 h")
    await expect(wall_page.locator("[data-tile=visitors] .freshness")).to_contain_text("6 h old")
    berlin = server.clock().astimezone(server.boards.get("office").timezone)  # type: ignore[union-attr]
    await expect(wall_page.locator(".clock")).to_have_text(
        re.compile(f"{berlin:%a} {berlin.day} {berlin:%b} {berlin:%H}:")
    )


async def test_without_script_the_page_is_complete_and_reloads(server: WallServer, chromium: Browser) -> None:
    await server.show("visitors", number(21480), age=120)
    page = await chromium.new_page(java_script_enabled=False)
    await page.goto(server.url())
    await expect(page.locator("[data-tile=visitors]")).to_contain_text("21,480")
    await expect(page.locator("[data-tile=visitors] .age")).to_have_count(0)
    await expect(page.locator(".status")).to_have_text("1 of 3 live")
    assert await page.locator("meta[http-equiv=refresh]").get_attribute("content") == "60"
    server.clock.ahead += server.reports["visitors"].stale_after
    await wait_until(lambda: 'data-state="stale"' in (server.walls.tile_html("office", "visitors") or ""))
    await page.reload()
    await expect(page.locator("[data-tile=visitors] .age")).to_have_text("6 h")
    await page.close()


async def test_common_kiosk_parameters_are_accepted(server: WallServer, wall_page: Page) -> None:
    await wall_page.goto(server.url("/boards/office?kiosk&theme=light&refresh=30s&autofitpanels"))
    await expect(wall_page.locator("body")).to_have_class("light")
    await wait_until(lambda: server.walls.wall_count == 1)
    await wall_page.goto(server.url("/boards/office?theme=%22%3E%3Cscript%3E"))
    await expect(wall_page.locator("body")).to_have_class("dark")


async def test_the_list_redirects_to_the_only_board(server: WallServer, wall_page: Page) -> None:
    await wall_page.goto(server.url("/wall"))
    assert wall_page.url == server.url("/boards/office")
    server.edit("title: <Other>\ntiles:\n  - {report: pages, view: table, place: [1, 1, 12, 12]}\n", "other")
    await wait_until(lambda: server.walls.render_page("other"))
    await wall_page.goto(server.url("/wall"))
    await expect(wall_page.locator("main a:not(.aside)")).to_have_text(["<Other>", "Office"])


async def test_the_page_moves_a_little_and_the_cursor_hides(server: WallServer, wall_page: Page) -> None:
    async def no_detour(route: Route) -> None:
        await (route.abort() if route.request.resource_type == "xhr" else route.continue_())

    await wall_page.clock.install()
    await wall_page.goto(server.url())
    await wall_page.route(server.url(), no_detour)  # minutes go by here without a beat, so the page would come again
    places = set()
    for _ in range(24):
        await wall_page.clock.fast_forward(3 * 121_000)
        places.add(await wall_page.evaluate("document.querySelector('.sheet').style.transform"))
    assert len(places) > 15
    moved = [abs(int(n)) for place in places for n in re.findall(r"(-?\d+)px", place)]
    side = min(wall_page.viewport_size.values())
    assert 0.01 * side < max(moved) <= 0.02 * side + 1
    await wall_page.mouse.move(100, 100)
    assert await wall_page.evaluate("getComputedStyle(document.body).cursor") == "default"
    await wall_page.clock.run_for(3_100)
    assert await wall_page.evaluate("getComputedStyle(document.body).cursor") == "none"
