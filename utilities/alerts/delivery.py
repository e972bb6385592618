"""Delivers notices: a loop for each channel takes them from the table that all processes share."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import tzinfo
from functools import partial

from sqlalchemy import Connection

from utilities.accounts.database.connection import StateDatabase
from utilities.alerts import channels as channel_modules
from utilities.alerts.channels import SEND_TIMEOUT_SECONDS, Channel, ChannelContext, ChannelType, DeliveryFailed
from utilities.alerts.notice import Notice
from utilities.alerts.outbox import (
    ClaimedNotice,
    DeliveryState,
    claim_notice,
    count_notices,
    record_delivery,
    record_failure,
    write_notice,
)
from utilities.config.discovery import discover_units
from utilities.config.settings import Settings
from utilities.http.client import HttpClient
from utilities.model.clock import Clock
from utilities.model.errors import SourceError, StateDown
from utilities.runtime.circuit_breaker import CircuitBreaker
from utilities.runtime.outage_log import OutageLog
from utilities.runtime.supervised_loop import SupervisedLoop, catch_error, stop_loops

log = logging.getLogger("foyer.alerts")

NOTICE_POLL_SECONDS = 5.0  # between two looks for notices of other processes and for retries
MAX_CHANNEL_REST_SECONDS = 600.0


class ChannelWorker:
    """One channel at work in this process."""

    def __init__(self, name: str, channel: Channel, database: StateDatabase, clock: Clock) -> None:
        self.name = name
        self.channel = channel
        self.database = database
        self.clock = clock
        self.breaker = CircuitBreaker(clock, max_rest_seconds=MAX_CHANNEL_REST_SECONDS)
        self.outage = OutageLog(log, f"Notices cannot be sent by {name}", f"Notices are sent by {name} again")
        self.wake = asyncio.Event()
        self.pending = 0  # at the last look
        self.failed = 0  # for good, of the last 30 days

    async def send_due(self) -> None:
        """Sends what is due, one after another, until nothing is or the channel fails. Raises StateDown."""
        while self.breaker.is_closed:
            claimed = await self.database.run(self._claim_and_count)
            if claimed is None or not self.breaker.allow_call():
                return
            if not await self._send_claimed(claimed):
                return

    def _claim_and_count(self, connection: Connection) -> ClaimedNotice | None:
        counts = count_notices(connection, self.name)
        self.pending, self.failed = counts[DeliveryState.PENDING], counts[DeliveryState.FAILED]
        return claim_notice(connection, self.name, self.clock())

    async def _send_claimed(self, claimed: ClaimedNotice) -> bool:
        """Sends one notice and records what became of it; returns whether the channel took it."""
        sending = self.channel.send(claimed.notice, self.clock())
        error = await catch_error(asyncio.wait_for(sending, SEND_TIMEOUT_SECONDS + 5))
        if error is None:
            self.breaker.record_success()
            self.outage.record_success()
            await self.database.run_when_answering(partial(record_delivery, claimed=claimed))
            self.pending = max(0, self.pending - 1)
            return True
        failure = as_delivery_failure(error)
        if not isinstance(error, DeliveryFailed | SourceError | TimeoutError):
            log.error("a channel failed: %s", self.name, exc_info=error)
        self.breaker.record_failure()
        self.outage.record_failure(str(failure))
        await self.database.run_when_answering(
            partial(
                record_failure,
                claimed=claimed,
                reason=str(failure),
                now=self.clock(),
                retry_after=failure.retry_after,
                is_permanent=failure.is_permanent,
            )
        )
        return failure.is_permanent  # the next one may be accepted

    def health(self) -> Mapping[str, object]:
        """Returns facts for /healthz without waiting."""
        return {"works": not self.outage.is_failing, "pending": self.pending, "failed": self.failed}


def as_delivery_failure(error: Exception) -> DeliveryFailed:
    """Returns any error of a channel as a failure to deliver; all but a channel's own are temporary."""
    if isinstance(error, DeliveryFailed):
        return error
    if isinstance(error, SourceError):
        return DeliveryFailed(str(error))
    if isinstance(error, TimeoutError):
        return DeliveryFailed(f"no answer within {SEND_TIMEOUT_SECONDS:g} s")
    return DeliveryFailed(f"a fault of Foyer's own ({type(error).__name__})")


class NoticeDelivery:
    """Owned by the event loop's thread; `start` and `stop` are called by the server."""

    def __init__(self, database: StateDatabase, channels: Mapping[str, Channel], clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self.workers = {name: ChannelWorker(name, each, database, clock) for name, each in channels.items()}
        self._loops: list[SupervisedLoop] = []

    def write_notice(self, connection: Connection, notice: Notice) -> None:
        """Stores a notice for each channel in the caller's transaction; the caller calls `wake` afterwards.

        Whoever stores the same notice again adds nothing.
        """
        write_notice(connection, notice, self.workers, self.clock())

    def wake(self) -> None:
        """Looks for new notices at once."""
        for worker in self.workers.values():
            worker.wake.set()

    def start(self) -> None:
        """Starts to deliver, also what earlier processes have left."""
        for worker in self.workers.values():
            self._loops.append(SupervisedLoop(f"alerts: {worker.name}", partial(self._work, worker)))

    async def _work(self, worker: ChannelWorker) -> None:
        while True:
            worker.wake.clear()
            try:
                await worker.send_due()
            except StateDown as error:
                log.debug("cannot look for notices: %s", error)  # the database logs its outages
            with suppress(TimeoutError):
                await asyncio.wait_for(worker.wake.wait(), NOTICE_POLL_SECONDS)

    async def stop(self) -> None:
        """Stops; what is on its way is sent again with the same id when its lease has ended."""
        await stop_loops(self._loops)

    def health(self) -> Mapping[str, Mapping[str, object]]:
        """Returns the state of each configured channel for /healthz without waiting."""
        return {name: worker.health() for name, worker in self.workers.items()}


def channel_types() -> tuple[ChannelType, ...]:
    """Returns the channels in their folder."""
    return discover_units(channel_modules, "CHANNEL", ChannelType)


@asynccontextmanager
async def open_channels(settings: Settings, zone: tzinfo) -> AsyncIterator[dict[str, Channel]]:
    """Opens the configured channels while inside."""
    async with HttpClient(settings.proxies) as client:
        context = ChannelContext(settings, client, zone)
        opened = {kind.name: kind.open(context) for kind in channel_types()}
        yield {name: channel for name, channel in opened.items() if channel is not None}


@asynccontextmanager
async def open_notice_delivery(
    settings: Settings, database: StateDatabase, zone: tzinfo, clock: Clock
) -> AsyncIterator[NoticeDelivery]:
    """Opens the delivery of this process; the server starts and stops it."""
    async with open_channels(settings, zone) as channels:
        yield NoticeDelivery(database, channels, clock)
