"""A process that is killed while a channel has a notice: another one sends it again, with the same id; none is lost."""

import asyncio
import pickle
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable
from datetime import UTC
from pathlib import Path

import pytest

from tests.alerts.conftest import DARK, NOW, WEBHOOK_SECRET, HookReceiver, MailBox
from tests.screens.conftest import ScreenClock
from tests.waiting import wait_until
from utilities.accounts.database.connection import StateDatabase
from utilities.alerts.delivery import open_notice_delivery
from utilities.alerts.outbox import LEASE_TIME, DeliveryState, list_deliveries
from utilities.config.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PROCESS = """
import asyncio, pickle, sys
from datetime import UTC
from utilities.accounts.database.connection import open_state_database
from utilities.alerts.delivery import open_notice_delivery

async def send_notice(settings, notice):
    database = await open_state_database(settings)
    async with open_notice_delivery(settings, database, UTC, lambda: notice.at) as delivery:
        await database.run(lambda connection: delivery.write_notice(connection, notice))
        delivery.start()
        await asyncio.Event().wait()

asyncio.run(send_notice(*pickle.load(sys.stdin.buffer)))
"""


@pytest.mark.slow
async def test_notice_of_a_killed_process_is_sent_again_with_the_same_id(
    settings: Callable[..., Settings],
    database_url: str,
    database: StateDatabase,
    mail_server: MailBox,
    hook: HookReceiver,
):
    own = settings(
        database_url=database_url,
        smtp_url=mail_server.url(),
        mail_from="foyer@example.com",
        alert_mail_to=("ada@example.com",),
        public_url="https://foyer.example.com",
        alert_slack_url=hook.url,
        alert_webhook_url=hook.url,
        alert_webhook_secret=WEBHOOK_SECRET,
    )
    hook.answers.clear()
    mail_server.answers.clear()
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", PROCESS, stdin=PIPE, cwd=ROOT)
    assert process.stdin is not None
    process.stdin.write(pickle.dumps((own, DARK)))
    process.stdin.close()
    try:
        await wait_until(lambda: (len(mail_server.mails), len(hook.bodies)) == (1, 2))
    finally:
        process.kill()
        await process.wait()
    hook.answers.set()
    mail_server.answers.set()
    clock = ScreenClock(NOW)
    async with open_notice_delivery(own, database, UTC, clock) as delivery:
        for worker in delivery.workers.values():
            await worker.send_due()  # the killed process may still be at it
        assert len(hook.bodies) == 2
        clock.advance(LEASE_TIME)
        for worker in delivery.workers.values():
            await worker.send_due()
    signed = [headers["webhook-id"] for headers in hook.headers if "webhook-id" in headers]
    assert signed == [f"msg_{DARK.identifier}"] * 2
    assert (len(hook.bodies), len(set(hook.bodies))) == (4, 2)
    assert len(mail_server.mails) == 2
    assert mail_server.mails[0]["Message-ID"] == mail_server.mails[1]["Message-ID"]
    deliveries = await database.run(lambda connection: list_deliveries(connection, 10))
    assert [each.state for each in deliveries] == [DeliveryState.DELIVERED] * 3
