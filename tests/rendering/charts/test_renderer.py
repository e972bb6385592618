"""Charts and PNG files are drawn in processes of their own: once for all callers, and whatever happens to a process."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.rendering.charts.gallery import VIEWS
from tests.rendering.charts.states import BY_VIEW
from tests.rendering.charts.test_engine import small_chart
from tests.waiting import wait_until
from utilities.config.boards.reader import read_board
from utilities.model.errors import NotDrawn, Overloaded
from utilities.rendering.charts import ChartSpec
from utilities.rendering.charts.drawing import DrawingProcesses
from utilities.rendering.charts.renderer import ChartRenderer
from utilities.rendering.views import ChartSvg
from utilities.rendering.walls.tile_content import TileContents
from utilities.runtime.worker_process import WorkerProcess

SVG_FILE = '<svg xmlns="http://www.w3.org/2000/svg" width="{}" height="80"><rect width="9" height="9"/></svg>'
BOARD = """\
title: Office
grid: {columns: 12, rows: 8}
tiles:
  - {report: users-by-day, view: line, place: [1, 1, 12, 8]}
"""


@pytest.fixture
async def renderer() -> AsyncIterator[ChartRenderer]:
    renderer = ChartRenderer(DrawingProcesses(call_timeout=20.0, max_pngs=3))
    yield renderer
    await renderer.close()


def send(process: WorkerProcess, number: int) -> None:
    assert process.running is not None
    os.kill(process.running.process.pid, number)


@pytest.mark.slow
async def test_nothing_is_started_before_something_is_drawn(renderer: ChartRenderer):
    processes = renderer.processes
    assert (processes.charts.running, processes.pngs.running) == (None, None)
    assert "<svg" in await renderer.draw(small_chart())
    assert (processes.charts.starts, processes.pngs.starts) == (1, 0)


async def test_chart_is_drawn_once_for_many_callers(renderer: ChartRenderer):
    pictures = [small_chart(300 + place) for place in range(20)]
    svgs = await asyncio.gather(*(renderer.draw(one) for one in pictures * 5))
    assert len(set(svgs)) == 20
    assert svgs[:20] == [renderer.cached(one) for one in pictures]
    pngs = await asyncio.gather(*(renderer.draw_png(SVG_FILE.format(80)) for _ in range(30)))
    assert len(set(pngs)) == 1  # thirty would not fit into the queue of three


@pytest.mark.slow
async def test_process_has_none_of_the_settings(renderer: ChartRenderer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SECRET_KEY", "do not pass this on")
    await renderer.draw(small_chart())
    assert renderer.processes.charts.running is not None
    assert b"do not pass this on" not in read_environment(renderer.processes.charts.running.process.pid)


def read_environment(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except FileNotFoundError:
        pytest.skip("this system does not show the environment of a process")


@pytest.mark.slow
@pytest.mark.parametrize("when", ["idle", "drawing"])
async def test_process_that_crashes_is_replaced_and_the_picture_is_drawn(renderer: ChartRenderer, when: str):
    pngs = renderer.processes.pngs
    first = await renderer.draw_png(SVG_FILE.format(80))
    if when == "drawing":
        send(pngs, signal.SIGSTOP)  # so that it cannot answer before it is killed
    else:
        send(pngs, signal.SIGKILL)
    drawing = asyncio.create_task(pngs.call(SVG_FILE.format(80).encode()))
    if when == "drawing":
        await wait_until(lambda: pngs.pending_count == 1)
        send(pngs, signal.SIGKILL)
    assert (await drawing, pngs.starts) == (first, 2)


@pytest.mark.slow
async def test_process_that_hangs_is_killed_and_replaced(renderer: ChartRenderer):
    pngs = renderer.processes.pngs
    await renderer.draw_png(SVG_FILE.format(80))
    assert pngs.running is not None
    hanging = pngs.running.process
    send(pngs, signal.SIGSTOP)
    pngs.call_timeout = 0.1
    with pytest.raises(NotDrawn):
        await renderer.draw_png(SVG_FILE.format(81))
    assert hanging.returncode == -signal.SIGKILL
    pngs.call_timeout = 20.0
    assert (await renderer.draw_png(SVG_FILE.format(81)))[:4] == b"\x89PNG"


@pytest.mark.slow
async def test_too_many_pictures_are_refused_and_charts_do_not_wait_for_them(renderer: ChartRenderer):
    pngs = renderer.processes.pngs
    await renderer.draw_png(SVG_FILE.format(80))
    send(pngs, signal.SIGSTOP)
    drawings = [asyncio.create_task(renderer.draw_png(SVG_FILE.format(81 + place))) for place in range(3)]
    await wait_until(lambda: pngs.pending_count == 3)
    with pytest.raises(Overloaded):
        await renderer.draw_png(SVG_FILE.format(90))
    assert "<svg" in await renderer.draw(small_chart())
    send(pngs, signal.SIGCONT)
    assert all(png[:4] == b"\x89PNG" for png in await asyncio.gather(*drawings))


@pytest.mark.slow
async def test_picture_that_cannot_be_drawn_fails_and_the_next_is_drawn(renderer: ChartRenderer):
    with pytest.raises(NotDrawn):
        await renderer.draw(ChartSpec("{", 300, 200))
    with pytest.raises(NotDrawn):
        await renderer.draw_png("no SVG")
    assert "<svg" in await renderer.draw(small_chart())
    assert (await renderer.draw_png(SVG_FILE.format(80)))[:4] == b"\x89PNG"
    assert (renderer.processes.charts.starts, renderer.processes.pngs.starts) == (1, 1)


async def test_wall_shows_a_table_instead_of_a_chart_that_fails(renderer: ChartRenderer, tmp_path: Path):
    (tmp_path / "office.yaml").write_text(BOARD, encoding="utf-8")
    board = read_board(tmp_path / "office.yaml")
    charts = renderer.processes.charts
    charts._command = ("/nowhere/python",)
    contents = TileContents(VIEWS, renderer)
    frame = BY_VIEW["line"]["28 days"]
    content, is_pending = contents.build_tile(board, board.tiles[0], "", frame, None)
    assert (content.view.name, is_pending) == ("table", True)
    await renderer.wait_idle(30)
    content, is_pending = contents.build_tile(board, board.tiles[0], "", frame, None)
    assert (content.view.name, is_pending) == ("table", False)
    charts._command = DrawingProcesses().charts._command
    renderer.failed.clear()
    contents.build_tile(board, board.tiles[0], "", frame, None)
    await renderer.wait_idle(30)
    content, _ = contents.build_tile(board, board.tiles[0], "", frame, None)
    assert [type(face.content) for face in content.faces] == [ChartSvg] * 3  # drawn for each shape of screen
