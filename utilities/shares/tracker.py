"""One provider at work: the calls on their way, the counts remembered, and what to say where there is none."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from utilities.config.settings import Settings
from utilities.http.client import Upstream
from utilities.http.throttle import Pacer
from utilities.model.clock import Clock
from utilities.model.errors import SourceError, SourceMisconfigured
from utilities.model.frames import Note
from utilities.runtime.single_flight import SingleFlight
from utilities.shares.count_cache import Memory, Remembered
from utilities.shares.providers import Api, Provider

log = logging.getLogger(__name__)

QUEUE = 200
"""Calls that may wait for one network; pages beyond that are left for the next ask."""
LONGEST_KEPT = timedelta(days=14)
"""A count that was heard longer ago is not shown any more; as with all figures."""
GRACE = 0.25
"""Seconds over a network's own deadline that an ask waits for it: a call has to end before it is missed."""


NO_PAGE = Remembered(why="not a web address")


class Network:
    """One provider, its server and its manners; belongs to one event loop."""

    def __init__(self, provider: Provider, settings: Settings, upstream: Upstream, clock: Clock) -> None:
        self.provider = provider
        self.clock = clock
        self.pacer = Pacer(clock, concurrency=provider.concurrency, rates=provider.rates)
        address = (settings.named(provider.variable) or provider.api).rstrip("/")
        keys = {name: settings.named(name) for name in (*provider.keys, *provider.extras)}
        self.api = Api(provider, upstream, clock, address, keys, self.pacer.hold)
        self.missing = [name for name in provider.keys if not keys[name]]
        self.memory = Memory()
        self.running = SingleFlight[str, None]()
        self.reported = False

    @property
    def lacks(self) -> str:
        """What to set before it can be asked; nothing when it can."""
        return f"set {' and '.join(self.missing)}" if self.missing else ""

    def known(self, url: str) -> Remembered:
        """What is remembered of the page, or why there is nothing; a count that nobody has heard for long is gone."""
        known = self.memory.pages.get(url, Remembered())
        if known.at and self.clock() - known.at > LONGEST_KEPT:
            known = Remembered(why=known.why)
        waiting = f"unavailable: {self.lacks}" if self.missing else "waiting"
        return known if known.count is not None or known.why else Remembered(why=waiting)

    async def refresh(self, urls: list[str]) -> None:
        """Asks about the pages whose count is older than the pace, no longer than the network's deadline.

        What is not there by then goes on, and is there for the next ask.
        """
        if self.missing:
            return
        for url in urls:
            if url not in self.running and self.due(url) and len(self.running) < QUEUE:
                self.running.start(url, partial(self.count, url)).add_done_callback(partial(self.ended, url))
        waited = {task for url in urls if (task := self.running.get_running(url))}
        if waited:
            await asyncio.wait(waited, timeout=self.provider.deadline + GRACE)

    def due(self, url: str) -> bool:
        at = self.known(url).at
        return at is None or not timedelta() <= self.clock() - at < self.provider.pace  # the clock may be set back

    async def count(self, url: str) -> None:
        """One count; a failure keeps the last good one and says why."""
        try:
            async with self.pacer.turn():
                count = await self.api.count(url)
        except SourceError as error:
            self.fail(url, str(error))
        else:
            self.memory.put(url, Remembered(count, self.clock()))
        self.report()

    def fail(self, url: str, why: str) -> None:
        self.memory.put(url, replace(self.memory.pages.get(url, Remembered()), why=f"unavailable: {why}"))

    def report(self) -> None:
        """One line in the log when a rest begins, and one when the network answers again."""
        until = self.pacer.resting_until()
        if until and not self.reported:
            name, why = self.provider.name, self.pacer.why
            log.warning("%s: %s; it is left in peace until %s", name, why, f"{until:%H:%M:%S} UTC")
            self.reported = True
        elif self.reported and self.pacer.why is None:
            log.info("%s answers again", self.provider.name)
            self.reported = False

    def ended(self, url: str, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (error := task.exception()):
            log.error("%s broke on an answer", self.provider.name, exc_info=error)
            self.fail(url, "Foyer broke on its answer")

    def column(self, urls: Sequence[str | None]) -> tuple[list[int | None], list[Note]]:
        """A value or nothing for each page, and the reasons."""
        known = [self.known(url) if url else NO_PAGE for url in urls]
        reasons = dict.fromkeys(each.why for each in known if each.count is None and each.why)
        old = [each.at for each in known if each.at and self.stale(each)]
        if old:
            reasons[as_of(min(old), self.clock())] = None
        return [each.count for each in known], [Note(text, self.provider.name) for text in reasons]

    def stale(self, known: Remembered) -> bool:
        """Asked again in vain, or not asked for as long as two paces."""
        return bool(known.why) or (known.at is not None and self.clock() - known.at > 2 * self.provider.pace)

    async def check(self, url: str) -> str:
        """What works, by one question; raises SourceError."""
        if self.missing:
            raise SourceMisconfigured(self.lacks)
        return f"well ({await self.api.count(url)} {self.provider.counts})"

    def health(self) -> Mapping[str, object]:
        """The network's state: `unconfigured`, `resting` (and until when, and why) or `well`; no secrets."""
        until, why = self.pacer.resting_until(), self.pacer.why
        state = "unconfigured" if self.missing else "resting" if until else "failing" if why else "well"
        return {
            "state": state,
            "why": self.lacks or (str(why) if why else None),
            "until": until.isoformat() if until else None,
            "counts": self.provider.counts,
            "remembered": len(self.memory.pages),
            "running": len(self.running),
        }

    async def close(self) -> None:
        """Ends the calls on their way."""
        await self.running.close()
        await self.api.close()


def as_of(at: datetime, now: datetime) -> str:
    """Since when a figure has not been heard again, in UTC, with the day when it was not today."""
    return f"as of {at:%H:%M} UTC" if at.date() == now.date() else f"as of {at.day} {at:%b %H:%M} UTC"
