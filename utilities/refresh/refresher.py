"""The refresher: the only thing that asks a source; one supervised task for each report in use."""

import asyncio
import logging
import random
import time
from collections.abc import Collection, Mapping
from math import inf

from utilities.model.clock import Clock
from utilities.refresh.refresh_task import Duty, Means
from utilities.reports import Report
from utilities.sources import Sources
from utilities.store import Store

log = logging.getLogger(__name__)

DEADLINE = 60.0  # seconds for one report, all its asks together
PULSE = 0.3  # seconds in which page views are gathered before those who watch are told
KEPT = 300.0  # seconds that a report on no board is kept fresh after the last person wanted it


class Refresher:
    """Keeps the readings of the reports in use fresh, together with the refreshers of other processes.

    `reports` may be changed from outside (board files define some); call `set_active` afterwards.
    """

    def __init__(
        self,
        store: Store,
        sources: Sources,
        reports: Mapping[str, Report],
        clock: Clock,
        *,
        deadline: float = DEADLINE,
        kept: float = KEPT,
        draw: random.Random | None = None,
    ) -> None:
        self.means = Means(store, sources, clock, deadline, draw or random.Random())  # noqa: S311 (jitter)
        self.reports = reports
        self.kept = kept
        self.duties: dict[str, Duty] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.hearing: asyncio.Task[None] | None = None
        self.pulsing: asyncio.TimerHandle | None = None

    def set_active(self, names: Collection[str]) -> None:
        """The reports that are on a board now; those that were are let go after some minutes.

        Never waits. A report whose definition has changed is asked at once.
        """
        for name, duty in self.duties.items():
            if name in self.reports:
                duty.change(self.reports[name])
            if name not in names and duty.until == inf:
                duty.until = time.monotonic() + self.kept
        for name in names:
            self.keep(name, inf)

    def want(self, report: str) -> None:
        """Somebody looks at this report: it is asked unless it is fresh, and kept fresh for some minutes.

        Never waits; a hundred people who want it at one moment cost one ask.
        """
        self.keep(report, time.monotonic() + self.kept)

    def let_go(self, report: str) -> None:
        """Nobody looks at this report any more; an ask that is under way is given up."""
        if report in self.duties:
            self.duties[report].until = time.monotonic()
        if report in self.tasks:
            self.tasks[report].cancel()

    def pulse(self) -> None:
        """A page view has been counted: the reports that show this moment are asked again, at most three times in a
        second. Called on the event loop, however often."""
        if self.pulsing is None and self.hearing is not None:
            self.pulsing = asyncio.get_running_loop().call_later(PULSE, self.beat)

    def beat(self) -> None:
        self.pulsing = None
        for duty in self.duties.values():
            if duty.report.live:
                duty.pulse()

    async def start(self) -> None:
        """Begins; what was set active or wanted before is asked now."""
        self.hearing = asyncio.create_task(self.hear(), name="refresh: hear")
        for name in self.duties:
            self.begin(name)

    async def stop(self, within: float = 5.0) -> None:
        """Ends every task; waits at most `within` seconds for them."""
        tasks = [*self.tasks.values(), *([self.hearing] if self.hearing else [])]
        self.hearing = None
        if self.pulsing is not None:
            self.pulsing.cancel()
        ends = time.monotonic() + within
        left = {task for task in tasks if not task.done()}
        while left and time.monotonic() < ends:
            for task in left:  # more than once: wait_for can swallow a cancellation (Python issue 86296)
                task.cancel()
            _, left = await asyncio.wait(left, timeout=0.5)
        for task in left:
            log.warning("%s does not end", task.get_name())

    def keep(self, name: str, until: float) -> None:
        if name not in self.reports:
            log.warning("there is no report %r to keep fresh", name)
            return
        if name not in self.duties:
            self.duties[name] = Duty(self.means, self.reports[name], until)
        self.duties[name].until = max(self.duties[name].until, until)
        self.begin(name)

    def begin(self, name: str) -> None:
        """Sees to it that a duty has its task while the refresher runs."""
        if self.hearing is None or name in self.tasks:
            return
        self.tasks[name] = task = asyncio.create_task(self.duties[name].run(), name=f"refresh: {name}")
        task.add_done_callback(lambda task: self.ended(name, task))

    def ended(self, name: str, task: asyncio.Task[None]) -> None:
        if self.tasks.get(name) is task:
            del self.tasks[name]
        if self.hearing is None:
            return
        if not task.cancelled() and (error := task.exception()) is not None:
            log.critical("refresh: %s ended and is begun again", name, exc_info=error)
        if time.monotonic() < self.duties[name].until:
            asyncio.get_running_loop().call_later(1.0, self.begin, name)
        else:
            del self.duties[name]

    async def hear(self) -> None:
        """Wakes the duty of each report that has a new reading, from here or from another process."""
        async for name in self.means.store.listen():
            if name in self.duties:
                self.duties[name].woken.set()
