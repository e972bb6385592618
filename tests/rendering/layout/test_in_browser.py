"""A board in a real browser: nothing overflows, overlaps or scrolls, whatever its figures."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.rendering.layout.conftest import Paint, frame
from utilities.config.boards import Board, read_board
from utilities.model.frames import Frame, ReadingState, ValueKind
from utilities.rendering.layout.text_width import text_width

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]  # where the browser is

ROOT = Path(__file__).resolve().parents[3]
MARKUP = '<script>alert(1)</script> & "a very long title" '
PEOPLE = frame((21480, 19852), **{"totalUsers": ValueKind.INTEGER, "totalUsers:previous": ValueKind.INTEGER})
DAYS = frame(
    *[(f"2026-11-{day}", 1000 * day) for day in range(13, 20)],
    **{"date": ValueKind.DATE, "totalUsers": ValueKind.INTEGER},
)
PAGES = {"page": ValueKind.TEXT, "sessions": ValueKind.INTEGER, "stay": ValueKind.SECONDS, "bounce": ValueKind.FRACTION}
OTHER_SCREENS = [(1280, 720), (3840, 2160), (1024, 768), (2560, 1080), (1080, 1920), (768, 1024), (2160, 3840)]
SCREENS = [(1920, 1080), *(pytest.param(*size, marks=pytest.mark.slow) for size in OTHER_SCREENS)]
CUT = """() => Array.from(document.querySelectorAll('.body, .title, .change, .freshness, .footer, .sheet'))
  .filter(e => e.offsetParent && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1))
  .map(e => e.className + ': ' + e.textContent.trim().slice(0, 40))"""
BOXES = "() => Array.from(document.querySelectorAll('.tile')).map(e => e.getBoundingClientRect().toJSON())"


BRUSH = """async ([text, font]) => {
  await document.fonts.load(font, text);
  const brush = document.createElement('canvas').getContext('2d');
  brush.font = font;
  return brush.measureText(text).width;
}"""


@pytest.fixture
def office() -> Board:
    """The shipped board; its tables show the columns of these tests."""
    board = read_board(ROOT / "boards" / "office.yaml")
    other = {"columns", "shares"}
    tiles = []
    for tile in board.tiles:
        options = {key: value for key, value in tile.options.items() if key not in other}
        if "bars" in options:
            options["bars"] = "sessions"
        tiles.append(tile.model_copy(update={"options": options}))
    return board.model_copy(update={"tiles": tuple(tiles)})


def frames(board: Board, rows: Frame, people: Frame = PEOPLE) -> dict[str, Frame]:
    """The same figures for every table that is not of days, and for every number."""
    by_report = {tile.report: people if tile.view == "number" else rows for tile in board.tiles}
    return by_report | {"users-by-day": DAYS}


def ordinary() -> Frame:
    return frame(*[(f"/blog/post-{n}", 9000 - n, 240.0, 0.38) for n in range(20)], **PAGES)


@pytest.mark.parametrize(("wide", "high"), SCREENS)
async def test_board_fills_the_screen_and_nothing_is_cut(
    wide: int, high: int, office: Board, paint: Paint, open_page: Any
) -> None:
    page = await open_page(office, paint(office, frames(office, ordinary())), wide, high)
    assert await page.evaluate(CUT) == []
    assert await page.evaluate("document.documentElement.scrollHeight") == high
    for box in await page.evaluate(BOXES):
        assert box["left"] >= wide * 0.05 - 1 and box["right"] <= wide * 0.95 + 1
        assert box["top"] >= high * 0.05 - 1 and box["bottom"] <= high * 0.95 + 1


async def test_line_above_a_tile_ends_with_its_content(office: Board, paint: Paint, open_page: Any) -> None:
    page = await open_page(office, paint(office, frames(office, ordinary())))
    boxes = await page.evaluate(BOXES)
    first, second, last = sorted((box for box in boxes if box["top"] < 60), key=lambda box: box["left"])
    gutter = 1.5 * 31
    assert first["right"] == pytest.approx(second["left"] - gutter, abs=1)
    assert second["right"] == pytest.approx(last["left"] - gutter, abs=1)
    assert last["right"] == pytest.approx(1920 * 0.95, abs=1)


async def test_font_sizes_are_the_computed_ones_at_1080p(office: Board, paint: Paint, open_page: Any) -> None:
    page = await open_page(office, paint(office, frames(office, ordinary())))
    size = "e => parseFloat(getComputedStyle(document.querySelector(e)).fontSize)"
    for quiet in (".title", "th", "td .text", ".change", ".colophon", ".clock"):
        assert await page.evaluate(size, quiet) == pytest.approx(31, abs=0.1), quiet
    assert await page.evaluate(size, "tbody td:last-child") == pytest.approx(39, abs=0.1)
    assert await page.evaluate(size, ".hero") > 90


async def test_very_long_titles_stay_text_and_in_their_tile(office: Board, paint: Paint, open_page: Any) -> None:
    monsters = [(MARKUP * 8)[:300], "שלום עולם " * 30, "W" * 300, "日本語" * 100]
    html = paint(office, frames(office, frame(*[(text, 123_456_789, 9e9, 12.5) for text in monsters], **PAGES)))
    assert "<script>alert" not in html
    page = await open_page(office, html)
    cuts = await page.evaluate(CUT)
    assert [cut for cut in cuts if not cut.startswith("title")] == []  # a headline gives way to such figures
    assert "<script>alert(1)</script>" in await page.inner_text("[data-tile=top-pages]")


async def test_right_to_left_label_is_cut_at_its_end(office: Board, paint: Paint, open_page: Any) -> None:
    html = paint(office, frames(office, frame(("שלום עולם " * 30, 1, 1.0, 0.1), **PAGES)))
    page = await open_page(office, html)
    assert (
        await page.evaluate("getComputedStyle(document.querySelector('[data-tile=top-pages] .line')).direction")
        == "rtl"
    )


@pytest.mark.parametrize("state", list(ReadingState))
async def test_every_state_is_shown_in_shape_and_words(
    state: ReadingState, office: Board, paint: Paint, open_page: Any
) -> None:
    page = await open_page(office, paint(office, frames(office, ordinary()), [state]))
    tile = page.locator("[data-tile=visits]")
    assert await tile.get_attribute("data-state") == state
    words = {
        ReadingState.WAITING: "waiting",
        ReadingState.LIVE: "",
        ReadingState.AGEING: "",
        ReadingState.STALE: "6 h old",
        ReadingState.FAILED: "failed",
    }
    shown = await tile.locator(".freshness").all_inner_texts()
    assert " ".join(" ".join(shown).split()) == words[state]
    assert await tile.locator(".freshness .mark").count() == bool(words[state])
    text = await tile.inner_text()
    assert ("Google Analytics does not answer." in text) is (state is ReadingState.FAILED)
    assert ("The first figures come at about 09:46." in text) is (state is ReadingState.WAITING)
    cuts = await page.evaluate(CUT)
    assert [cut for cut in cuts if not cut.startswith("title")] == []  # a title gives way to the state


async def test_age_is_an_element_the_script_can_count_up(office: Board, paint: Paint, open_page: Any) -> None:
    page = await open_page(office, paint(office, frames(office, ordinary()), [ReadingState.STALE]))
    taken = await page.get_attribute("[data-tile=visits] .age", "data-taken")
    assert taken == await page.get_attribute("[data-tile=visits]", "data-taken")
    assert int(taken or 0) == 1795143720


async def test_tiles_are_stacked_on_a_telephone_and_fit_its_width(office: Board, paint: Paint, open_page: Any) -> None:
    page = await open_page(office, paint(office, frames(office, ordinary())), 390, 844)
    assert await page.evaluate("document.documentElement.scrollWidth") == 390
    boxes = await page.evaluate(BOXES)
    assert all(later["top"] >= box["bottom"] for box, later in pairwise(boxes))
    assert 16 <= await page.evaluate("parseFloat(getComputedStyle(document.querySelector('.title')).fontSize)") <= 20


async def test_light_theme_has_the_same_layout(office: Board, paint: Paint, open_page: Any) -> None:
    light = office.model_copy(update={"theme": "light"})
    page = await open_page(light, paint(light, frames(light, ordinary())))
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(248, 246, 241)"
    assert await page.evaluate(CUT) == []


async def test_computed_text_widths_match_the_browser(chromium: Any, serve: Any, office: Board) -> None:
    page = await chromium.new_page()
    await page.goto(serve(office, '<!DOCTYPE html><link rel="stylesheet" href="/static/fonts/inter.css"><p></p>'))
    for weight in (400, 600, 700):
        for text in ("news.ycombinator.com", "21,480", "0:02:51", "Größe in Übersicht", "Ελλάδα", "Украина"):
            drawn = await page.evaluate(BRUSH, [text, f"{weight} 100px Inter"])
            assert text_width(text, 100, weight=weight) == pytest.approx(drawn, rel=0.02), (text, weight)
    await page.close()
