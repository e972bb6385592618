"""The embedded V8 that renders charts, with limits on time and memory. It runs in the chart process (drawing.py)."""

import json
from contextlib import suppress
from functools import cache
from pathlib import Path

from py_mini_racer import DEFAULT_V8_FLAGS, JSEvalException, JSPromiseError, MiniRacer, init_mini_racer

from utilities.model.errors import NotDrawn
from utilities.rendering.charts import ChartSpec

CHARTS_FOLDER = Path(__file__).parent
STATIC_FOLDER = CHARTS_FOLDER.parents[2] / "static"
ECHARTS_FILE = STATIC_FOLDER / "vendor" / "echarts-6.1.0.min.js"
ADVANCES_FILE = CHARTS_FOLDER.parent / "layout" / "advances.json"
DRAW_TIMEOUT_SECONDS = 3.0  # for one chart
MAX_HEAP_BYTES = 192 * 1024 * 1024
V8_FLAGS = (*DEFAULT_V8_FLAGS, "--max-semi-space-size=2")  # MB; V8 would let it grow to 48
DRAWINGS_PER_CLEANUP = 1000  # then unused memory is returned to the system, compiled code too


class ChartEngine:
    """Renders charts; a context that fails is discarded, and the next chart gets a new one.

    All engines of a process belong to one thread: V8 runs single-threaded here, and two threads crash the process.
    """

    def __init__(self, deadline: float = DRAW_TIMEOUT_SECONDS, memory: int = MAX_HEAP_BYTES) -> None:
        self.deadline = deadline
        self.memory = memory
        self.context: MiniRacer | None = None
        self.charts_drawn = 0  # by this context

    def draw(self, spec: ChartSpec) -> str:
        """Returns the SVG of ECharts; raises NotDrawn with the reason, for the log."""
        try:
            context = self.context = self.context or make_context()
            svg = context.call(
                "draw",
                spec.option,
                spec.width,
                spec.height,
                timeout_sec=self.deadline,
                max_memory=self.memory,
            )
        except (JSEvalException, JSPromiseError) as error:
            self.discard_context()
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            raise NotDrawn(f"A chart cannot be drawn: {reason}") from error
        self.charts_drawn += 1
        if self.charts_drawn % DRAWINGS_PER_CLEANUP == 0:
            context.low_memory_notification()
        return str(svg)

    def discard_context(self) -> None:
        """Closes the context."""
        if self.context is not None:
            with suppress(JSEvalException):  # an interrupted call answers once more
                self.context.eval("0", timeout_sec=DRAW_TIMEOUT_SECONDS)
            self.context.close()
        self.context, self.charts_drawn = None, 0


def make_context() -> MiniRacer:
    """Returns a context with ECharts and the font; takes some 150 ms."""
    init_mini_racer(flags=V8_FLAGS, ignore_duplicate_init=True)
    context = MiniRacer()
    for text in engine_scripts():
        context.eval(text)
    return context


@cache
def engine_scripts() -> tuple[str, ...]:
    """Returns the scripts of a context, in order."""
    fonts = json.dumps(json.loads(ADVANCES_FILE.read_text(encoding="utf-8")))
    scripts = (
        path.read_text(encoding="utf-8")
        for path in (ECHARTS_FILE, STATIC_FOLDER / "revived.js", CHARTS_FOLDER / "draw.js")
    )
    return *scripts, f"advances({fonts})"
