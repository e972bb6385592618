"""The processes that draw: one for charts, in V8, and one for PNG files. Each starts when something is to be drawn."""

import asyncio
import json
from dataclasses import asdict

from utilities.model.errors import NotDrawn
from utilities.rendering.charts import ChartSpec
from utilities.runtime.worker_process import WorkerProcess

MODULE = "utilities.rendering.charts.drawing_worker"
MAX_PENDING_CHARTS = 250
MAX_PENDING_PNGS = 16
DRAWING_TIMEOUT_SECONDS = 20.0  # for one drawing; a dense line with fifteen million pixels takes five
QUEUE_TIMEOUT_SECONDS = 60.0  # for waiting and drawing


class DrawingProcesses:
    """Draws outside this process, so that neither V8 nor a large picture stops or ends the server.

    PNG files have a process of their own: the charts of the walls never wait for them.
    """

    def __init__(self, call_timeout: float = DRAWING_TIMEOUT_SECONDS, max_pngs: int = MAX_PENDING_PNGS) -> None:
        self.charts = self._make_process("svg", "The chart process", MAX_PENDING_CHARTS, call_timeout)
        self.pngs = self._make_process("png", "The process for PNG files", max_pngs, call_timeout)

    async def draw_svg(self, spec: ChartSpec) -> str:
        """Returns the SVG of a chart; raises NotDrawn, and Overloaded when it has waited too long."""
        return (await self.charts.call(json.dumps(asdict(spec)).encode())).decode()

    async def draw_png(self, svg: str) -> bytes:
        """Returns the PNG of an SVG file; raises NotDrawn, and Overloaded when too many are waiting."""
        return await self.pngs.call(svg.encode())

    async def close(self) -> None:
        """Ends both processes."""
        await asyncio.gather(self.charts.close(), self.pngs.close())

    @staticmethod
    def _make_process(kind: str, name: str, max_pending: int, call_timeout: float) -> WorkerProcess:
        return WorkerProcess(
            (MODULE, kind),
            name=name,
            error_type=NotDrawn,
            max_pending=max_pending,
            timeout=QUEUE_TIMEOUT_SECONDS,
            call_timeout=call_timeout,
        )
