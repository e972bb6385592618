"""The refresher: the only part that queries sources; one supervised task for each report in use."""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from math import inf

from utilities.model.clock import Clock, MonotonicClock
from utilities.refresh.refresh_task import START_JITTER_SECONDS, RefreshContext, RefreshTask
from utilities.reports import Report
from utilities.runtime.supervised_loop import SupervisedLoop, stop_loops
from utilities.sources import Sources
from utilities.store import Store

log = logging.getLogger(__name__)

REPORT_TIMEOUT_SECONDS = 60.0  # for one report, all its queries together
PAGE_VIEW_DEBOUNCE_SECONDS = 0.3  # page views are collected for this long before live reports are refreshed
KEEP_FRESH_SECONDS = 300.0  # how long a report on no board is refreshed after the last request for it


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
        timeout: float = REPORT_TIMEOUT_SECONDS,
        keep_seconds: float = KEEP_FRESH_SECONDS,
        rng: random.Random | None = None,
        start_jitter: float = START_JITTER_SECONDS,
        monotonic: MonotonicClock = time.monotonic,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        rng = rng or random.Random()  # noqa: S311 (jitter)
        self.context = RefreshContext(store, sources, clock, timeout, rng, start_jitter, monotonic, pause)
        self.reports = reports
        self.keep_seconds = keep_seconds
        self.refresh_tasks: dict[str, RefreshTask] = {}
        self.running: dict[str, SupervisedLoop] = {}
        self.listener: SupervisedLoop | None = None  # None before start and after stop
        self.page_view_timer: asyncio.TimerHandle | None = None

    def set_active(self, names: Collection[str]) -> None:
        """Sets which reports are on a board now; the others expire after `keep_seconds`. Never waits.

        A report whose definition has changed is refreshed at once.
        """
        for name, refresh_task in self.refresh_tasks.items():
            if name in self.reports:
                refresh_task.set_report(self.reports[name])
            if name not in names and refresh_task.expires_at == inf:
                refresh_task.expires_at = self.context.monotonic() + self.keep_seconds
        for name in names:
            self._extend(name, inf)

    def keep_fresh(self, report: str) -> None:
        """Keeps a report fresh for `keep_seconds` from now; called when somebody requests it. Never waits.

        A hundred calls at one moment cost one query.
        """
        self._extend(report, self.context.monotonic() + self.keep_seconds)

    def check_due(self, report: str) -> None:
        """Makes the task of a report look again whether it is due, because the clock may have jumped."""
        if report in self.refresh_tasks:
            self.refresh_tasks[report].wake_event.set()

    def drop_report(self, report: str) -> None:
        """Stops refreshing a report; a running query is cancelled."""
        if report in self.refresh_tasks:
            self.refresh_tasks[report].expires_at = self.context.monotonic()
        if report in self.running:
            self.running[report].cancel()

    def notify_page_view(self) -> None:
        """Refreshes the live reports after a counted page view, at most three times a second.

        Called on the event loop, any number of times.
        """
        if self.page_view_timer is None and self.listener is not None:
            loop = asyncio.get_running_loop()
            self.page_view_timer = loop.call_later(PAGE_VIEW_DEBOUNCE_SECONDS, self._refresh_live_reports)

    def _refresh_live_reports(self) -> None:
        self.page_view_timer = None
        self.refresh_reports(lambda report: report.live)

    def refresh_reports(self, matches: Callable[[Report], bool], *, ends_wait: bool = False) -> None:
        """Refreshes the reports in use that have new rows at their source, as `RefreshTask.notify_new_rows`."""
        for refresh_task in self.refresh_tasks.values():
            if matches(refresh_task.report):
                refresh_task.notify_new_rows(ends_wait=ends_wait)

    @property
    def is_running(self) -> bool:
        """Whether it refreshes reports: it is started and not stopped."""
        return self.listener is not None

    async def start(self) -> None:
        """Starts a task for each report that is active or was requested before."""
        self.listener = SupervisedLoop("refresh: listener", self._wake_tasks)
        self.context.sources.recovery_listeners.append(self._end_waits)
        for name in self.refresh_tasks:
            self._start_task(name)

    async def stop(self, within: float = 5.0) -> None:
        """Cancels all tasks; waits at most `within` seconds for them."""
        loops = [*self.running.values(), *([self.listener] if self.listener else [])]
        if self.listener is not None:
            self.context.sources.recovery_listeners.remove(self._end_waits)
        self.listener = None
        if self.page_view_timer is not None:
            self.page_view_timer.cancel()
        await stop_loops(loops, within)

    def _extend(self, name: str, expires_at: float) -> None:
        if name not in self.reports:
            log.warning("there is no report %r to refresh", name)
            return
        if name not in self.refresh_tasks:
            self.refresh_tasks[name] = RefreshTask(self.context, self.reports[name], expires_at)
        self.refresh_tasks[name].expires_at = max(self.refresh_tasks[name].expires_at, expires_at)
        self._start_task(name)

    def _start_task(self, name: str) -> None:
        """Starts the task of a report unless it runs or the refresher is stopped."""
        if self.listener is None or name in self.running:
            return
        self.running[name] = loop = SupervisedLoop(f"refresh: {name}", self.refresh_tasks[name].run)
        loop.add_done_callback(lambda: self._on_task_end(name, loop))

    def _on_task_end(self, name: str, loop: SupervisedLoop) -> None:
        if self.running.get(name) is loop:
            del self.running[name]
        if self.listener is None:
            return
        if not self.refresh_tasks[name].is_expired:
            asyncio.get_running_loop().call_later(1.0, self._start_task, name)
        else:
            del self.refresh_tasks[name]

    async def _wake_tasks(self) -> None:
        """Wakes the task of each report that has a new reading, from this process or another."""
        async for name in self.context.store.listen():
            refresh_task = self.refresh_tasks.get(name)
            if refresh_task is None:
                continue
            report = refresh_task.report
            if refresh_task.has_recovered():  # in another process
                self._end_waits(self.context.sources.quota_of(report.sources[0], report.query))
            refresh_task.wake_event.set()

    def _end_waits(self, quota: str) -> None:
        """Retries the reports that wait after a failure of this quota's source."""
        for refresh_task in self.refresh_tasks.values():
            report = refresh_task.report
            if self.context.sources.quota_of(report.sources[0], report.query) == quota:
                refresh_task.end_wait()
