"""The chart engine: limits on time and memory, recovery after a failure, and one rendering for all callers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from tests.rendering.charts.gallery import VIEWS, picture
from tests.rendering.charts.states import BY_VIEW, DAYS
from utilities.config.boards.reader import read_board
from utilities.model.errors import NotDrawn
from utilities.rendering.charts import ChartSpec
from utilities.rendering.charts.engine import ChartEngine
from utilities.rendering.charts.renderer import ChartRenderer
from utilities.rendering.views import ChartSvg
from utilities.rendering.walls.tile_content import TileContents

Open = Callable[..., ChartRenderer]

BOARD = """\
title: Office
grid: {columns: 12, rows: 8}
tiles:
  - {report: users-by-day, view: line, place: [1, 1, 12, 8]}
"""


@pytest_asyncio.fixture
async def open_renderer() -> AsyncIterator[Open]:
    """A renderer with an engine of its own, with such bounds."""
    renderers: list[ChartRenderer] = []

    def open_one(**bounds: float) -> ChartRenderer:
        renderers.append(ChartRenderer(ChartEngine(**bounds)))  # type: ignore[arg-type]
        return renderers[-1]

    yield open_one
    for renderer in renderers:
        await renderer.close()


def slow_chart() -> ChartSpec:
    spec = picture("line", DAYS["10,000 points"])
    assert spec is not None
    return spec


def small_chart(width: int = 300) -> ChartSpec:
    return ChartSpec('{"xAxis":{},"yAxis":{},"series":[{"type":"line","data":[[0,1],[1,2]]}]}', width, 200)


async def assert_not_drawn(drawing: Awaitable[str]) -> None:
    with pytest.raises(NotDrawn):
        await drawing


async def test_chart_that_takes_too_long_fails_and_the_next_is_drawn(open_renderer: Open):
    engine = open_renderer(deadline=0.001).engine
    await assert_not_drawn(engine.draw(slow_chart()))
    engine.deadline = 3.0
    assert "<svg" in await engine.draw(slow_chart())


async def test_chart_that_takes_too_much_memory_fails_and_the_next_is_drawn(open_renderer: Open):
    engine = open_renderer(memory=1024 * 1024).engine
    await assert_not_drawn(engine.draw(slow_chart()))
    engine.memory = 192 * 1024 * 1024
    assert "<svg" in await engine.draw(slow_chart())


async def test_invalid_option_fails_and_the_next_chart_is_drawn(open_renderer: Open):
    engine = open_renderer().engine
    assert "<svg" in await engine.draw(small_chart())
    await assert_not_drawn(engine.draw(ChartSpec("{", 300, 200)))
    assert "<svg" in await engine.draw(small_chart())


async def test_name_of_the_object_prototype_changes_no_other_chart(open_renderer: Open):
    engine = open_renderer().engine
    before = await engine.draw(small_chart())
    bars = '{"name":"__proto__","type":"bar","data":[1,2]}'
    odd = f'{{"xAxis":{{"data":["__proto__","b"]}},"yAxis":{{}},"legend":{{}},"series":[{bars}]}}'
    await asyncio.gather(engine.draw(ChartSpec(odd, 300, 200)), return_exceptions=True)
    assert await engine.draw(small_chart()) == before


async def test_chart_is_drawn_once_for_many_callers_without_blocking_the_loop(open_renderer: Open):
    renderer = open_renderer()
    pictures = [small_chart(300 + place) for place in range(20)]
    drawing = asyncio.gather(*(renderer.draw(one) for one in pictures * 5))
    loop_turns = 0
    while not drawing.done():
        loop_turns += 1
        await asyncio.sleep(0)
    svgs = await drawing
    assert (renderer.engine.charts_drawn, len(set(svgs))) == (20, 20)
    assert loop_turns > 20
    assert svgs[:20] == [renderer.cached(one) for one in pictures]


async def test_wall_shows_a_table_instead_of_a_chart_that_fails(open_renderer: Open, tmp_path: Path):
    (tmp_path / "office.yaml").write_text(BOARD, encoding="utf-8")
    board = read_board(tmp_path / "office.yaml")
    renderer = open_renderer(deadline=0.0001)
    contents = TileContents(VIEWS, renderer)
    frame = BY_VIEW["line"]["28 days"]
    content, is_pending = contents.build_tile(board, board.tiles[0], "", frame, None)
    assert (content.view.name, is_pending) == ("table", True)
    await renderer.wait_idle(10)
    content, is_pending = contents.build_tile(board, board.tiles[0], "", frame, None)
    assert (content.view.name, is_pending) == ("table", False)
    renderer.engine.deadline = 3.0
    renderer.failed.clear()
    contents.build_tile(board, board.tiles[0], "", frame, None)
    await renderer.wait_idle(10)
    content, _ = contents.build_tile(board, board.tiles[0], "", frame, None)
    assert isinstance(content.content, ChartSvg)
