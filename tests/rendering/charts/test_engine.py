"""The engine: bounds on time and memory, a fresh start after a failure, and one drawing however many want it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from tests.rendering.charts.gallery import VIEWS, picture
from tests.rendering.charts.states import BY_VIEW, DAYS
from utilities.config.boards.reader import read
from utilities.model.errors import NotDrawn
from utilities.rendering.charts import ChartSpec
from utilities.rendering.charts.engine import ChartEngine
from utilities.rendering.charts.renderer import ChartRenderer
from utilities.rendering.views import ChartSvg
from utilities.rendering.walls.tile_content import Drawings

Open = Callable[..., ChartRenderer]

BOARD = """\
title: Office
grid: {columns: 12, rows: 8}
tiles:
  - {report: users-by-day, view: line, place: [1, 1, 12, 8]}
"""


@pytest_asyncio.fixture
async def opened() -> AsyncIterator[Open]:
    """A gallery with an engine of its own, with such bounds."""
    galleries: list[ChartRenderer] = []

    def open_one(**bounds: float) -> ChartRenderer:
        galleries.append(ChartRenderer(ChartEngine(**bounds)))  # type: ignore[arg-type]
        return galleries[-1]

    yield open_one
    for gallery in galleries:
        await gallery.close()


def heavy() -> ChartSpec:
    found = picture("line", DAYS["10,000 points"])
    assert found is not None
    return found


def light(width: int = 300) -> ChartSpec:
    return ChartSpec('{"xAxis":{},"yAxis":{},"series":[{"type":"line","data":[[0,1],[1,2]]}]}', width, 200)


async def refused(drawing: Awaitable[str]) -> None:
    with pytest.raises(NotDrawn):
        await drawing


async def test_drawing_that_takes_too_long_is_given_up_and_the_next_is_drawn(opened: Open):
    engine = opened(deadline=0.001).engine
    await refused(engine.draw(heavy()))
    engine.deadline = 3.0
    assert "<svg" in await engine.draw(heavy())


async def test_drawing_that_takes_too_much_memory_is_given_up_and_the_next_is_drawn(opened: Open):
    engine = opened(memory=1024 * 1024).engine
    await refused(engine.draw(heavy()))
    engine.memory = 192 * 1024 * 1024
    assert "<svg" in await engine.draw(heavy())


async def test_option_that_is_none_is_given_up_and_the_next_picture_is_drawn(opened: Open):
    engine = opened().engine
    assert "<svg" in await engine.draw(light())
    await refused(engine.draw(ChartSpec("{", 300, 200)))
    assert "<svg" in await engine.draw(light())


async def test_name_of_every_objects_prototype_changes_no_other_drawing(opened: Open):
    engine = opened().engine
    before = await engine.draw(light())
    bars = '{"name":"__proto__","type":"bar","data":[1,2]}'
    odd = f'{{"xAxis":{{"data":["__proto__","b"]}},"yAxis":{{}},"legend":{{}},"series":[{bars}]}}'
    await asyncio.gather(engine.draw(ChartSpec(odd, 300, 200)), return_exceptions=True)
    assert await engine.draw(light()) == before


async def test_picture_is_drawn_once_however_many_want_it_at_once_and_the_loop_goes_on(opened: Open):
    gallery = opened()
    pictures = [light(300 + place) for place in range(20)]
    drawing = asyncio.gather(*(gallery.draw(one) for one in pictures * 5))
    turns = 0
    while not drawing.done():
        turns += 1
        await asyncio.sleep(0)
    svgs = await drawing
    assert (gallery.engine.charts_drawn, len(set(svgs))) == (20, 20)
    assert turns > 20
    assert svgs[:20] == [gallery.cached(one) for one in pictures]


async def test_chart_that_cannot_be_drawn_is_the_table_of_its_figures_on_a_wall(opened: Open, tmp_path: Path):
    (tmp_path / "office.yaml").write_text(BOARD, encoding="utf-8")
    board = read(tmp_path / "office.yaml")
    gallery = opened(deadline=0.0001)
    drawings = Drawings(VIEWS, gallery)
    frame = BY_VIEW["line"]["28 days"]
    inside, awaited = drawings.inside(board, board.tiles[0], "", frame, None)
    assert (inside.view.name, awaited) == ("table", True)
    await gallery.wait_idle(10)
    inside, awaited = drawings.inside(board, board.tiles[0], "", frame, None)
    assert (inside.view.name, awaited) == ("table", False)
    gallery.engine.deadline = 3.0
    gallery.failed.clear()
    drawings.inside(board, board.tiles[0], "", frame, None)
    await gallery.wait_idle(10)
    inside, _ = drawings.inside(board, board.tiles[0], "", frame, None)
    assert isinstance(inside.content, ChartSvg)
