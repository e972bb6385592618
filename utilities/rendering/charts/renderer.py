"""Draws charts as SVG, each once, and caches them and their failures."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

from cachetools import TTLCache

from utilities.model.clock import MonotonicClock
from utilities.model.errors import NotDrawn, Overloaded
from utilities.rendering.charts import ChartSpec
from utilities.rendering.charts.drawing import DrawingProcesses
from utilities.runtime.idle_cache import IdleCache
from utilities.runtime.single_flight import SingleFlight

log = logging.getLogger(__name__)

MAX_CACHED_CHARS = 24 * 1024 * 1024  # of SVG
IDLE_CHART_SECONDS = 3 * 3600.0  # after which a chart is dropped: its figures have been replaced
MAX_QUEUED_CHARTS = 200
MAX_REMEMBERED_FAILURES = 1000
RETRY_SECONDS = 60.0  # before a chart that could not be drawn is tried again
FAILED_SVG = ""


class ChartRenderer:
    """Renders charts and caches their SVG by the key of the chart. Belongs to one event loop.

    `on_rendered` is called when a chart is there or has failed. A chart that failed is tried again after a minute.
    """

    def __init__(
        self, processes: DrawingProcesses, max_chars: int = MAX_CACHED_CHARS, clock: MonotonicClock = time.monotonic
    ) -> None:
        self.processes = processes
        self.svgs = IdleCache[str, str](max_chars, IDLE_CHART_SECONDS, len, clock)
        self.failed: TTLCache[str, bool] = TTLCache(MAX_REMEMBERED_FAILURES, RETRY_SECONDS, timer=clock)
        self.running = SingleFlight[str, str]()
        self.running_pngs = SingleFlight[str, bytes]()
        self.on_rendered: Callable[[], None] = lambda: None

    def cached(self, chart: ChartSpec) -> str | None:
        """Returns the SVG, '' when it cannot be drawn, or None while it is drawn; never waits."""
        svg = self.svgs.get(chart.key)
        if svg is not None:
            return svg
        if chart.key in self.failed:
            return FAILED_SVG
        self.enqueue(chart)
        return None

    def enqueue(self, chart: ChartSpec) -> None:
        """Starts drawing a chart, unless it is being drawn or too many are."""
        if chart.key not in self.running and len(self.running) < MAX_QUEUED_CHARTS:
            task = self.running.start_call(chart.key, partial(self._render, chart))
            task.add_done_callback(lambda _: self.on_rendered())

    async def draw(self, chart: ChartSpec) -> str:
        """Returns the SVG; raises NotDrawn, and Overloaded when too many charts are waiting."""
        svg = self.cached(chart)
        if svg is None:
            task = self.running.get_running(chart.key)
            if task is None:
                raise Overloaded("Too many charts are being drawn just now.")
            svg = await asyncio.shield(task)
        if svg == FAILED_SVG:
            raise NotDrawn("This chart cannot be drawn.")
        return svg

    async def draw_png(self, svg: str) -> bytes:
        """Returns the PNG of an SVG file; raises NotDrawn, and Overloaded when too many are waiting."""
        return await self.running_pngs.run(svg, partial(self.processes.draw_png, svg))

    async def wait_idle(self, timeout: float) -> None:
        """Returns when all charts that are being drawn are there, or after `timeout` seconds."""
        await self.running.wait_idle(timeout)

    async def close(self) -> None:
        """Cancels what is being drawn and ends the drawing processes."""
        await self.running.close()
        await self.running_pngs.close()
        await self.processes.close()

    async def _render(self, chart: ChartSpec) -> str:
        try:
            svg = await self.processes.draw_svg(chart)
        except (NotDrawn, Overloaded) as error:
            log.warning("%s", error)
            self.failed[chart.key] = True
            return FAILED_SVG
        self.failed.pop(chart.key, None)
        if len(svg) <= self.svgs.maxsize:
            self.svgs[chart.key] = svg
        return svg


@asynccontextmanager
async def open_chart_renderer() -> AsyncIterator[ChartRenderer]:
    """Opens a renderer and closes it at the end; the processes start with the first drawing."""
    renderer = ChartRenderer(DrawingProcesses())
    try:
        yield renderer
    finally:
        await renderer.close()
