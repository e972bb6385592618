"""Notices are stored, sent once by whichever process is there, tried again, and given up in the end."""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert

from tests.alerts.conftest import DARK, LIGHT, NOW
from tests.screens.conftest import ScreenClock
from tests.waiting import wait_until
from utilities.accounts.database.connection import StateDatabase
from utilities.accounts.database.tables import notices
from utilities.alerts import outbox
from utilities.alerts.channels import DeliveryFailed
from utilities.alerts.delivery import NoticeDelivery
from utilities.alerts.notice import Notice
from utilities.alerts.outbox import DeliveryState, list_deliveries


class RecordingChannel:
    """A channel that fails as often as it should."""

    def __init__(self, *failures: Exception) -> None:
        self.sent: list[Notice] = []
        self.tries = 0
        self.failures = list(failures)

    async def send(self, notice: Notice, at: object) -> None:
        self.tries += 1
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(notice)

    async def check(self) -> str:
        return "is there"


def open_process(database: StateDatabase, clock: ScreenClock, channel: RecordingChannel) -> NoticeDelivery:
    return NoticeDelivery(database, {"recorder": channel}, clock)


async def deliver(process: NoticeDelivery, notice: Notice) -> None:
    await process.database.run(lambda connection: process.write_notice(connection, notice))
    process.wake()


async def send_due(process: NoticeDelivery) -> None:
    await process.workers["recorder"].send_due()


async def states(database: StateDatabase) -> list[str]:
    return [row.state for row in await database.run(lambda connection: list_deliveries(connection, 500))]


async def test_notice_is_sent_once_whoever_stores_and_sends_it(database: StateDatabase, clock: ScreenClock):
    first, second = RecordingChannel(), RecordingChannel()
    one, two = open_process(database, clock, first), open_process(database, clock, second)
    await deliver(one, DARK)
    await deliver(two, replace(DARK, title="the same edge in other words"))
    await send_due(two)
    await send_due(one)
    assert (len(first.sent), second.sent) == (0, [DARK])
    assert await states(database) == [DeliveryState.DELIVERED]


async def test_lease_of_a_process_that_has_ended_is_taken_over(database: StateDatabase, clock: ScreenClock):
    channel = RecordingChannel()
    process = open_process(database, clock, channel)
    await deliver(process, DARK)
    claimed = await database.run(lambda connection: outbox.claim_notice(connection, "recorder", clock()))
    assert claimed is not None
    await send_due(process)
    assert channel.sent == []
    clock.advance(outbox.LEASE_TIME)
    await send_due(process)
    assert channel.sent == [DARK]
    await database.run(  # the first process comes back late, and changes nothing
        lambda connection: outbox.record_failure(connection, claimed, "late", clock(), 0.0, is_permanent=True)
    )
    assert await states(database) == [DeliveryState.DELIVERED]


async def test_failing_channel_is_tried_again_in_order_and_logged_once(
    database: StateDatabase, clock: ScreenClock, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO, "foyer.alerts")
    channel = RecordingChannel(*(DeliveryFailed("it answers 500") for _ in range(2)))
    process = open_process(database, clock, channel)
    await deliver(process, DARK)
    await deliver(process, LIGHT)
    await send_due(process)
    await send_due(process)
    assert (channel.tries, process.health()["recorder"]["works"]) == (1, False)
    for delay in outbox.RETRY_DELAYS[:2]:
        clock.advance(delay)
        await send_due(process)
    assert channel.sent == [DARK, LIGHT]
    assert process.health()["recorder"] == {"works": True, "pending": 0, "failed": 0}
    assert [record.message for record in caplog.records] == [
        "Notices cannot be sent by recorder (it answers 500)",
        "Notices are sent by recorder again",
    ]


async def test_retry_waits_as_long_as_the_other_server_asks(database: StateDatabase, clock: ScreenClock):
    channel = RecordingChannel(DeliveryFailed("it answers 429", retry_after=300))
    process = open_process(database, clock, channel)
    await deliver(process, DARK)
    await send_due(process)
    clock.advance(timedelta(seconds=299))
    await send_due(process)
    assert channel.tries == 1
    clock.advance(timedelta(seconds=1))
    await send_due(process)
    assert channel.sent == [DARK]


async def test_refused_notice_is_given_up_and_the_next_one_is_sent(database: StateDatabase, clock: ScreenClock):
    channel = RecordingChannel(DeliveryFailed("it answers 400", is_permanent=True))
    process = open_process(database, clock, channel)
    await deliver(process, DARK)
    await deliver(process, LIGHT)
    await send_due(process)
    assert channel.sent == [LIGHT]
    assert sorted(await states(database)) == [DeliveryState.DELIVERED, DeliveryState.FAILED]


async def test_notice_is_given_up_after_the_last_try(database: StateDatabase, clock: ScreenClock):
    channel = RecordingChannel(*(ValueError("a fault") for _ in range(99)))
    process = open_process(database, clock, channel)
    await deliver(process, DARK)
    for _ in range(len(outbox.RETRY_DELAYS) + 3):
        await send_due(process)
        clock.advance(timedelta(hours=9))
    assert channel.tries == len(outbox.RETRY_DELAYS) + 1
    assert await states(database) == [DeliveryState.FAILED]


async def test_table_is_bounded(database: StateDatabase, clock: ScreenClock):
    process = open_process(database, clock, RecordingChannel())
    row = {"thread": "t", "channel": "recorder", "body": "{}", "state": "pending", "tries": 0, "reason": ""}
    rows = [
        {**row, "notice": str(number), "made_at": NOW, "next_at": NOW} for number in range(outbox.MAX_PENDING_NOTICES)
    ]
    await database.run(lambda connection: connection.execute(insert(notices), rows).rowcount)
    await deliver(process, DARK)  # the oldest makes room
    all_states = await states(database)
    assert all_states.count(DeliveryState.PENDING) == outbox.MAX_PENDING_NOTICES
    assert all_states.count(DeliveryState.FAILED) == 1
    clock.advance(outbox.ENDED_NOTICE_TIME + timedelta(seconds=1))
    await deliver(process, LIGHT)
    assert len(await states(database)) == outbox.MAX_PENDING_NOTICES


async def test_running_process_sends_what_is_stored_now_and_what_was_left(database: StateDatabase, clock: ScreenClock):
    channel = RecordingChannel()
    await deliver(open_process(database, clock, channel), DARK)
    process = open_process(database, clock, channel)
    process.start()
    try:
        await wait_until(lambda: channel.sent == [DARK])
        await deliver(process, LIGHT)
        await wait_until(lambda: channel.sent == [DARK, LIGHT])
    finally:
        await process.stop()


@pytest.mark.parametrize(
    "change", [{"kind": "Dark"}, {"path": "//evil.example"}, {"path": "screens"}, {"at": NOW.replace(tzinfo=None)}]
)
def test_notice_that_cannot_be_right_is_refused(change: dict[str, object]):
    with pytest.raises(ValueError, match="notice"):
        replace(DARK, **change)  # type: ignore[arg-type]


def test_long_texts_are_cut():
    long = replace(DARK, title="x\n" * 500, sentences=("y" * 9000,) * 50, facts=(("n", "z" * 9000),) * 50)
    stored = outbox.decode_notice(outbox.encode_notice(long))
    assert (len(stored.title), len(stored.sentences), len(stored.facts)) == (200, 10, 10)
    assert "\n" not in stored.title
    assert len(outbox.encode_notice(long)) < 20_000
