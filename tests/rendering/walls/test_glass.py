"""What people see on a wall that nobody touches."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect

from tests.rendering.walls.conftest import BOARD, House, building, number, table, until
from utilities.config.settings import Settings

pytestmark = pytest.mark.asyncio(loop_scope="session")  # where the browser is

CANARIES = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "</section></main><iframe srcdoc='<script>alert(1)</script>'>",
    "javascript:alert(1)",
    "{{ 7 * 7 }}</bdi><style>*{display:none}</style>",
)


@pytest_asyncio.fixture(loop_scope="session")
async def house(tmp_path: Path, settings: Callable[..., Settings]) -> AsyncIterator[House]:
    async with building(tmp_path, settings) as build:
        yield await build()


async def test_figures_change_on_the_glass_without_a_reload(house: House, glass: Page) -> None:
    await house.show("visitors", number(21480))
    await glass.goto(house.url())
    tile = glass.locator("[data-tile=visitors]")
    await expect(tile).to_contain_text("21,480")
    await glass.evaluate("window.sameLife = true")
    await house.show("visitors", number(21481))
    await expect(tile).to_contain_text("21,481")
    assert await glass.evaluate("window.sameLife")
    await house.show("pages", table(("/", 3), ("/careers", 2)))
    await expect(glass.locator("[data-tile=pages]")).to_contain_text("/careers")


async def test_the_wall_says_that_the_server_is_gone_and_finds_it_again(house: House, glass: Page) -> None:
    await house.show("visitors", number(21480))
    await glass.goto(house.url())
    await glass.evaluate("window.sameLife = true")
    await until(lambda: house.walls.count == 1)
    await house.kill()
    banner = glass.locator(".banner")
    await expect(banner).to_have_text(re.compile(r"No word from the server since \d\d:\d\d\. Figures are as of then\."))
    await expect(banner).to_be_visible()
    await expect(glass.locator("[data-tile=visitors]")).to_contain_text("21,480")
    await house.start()
    await house.show("visitors", number(30000))
    await expect(glass.locator("[data-tile=visitors]")).to_contain_text("30,000", timeout=20_000)
    await expect(banner).to_be_hidden()
    assert await glass.evaluate("window.sameLife")


async def test_the_wall_loads_anew_when_foyer_is_another_build(house: House, glass: Page) -> None:
    await glass.goto(house.url())
    await until(lambda: house.walls.count == 1)
    await house.stop()
    house.build = "built-twice"
    await house.start()
    await expect(glass.locator("body")).to_have_attribute("data-build", "built-twice", timeout=20_000)


async def test_an_edited_board_reaches_the_open_wall_by_itself(house: House, glass: Page) -> None:
    await glass.goto(house.url())
    await until(lambda: house.walls.count == 1)
    house.edit(BOARD.replace("view: number,", "view: number, title: 'Who came?',"))
    await expect(glass.locator("[data-tile=visitors]")).to_contain_text("Who came?", timeout=10_000)


async def test_a_bad_edit_keeps_the_board_and_says_so_quietly(house: House, glass: Page) -> None:
    await house.show("visitors", number(5))
    await glass.goto(house.url())
    await glass.evaluate("window.sameLife = true")
    house.edit("title: [")
    await expect(glass.locator(".status")).to_contain_text("last edit is wrong")
    await expect(glass.locator("[data-tile=visitors]")).to_contain_text("5")
    house.edit(BOARD)
    await expect(glass.locator(".status")).not_to_contain_text("wrong")
    assert await glass.evaluate("window.sameLife")


async def test_a_wall_whose_board_was_taken_away_says_so(house: House, glass: Page) -> None:
    house.edit(BOARD.replace("Office", "Other"), "other")
    await until(lambda: house.walls.page("other"))
    await glass.clock.install()
    await glass.goto(house.url("/boards/other"))
    await until(lambda: house.walls.count == 1)
    (house.settings.boards_dir / "other.yaml").unlink()
    await until(lambda: house.walls.count == 0)
    await glass.clock.run_for(75_000)
    await asyncio.sleep(0.5)
    await glass.clock.run_for(2_000)
    await expect(glass.locator(".banner")).to_contain_text("no longer shows this board")
    await expect(glass).to_have_title(re.compile("Other"))


async def test_a_wall_never_loads_an_error_page(house: House, glass: Page) -> None:
    await house.show("visitors", number(5))
    await glass.goto(house.url())
    await until(lambda: house.walls.count == 1)
    probes: list[str] = []

    async def broken(route: Route) -> None:
        probes.append(route.request.resource_type)
        await route.fulfill(status=502, body="Bad Gateway")

    await glass.route(house.url(), broken)
    house.edit(BOARD.replace("Office", "Other"))
    await until(lambda: probes, 10)
    await asyncio.sleep(0.3)
    assert set(probes) == {"xhr"}
    await expect(glass.locator("[data-tile=visitors]")).to_contain_text("5")
    await glass.unroute(house.url())
    await expect(glass).to_have_title(re.compile("Other"), timeout=15_000)


async def test_a_proxy_that_holds_streams_back_does_not_stop_the_wall(house: House, glass: Page) -> None:
    await glass.route("**/stream*", lambda route: route.abort())
    await glass.clock.install()
    await house.show("visitors", number(21480))
    await glass.goto(house.url())
    await house.show("visitors", number(30000))
    await glass.clock.run_for(75_000)
    await expect(glass.locator("[data-tile=visitors]")).to_contain_text("30,000")


async def test_nothing_from_outside_runs_or_breaks_the_board(house: House, glass: Page) -> None:
    await house.show("visitors", number(5))
    await glass.goto(house.url())
    await until(lambda: house.walls.count == 1)
    await house.show("pages", table(*((text, n) for n, text in enumerate(CANARIES))))
    await house.fail("sources", "Google said: " + "".join(CANARIES))
    await expect(glass.locator("[data-tile=pages]")).to_contain_text("<script>alert(1)</script>")
    await expect(glass.locator("[data-tile=sources]")).to_contain_text("onerror=alert(1)")
    await expect(glass.locator("[data-tile=visitors]")).to_be_visible()
    assert await glass.locator("main script, main iframe, main img, main style").count() == 0
    await glass.reload()
    await expect(glass.locator("[data-tile=pages]")).to_contain_text("onload=alert(1)")
    assert await glass.locator("main script, main iframe, main img, main style").count() == 0


async def test_ages_and_clock_are_right_on_a_television_that_lies_about_the_time(house: House, glass: Page) -> None:
    await glass.add_init_script("Date.now = function () { return 86400000; };")
    await house.show("visitors", number(5), age=240)
    await glass.goto(house.url())
    age = glass.locator("[data-tile=visitors] .age")
    await expect(age).to_have_text("4 min")
    house.clock.ahead = house.reports["visitors"].refresh_every
    await expect(age).to_have_text("9 min")
    await expect(glass.locator("[data-tile=visitors]")).to_have_attribute("data-state", "ageing")
    berlin = house.clock().astimezone(house.boards.get("office").timezone)  # type: ignore[union-attr]
    await expect(glass.locator(".clock")).to_have_text(re.compile(f"{berlin:%a} {berlin.day} {berlin:%b} {berlin:%H}:"))


async def test_without_its_script_the_page_is_whole_and_comes_again(house: House, chromium: Browser) -> None:
    await house.show("visitors", number(21480), age=120)
    page = await chromium.new_page(java_script_enabled=False)
    await page.goto(house.url())
    await expect(page.locator("[data-tile=visitors]")).to_contain_text("21,480")
    await expect(page.locator("[data-tile=visitors] .age")).to_have_text("2 min")
    await expect(page.locator(".status")).to_contain_text("waiting")
    assert await page.locator("meta[http-equiv=refresh]").get_attribute("content") == "60"
    house.clock.ahead += house.reports["visitors"].refresh_every
    await page.reload()
    await expect(page.locator("[data-tile=visitors] .age")).to_have_text("7 min")
    await page.close()


async def test_usual_kiosk_parameters_are_taken(house: House, glass: Page) -> None:
    await glass.goto(house.url("/boards/office?kiosk&theme=light&refresh=30s&autofitpanels"))
    await expect(glass.locator("body")).to_have_class("light")
    await until(lambda: house.walls.count == 1)
    await glass.goto(house.url("/boards/office?theme=%22%3E%3Cscript%3E"))
    await expect(glass.locator("body")).to_have_class("dark")


async def test_the_list_goes_straight_to_the_only_board(house: House, glass: Page) -> None:
    await glass.goto(house.url("/"))
    assert glass.url == house.url("/boards/office")
    house.edit("title: <Other>\ntiles:\n  - {report: pages, view: table, place: [1, 1, 12, 12]}\n", "other")
    await until(lambda: house.walls.page("other"))
    await glass.goto(house.url("/"))
    await expect(glass.locator("main a:not(.aside)")).to_have_text(["<Other>", "Office"])


async def test_the_picture_drifts_a_little_and_the_cursor_hides(house: House, glass: Page) -> None:
    async def no_detour(route: Route) -> None:
        await (route.abort() if route.request.resource_type == "xhr" else route.continue_())

    await glass.clock.install()
    await glass.goto(house.url())
    await glass.route(house.url(), no_detour)  # minutes go by here without a beat, so the page would come again
    places = set()
    for _ in range(8):
        await glass.clock.run_for(61_000)
        places.add(await glass.evaluate("document.querySelector('.sheet').style.transform"))
    assert len(places) > 5
    moved = [abs(int(n)) for place in places for n in re.findall(r"(-?\d+)px", place)]
    assert moved
    assert max(moved) <= 8
    await glass.mouse.move(100, 100)
    assert await glass.evaluate("getComputedStyle(document.body).cursor") == "default"
    await glass.clock.run_for(3_100)
    assert await glass.evaluate("getComputedStyle(document.body).cursor") == "none"


async def test_thousands_of_updates_leave_no_nodes_and_no_memory_behind(house: House, glass: Page) -> None:
    await glass.goto(house.url())
    await until(lambda: house.walls.count == 1)
    devtools = await glass.context.new_cdp_session(glass)
    await devtools.send("Performance.enable")

    async def weight() -> dict[str, float]:
        for _ in range(3):
            await devtools.send("HeapProfiler.collectGarbage")
        measured = (await devtools.send("Performance.getMetrics"))["metrics"]
        return {each["name"]: each["value"] for each in measured}

    async def updates(first: int, count: int) -> None:
        for n in range(first, first + count):
            await house.show("pages", table(*((f"/page/{n}/{row}", n * row) for row in range(n % 7 + 1))))
            await asyncio.sleep(0.002)
        await expect(glass.locator("[data-tile=pages]")).to_contain_text(f"/page/{first + count - 1}/0")

    await updates(0, 300)
    before = await weight()
    await updates(301, 2_996)
    after = await weight()
    assert after["Nodes"] <= before["Nodes"] + 50
    assert after["JSEventListeners"] <= before["JSEventListeners"]
    assert after["JSHeapUsedSize"] <= before["JSHeapUsedSize"] * 1.1 + 200_000
