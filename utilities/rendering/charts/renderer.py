"""Drawings by picture: each made once, kept while there is room, and the failures remembered as well."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from utilities.model.errors import NotDrawn, Overloaded
from utilities.rendering.charts import ChartSpec
from utilities.rendering.charts.engine import ChartEngine
from utilities.rendering.charts.svg import clean_svg

MAX_CACHED_CHARS = 24 * 1024 * 1024  # characters of SVG
MAX_QUEUED_CHARTS = 200  # pictures
MAX_REMEMBERED_FAILURES = 1000  # pictures whose failure is remembered
RETRY_SECONDS = 60.0  # seconds before a picture that could not be drawn is tried again
FAILED_SVG = ""


class ChartRenderer:
    """Made on the event loop that uses it; `changed` is called when a drawing is there, or never will be."""

    def __init__(
        self, engine: ChartEngine, room: int = MAX_CACHED_CHARS, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self.engine = engine
        self.room = room
        self.steady = steady
        self.kept: OrderedDict[str, str] = OrderedDict()  # by key, the longest unused first
        self.failed: dict[str, float] = {}  # by key, when to try again
        self.size = 0
        self.drawing: dict[str, asyncio.Task[str]] = {}
        self.on_rendered: Callable[[], None] = lambda: None

    def cached(self, picture: ChartSpec) -> str | None:
        """The drawing, '' when it cannot be made, None when it is on its way from now on; never waits."""
        svg = self.kept.get(picture.key)
        if svg is not None:
            self.kept.move_to_end(picture.key)
            return svg
        if self.failed.get(picture.key, 0.0) > self.steady():
            return FAILED_SVG
        self.enqueue(picture)
        return None

    def enqueue(self, picture: ChartSpec) -> None:
        if picture.key not in self.drawing and len(self.drawing) < MAX_QUEUED_CHARTS:
            task = self.drawing[picture.key] = asyncio.create_task(self.make(picture))
            task.add_done_callback(lambda _: self.on_rendered())

    async def draw(self, picture: ChartSpec) -> str:
        """The drawing; raises NotDrawn, and Overloaded when too many wait for theirs."""
        svg = self.cached(picture)
        if svg is None:
            task = self.drawing.get(picture.key)
            if task is None:
                raise Overloaded("Too many charts are being drawn just now.")
            svg = await asyncio.shield(task)
        if svg == FAILED_SVG:
            raise NotDrawn("This chart cannot be drawn.")
        return svg

    async def wait_idle(self, patience: float) -> None:
        """Returns when all that is being drawn is there, or when that takes longer than so many seconds."""
        if self.drawing:
            await asyncio.wait(self.drawing.values(), timeout=patience)

    async def make(self, picture: ChartSpec) -> str:
        try:
            svg = clean_svg(await self.engine.draw(picture), picture)
        except NotDrawn:
            if len(self.failed) >= MAX_REMEMBERED_FAILURES:
                self.failed.clear()
            self.failed[picture.key] = self.steady() + RETRY_SECONDS
            return FAILED_SVG
        finally:
            del self.drawing[picture.key]
        self.failed.pop(picture.key, None)
        self.kept[picture.key] = svg
        self.size += len(svg)
        while self.size > self.room and len(self.kept) > 1:
            self.size -= len(self.kept.popitem(last=False)[1])
        return svg

    async def close(self) -> None:
        for task in list(self.drawing.values()):
            task.cancel()
        await asyncio.gather(*self.drawing.values(), return_exceptions=True)
        await self.engine.close()


@asynccontextmanager
async def open_chart_renderer() -> AsyncIterator[ChartRenderer]:
    """A gallery that is closed in the end; the engine starts with the first picture."""
    gallery = ChartRenderer(ChartEngine())
    try:
        yield gallery
    finally:
        await gallery.close()
