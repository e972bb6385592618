"""Throttled, cached access to one share provider."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from utilities.config.settings import Settings
from utilities.http.client import HttpClient
from utilities.http.throttle import Throttle
from utilities.model.clock import Clock
from utilities.model.errors import SourceError, SourceMisconfigured
from utilities.model.frames import Note
from utilities.runtime.single_flight import SingleFlight
from utilities.shares.count_cache import CachedCount, Counts, ShareCountCache
from utilities.shares.providers import Provider, ProviderApi

log = logging.getLogger(__name__)

MAX_PENDING_CALLS = 200
"""For each network; further pages wait for the next query."""
MAX_COUNT_AGE = timedelta(days=14)
"""Older counts are not shown; as with all figures."""
GRACE_SECONDS = 0.25
"""A query waits that much longer than a network's timeout, so that calls end before it does."""


NOT_A_PAGE = CachedCount(why="not a web address")


class ShareTracker:
    """One provider with its throttle and its cached counts. Belongs to one event loop."""

    def __init__(self, provider: Provider, settings: Settings, upstream: HttpClient, clock: Clock) -> None:
        self.provider = provider
        self.clock = clock
        self.throttle = Throttle(clock, concurrency=provider.concurrency, rates=provider.rates)
        address = (settings.provider_variable(provider.address_setting) or provider.default_address).rstrip("/")
        keys = {name: settings.provider_variable(name) for name in (*provider.keys, *provider.optional_keys)}
        self.api = ProviderApi(provider, upstream, clock, address, keys, self.throttle.pause)
        self.missing_keys = [name for name in provider.keys if not keys[name]]
        self.cache = ShareCountCache()
        self.running = SingleFlight[str, None]()
        self.is_pause_logged = False

    @property
    def setup_hint(self) -> str:
        """What to set before it can be queried; '' when it is configured."""
        return f"set {' and '.join(self.missing_keys)}" if self.missing_keys else ""

    def cached_count(self, url: str) -> CachedCount:
        """Returns the cached count of a page, or the reason why there is none; drops a count that is too old."""
        cached = self.cache.pages.get(url, CachedCount())
        if cached.at and self.clock() - cached.at > MAX_COUNT_AGE:
            cached = CachedCount(why=cached.why)
        waiting = f"unavailable: {self.setup_hint}" if self.missing_keys else "waiting"
        return cached if cached.count is not None or cached.why else CachedCount(why=waiting)

    async def refresh_counts(self, urls: list[str]) -> None:
        """Queries the pages whose count is due, and waits at most the network's timeout.

        Slower calls go on, and their counts are there for the next query.
        """
        if self.missing_keys:
            return
        for url in urls:
            if url not in self.running and self.is_due(url) and len(self.running) < MAX_PENDING_CALLS:
                self.running.start_call(url, partial(self.update_count, url)).add_done_callback(
                    partial(self.finish_call, url)
                )
        waited = {task for url in urls if (task := self.running.get_running(url))}
        if waited:
            await asyncio.wait(waited, timeout=self.provider.timeout + GRACE_SECONDS)

    def is_due(self, url: str) -> bool:
        at = self.cached_count(url).at
        return (
            at is None or not timedelta() <= self.clock() - at < self.provider.refresh_every
        )  # the clock may have been set back

    async def update_count(self, url: str) -> None:
        """Fetches one count; after a failure the last good one stays, with the reason."""
        try:
            async with self.throttle.slot():
                count = await self.api.fetch_count(url)
        except SourceError as error:
            self.record_failure(url, str(error))
        else:
            self.cache.set_count(url, CachedCount(count, self.clock()))
        self.log_outcome()

    def record_failure(self, url: str, why: str) -> None:
        self.cache.set_count(url, replace(self.cache.pages.get(url, CachedCount()), why=f"unavailable: {why}"))

    def log_outcome(self) -> None:
        """Logs one line when a pause begins, and one when the network answers again."""
        until = self.throttle.next_attempt_at()
        if until and not self.is_pause_logged:
            name, why = self.provider.name, self.throttle.last_error
            log.warning("%s: %s; retry at %s", name, why, f"{until:%H:%M:%S} UTC")
            self.is_pause_logged = True
        elif self.is_pause_logged and self.throttle.last_error is None:
            log.info("%s answers again", self.provider.name)
            self.is_pause_logged = False

    def finish_call(self, url: str, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (error := task.exception()):
            log.error("%s failed on a response", self.provider.name, exc_info=error)
            self.record_failure(url, "internal error")

    def merge_counts(self, counts: Counts) -> None:
        """Adds the counts of another process; one that is newer than a failure here ends the pause after it."""
        newest = self.cache.merge_counts(counts, self.clock())
        if newest is not None:
            # A call that began before the failure says nothing about the time after it.
            self.throttle.end_pause(newest - timedelta(seconds=self.provider.timeout))

    def column_values(self, urls: Sequence[str | None]) -> tuple[list[int | None], list[Note]]:
        """Returns a count or None for each page, and notes with the reasons."""
        cached = [self.cached_count(url) if url else NOT_A_PAGE for url in urls]
        reasons = dict.fromkeys(each.why for each in cached if each.count is None and each.why)
        old = [each.at for each in cached if each.at and self.is_stale(each)]
        if old:
            reasons[as_of_text(min(old), self.clock())] = None
        return [each.count for each in cached], [Note(text, self.provider.name) for text in reasons]

    def is_stale(self, cached: CachedCount) -> bool:
        """Whether the last refresh failed, or two refresh intervals have passed without one."""
        return bool(cached.why) or (
            cached.at is not None and self.clock() - cached.at > 2 * self.provider.refresh_every
        )

    async def check(self, url: str) -> str:
        """Queries one page and returns a sentence about the result; raises SourceError."""
        if self.missing_keys:
            raise SourceMisconfigured(self.setup_hint)
        return f"works ({await self.api.fetch_count(url)} {self.provider.description})"

    def health(self) -> Mapping[str, object]:
        """Returns the state (`unconfigured`, `resting`, `failing` or `well`), the reason and facts; no secrets."""
        until, why = self.throttle.next_attempt_at(), self.throttle.last_error
        state = "unconfigured" if self.missing_keys else "resting" if until else "failing" if why else "well"
        return {
            "state": state,
            "why": self.setup_hint or (str(why) if why else None),
            "until": until.isoformat() if until else None,
            "counts": self.provider.description,
            "remembered": len(self.cache.pages),
            "running": len(self.running),
        }

    async def close(self) -> None:
        """Cancels the running calls."""
        await self.running.close()
        await self.api.close()


def as_of_text(at: datetime, now: datetime) -> str:
    """Returns `as of 12:04 UTC`, with the date when it was not today."""
    return f"as of {at:%H:%M} UTC" if at.date() == now.date() else f"as of {at.day} {at:%b %H:%M} UTC"
