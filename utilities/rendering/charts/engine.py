"""The embedded JavaScript engine that draws: one context, on a thread of its own, with bounds on time and memory."""

import asyncio
import json
import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from pathlib import Path

from py_mini_racer import DEFAULT_V8_FLAGS, JSEvalException, JSPromiseError, MiniRacer, init_mini_racer

from utilities.model.errors import NotDrawn
from utilities.rendering.charts import ChartSpec

log = logging.getLogger(__name__)

CHARTS_FOLDER = Path(__file__).parent
STATIC_FOLDER = CHARTS_FOLDER.parents[2] / "static"
ECHARTS_FILE = STATIC_FOLDER / "vendor" / "echarts-6.1.0.min.js"
ADVANCES_FILE = CHARTS_FOLDER.parent / "layout" / "advances.json"
DRAW_TIMEOUT_SECONDS = 3.0  # seconds for one drawing
MAX_HEAP_BYTES = 192 * 1024 * 1024  # bytes the engine's heap may have
V8_FLAGS = (*DEFAULT_V8_FLAGS, "--max-semi-space-size=2")  # MB for what is short-lived; V8 would let it grow to 48
DRAWINGS_PER_CLEANUP = 1000  # drawings, after which what nobody needs goes back to the system, compiled code as well
DRAWINGS_PER_CONTEXT = 2000  # drawings, after which a fresh context takes over


class ChartEngine:
    """Draws one picture at a time; a context that fails is thrown away, and the next picture gets a new one."""

    def __init__(self, deadline: float = DRAW_TIMEOUT_SECONDS, memory: int = MAX_HEAP_BYTES) -> None:
        self.deadline = deadline
        self.memory = memory
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="charts")
        self.context: MiniRacer | None = None  # the thread's
        self.drawn = 0  # by this context

    async def draw(self, picture: ChartSpec) -> str:
        """SVG as ECharts writes it; raises NotDrawn."""
        return await asyncio.get_running_loop().run_in_executor(self.thread, self.attempt, picture)

    def attempt(self, picture: ChartSpec) -> str:
        """On the thread."""
        try:
            context = self.context = self.context or make_context()
            svg = context.call(
                "draw",
                picture.option,
                picture.width,
                picture.height,
                timeout_sec=self.deadline,
                max_memory=self.memory,
            )
        except (JSEvalException, JSPromiseError) as error:
            self.throw_away()
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            log.warning("A chart cannot be drawn: %s", reason)
            raise NotDrawn("This chart cannot be drawn.") from error
        self.drawn += 1
        if self.drawn >= DRAWINGS_PER_CONTEXT:
            self.throw_away()
        elif self.drawn % DRAWINGS_PER_CLEANUP == 0:
            context.low_memory_notification()
        return str(svg)

    def throw_away(self) -> None:
        if self.context is not None:
            with suppress(JSEvalException):  # what was broken off answers once more, and must find somebody there
                self.context.eval("0", timeout_sec=DRAW_TIMEOUT_SECONDS)
            self.context.close()
        self.context, self.drawn = None, 0

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self.thread, self.throw_away)
        self.thread.shutdown()


def make_context() -> MiniRacer:
    """A context that knows ECharts and the font; some 150 ms."""
    init_mini_racer(flags=V8_FLAGS, ignore_duplicate_init=True)
    context = MiniRacer()
    for text in engine_scripts():
        context.eval(text)
    return context


@cache
def engine_scripts() -> tuple[str, ...]:
    fonts = json.dumps(json.loads(ADVANCES_FILE.read_text(encoding="utf-8")))
    scripts = (
        path.read_text(encoding="utf-8")
        for path in (ECHARTS_FILE, STATIC_FOLDER / "revived.js", CHARTS_FOLDER / "draw.js")
    )
    return *scripts, f"advances({fonts})"
