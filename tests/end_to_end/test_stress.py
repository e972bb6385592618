"""The office wall with very long titles, an empty property, networks that do not answer, and errors from Google."""

from pathlib import Path

import pytest
from playwright.async_api import Page

from demo.faults import Fault
from demo.internet import Internet
from tests.end_to_end.conftest import OpenFoyer
from tests.noon import start_noon_clock

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]  # where the browser is

OVERFLOWING = """() => [...document.querySelectorAll('.tile')].filter(tile => {
  const room = tile.getBoundingClientRect();
  return tile.scrollWidth > tile.clientWidth + 1 || tile.scrollHeight > tile.clientHeight + 1
    || room.right > innerWidth + 1 || room.bottom > innerHeight + 1;
}).map(tile => tile.dataset.tile)"""
OVERLAPPING = """() => {
  const rooms = [...document.querySelectorAll('.tile, footer')].map(tile => tile.getBoundingClientRect());
  return rooms.some((a, i) => rooms.some((b, j) => i < j && a.left < b.right - 1 && b.left < a.right - 1
    && a.top < b.bottom - 1 && b.top < a.bottom - 1));
}"""
SIZES = [(1920, 1080), (1280, 720), (3840, 2160)]


async def open_wall(wall_page: Page, address: str, tiles: int = 6) -> None:
    await wall_page.goto(address + "/boards/office")
    await wall_page.wait_for_selector(f".tile.live >> nth={tiles - 1}")


@pytest.mark.parametrize("nasty", [False, True], ids=["usual", "nasty"])
async def test_nothing_overflows_scrolls_or_overlaps_at_any_size(
    tmp_path: Path, open_foyer: OpenFoyer, wall_page: Page, nasty: bool
) -> None:
    async with Internet(tmp_path, nasty=nasty, clock=start_noon_clock()) as internet:
        foyer = await open_foyer(internet.environment)
        await open_wall(wall_page, foyer.address)
        for width, height in SIZES:
            await wall_page.set_viewport_size({"width": width, "height": height})
            assert await wall_page.evaluate(OVERFLOWING) == [], f"at {width} × {height}"
            assert not await wall_page.evaluate(OVERLAPPING), f"at {width} × {height}"
            scrolls = "document.documentElement.scrollHeight > innerHeight + 1"
            assert not await wall_page.evaluate(scrolls), f"at {width} × {height}"


async def test_markup_from_google_is_shown_and_never_run(
    tmp_path: Path, open_foyer: OpenFoyer, wall_page: Page
) -> None:
    async with Internet(tmp_path, nasty=True, clock=start_noon_clock()) as internet:
        foyer = await open_foyer(internet.environment)
        await open_wall(wall_page, foyer.address)
        for path in ("/boards/office", "/reports/pages-now", "/reports/top-pages", "/reports/people-sources"):
            await wall_page.goto(foyer.address + path)
            assert await wall_page.locator("main script, main img, main iframe").count() == 0
        # `wall_page` fails the test for a dialog, and for a complaint about the content security policy


async def test_empty_property_shows_a_text_in_every_tile(
    tmp_path: Path, open_foyer: OpenFoyer, wall_page: Page
) -> None:
    async with Internet(tmp_path, empty=True, clock=start_noon_clock()) as internet:
        foyer = await open_foyer(internet.environment)
        await open_wall(wall_page, foyer.address)
        for tile in await wall_page.locator(".tile .body").all():
            assert (await tile.inner_text()).strip(), "a blank tile"


async def test_table_is_complete_when_share_networks_fail(
    internet: Internet, open_foyer: OpenFoyer, wall_page: Page
) -> None:
    for name, address in internet.environment.items():
        if name.endswith("_API_URL"):
            internet.faults.inject("/" + address.split("/", 3)[3], Fault("status", status=503))
    foyer = await open_foyer(internet.environment)
    await open_wall(wall_page, foyer.address)
    await wall_page.goto(foyer.address + "/reports/top-pages")
    rows = await wall_page.locator("tbody tr").all()
    assert len(rows) >= 10
    cells = [await cell.inner_text() for cell in await rows[0].locator("td").all()]
    assert cells.count("–") == 8
    assert "503" in await wall_page.locator("main").inner_text()


async def test_tile_keeps_old_figures_when_google_fails(
    internet: Internet, open_foyer: OpenFoyer, wall_page: Page
) -> None:
    foyer = await open_foyer(internet.environment)
    await open_wall(wall_page, foyer.address)
    before = await wall_page.locator("[data-tile=total-users] .hero:visible").inner_text()
    internet.faults.inject("/v1beta", Fault("status", status=500))
    foyer.services.refresher.refresh_tasks["total-users"].wake_event.set()
    await wall_page.reload()
    assert await wall_page.locator("[data-tile=total-users] .hero:visible").inner_text() == before


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        (Fault("status", status=401, body="{}"), "no longer lets us in"),
        (
            Fault("status", status=403, body='{"error": {"code": 403, "message": "no", "status": "X"}}'),
            "does not let us see these figures",
        ),
        (Fault("html"), "answer of Google Analytics cannot be read"),
        (Fault("status", status=429, body="{}"), "gives us no more figures for now"),
        (Fault("truncate"), ""),
        (Fault("reset"), "cannot be reached"),
    ],
    ids=lambda value: value.kind + str(value.status) if isinstance(value, Fault) else "",
)
async def test_a_wall_that_never_got_an_answer_says_why(
    internet: Internet, open_foyer: OpenFoyer, wall_page: Page, fault: Fault, word: str
) -> None:
    internet.faults.inject("/v1beta", fault)
    foyer = await open_foyer(internet.environment)
    await wall_page.goto(foyer.address + "/boards/office")
    await wall_page.locator("[data-tile=google-countries][data-state=failed]").wait_for(timeout=15_000)
    await wall_page.locator(".freshness", has_text="all 7 failed").wait_for()  # all have one reason, which is said once
    (reason,) = await wall_page.locator(".reason").all_inner_texts()
    assert word in " ".join(reason.split())
    assert 4 <= len(reason.split()) <= 10
    message = await wall_page.locator("main").inner_text()
    assert "Traceback" not in message
    assert "@" not in message, "an account's address is nobody's business in the hall"
    assert "Since " in message
    assert await wall_page.evaluate(OVERFLOWING) == []
