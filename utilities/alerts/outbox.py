"""The table of notices: which channel has delivered which. It is the queue of all processes, and bounded."""

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from utilities.accounts.database.tables import notices
from utilities.alerts.notice import Notice, NoticeState
from utilities.model.text import clean_text

MAX_PENDING_NOTICES = 200  # of one channel; the oldest are given up
MAX_ENDED_NOTICES = 1000  # of all channels
ENDED_NOTICE_TIME = timedelta(days=30)
LEASE_TIME = timedelta(seconds=90)  # of one try; longer than any lasts
RETRY_DELAYS = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800, 3600, 7200, 14_400, 28_800))
MAX_RETRY_AFTER = timedelta(hours=6)
MAX_TITLE_CHARS, MAX_SENTENCE_CHARS, MAX_FACT_NAME_CHARS, MAX_REASON_CHARS = 200, 500, 60, 200
MAX_SENTENCES = 10


class DeliveryState(StrEnum):
    """What has become of a notice in one channel. The values are in the database."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True)
class ClaimedNotice:
    """A notice that this process alone may send until its lease ends."""

    number: int
    tries: int  # the fence: another claim has another number
    notice: Notice


def write_notice(connection: Connection, notice: Notice, channels: Collection[str], now: datetime) -> None:
    """Stores a notice for each channel, once whoever else stores it, in the caller's transaction."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    values: dict[str, object] = {"notice": notice.identifier, "thread": notice.thread, "body": encode_notice(notice)}
    values |= {"state": DeliveryState.PENDING.value, "tries": 0, "made_at": now, "next_at": now, "reason": ""}
    for channel in channels:
        row = {**values, "channel": channel}
        connection.execute(dialect.insert(notices).values(row).on_conflict_do_nothing())
        _drop_oldest(connection, channel)
    is_ended = notices.c.state != DeliveryState.PENDING.value
    connection.execute(delete(notices).where(is_ended, notices.c.made_at < now - ENDED_NOTICE_TIME))
    newest = select(notices.c.number).where(is_ended).order_by(notices.c.number.desc()).limit(MAX_ENDED_NOTICES)
    connection.execute(delete(notices).where(is_ended, notices.c.number.not_in(newest)))


def _drop_oldest(connection: Connection, channel: str) -> None:
    """Gives up the oldest notices of a channel that has too many."""
    is_pending = and_(notices.c.channel == channel, notices.c.state == DeliveryState.PENDING.value)
    newest = select(notices.c.number).where(is_pending).order_by(notices.c.number.desc()).limit(MAX_PENDING_NOTICES)
    given_up = {"state": DeliveryState.FAILED.value, "reason": "too many notices were waiting"}
    connection.execute(update(notices).where(is_pending, notices.c.number.not_in(newest)).values(given_up))


def claim_notice(connection: Connection, channel: str, now: datetime) -> ClaimedNotice | None:
    """Returns the oldest notice that is due in a channel, leased to the caller; None when there is none.

    A notice waits for the earlier ones of its thread, so that an end is never sent before its begin.
    """
    earlier = notices.alias()
    waits = select(earlier.c.number).where(
        earlier.c.channel == channel,
        earlier.c.thread == notices.c.thread,
        earlier.c.state == DeliveryState.PENDING.value,
        earlier.c.number < notices.c.number,
    )
    is_due = and_(notices.c.state == DeliveryState.PENDING.value, notices.c.next_at <= now)
    found = select(notices).where(notices.c.channel == channel, is_due, ~waits.exists())
    for row in connection.execute(found.order_by(notices.c.number).limit(1)):
        is_unchanged = and_(notices.c.number == row.number, notices.c.tries == row.tries, is_due)
        lease = {"tries": row.tries + 1, "next_at": now + LEASE_TIME}
        if connection.execute(update(notices).where(is_unchanged).values(lease)).rowcount:
            return ClaimedNotice(row.number, row.tries + 1, decode_notice(row.body))
    return None


def record_delivery(connection: Connection, claimed: ClaimedNotice) -> None:
    """Ends a notice that was delivered."""
    _update_claimed(connection, claimed, {"state": DeliveryState.DELIVERED.value, "reason": ""})


def record_failure(
    connection: Connection, claimed: ClaimedNotice, reason: str, now: datetime, retry_after: float, is_permanent: bool
) -> None:
    """Plans the next try, or ends a notice that has failed for good."""
    values: dict[str, object] = {"reason": reason[:MAX_REASON_CHARS]}
    if is_permanent or claimed.tries > len(RETRY_DELAYS):
        values["state"] = DeliveryState.FAILED.value
    else:
        asked = min(timedelta(seconds=retry_after), MAX_RETRY_AFTER)
        values["next_at"] = now + max(RETRY_DELAYS[claimed.tries - 1], asked)
    _update_claimed(connection, claimed, values)


def _update_claimed(connection: Connection, claimed: ClaimedNotice, values: dict[str, object]) -> None:
    """Changes a notice, unless its lease has ended and another process has claimed it."""
    is_ours = and_(
        notices.c.number == claimed.number,
        notices.c.tries == claimed.tries,
        notices.c.state == DeliveryState.PENDING.value,
    )
    connection.execute(update(notices).where(is_ours).values(values))


def count_notices(connection: Connection, channel: str) -> dict[DeliveryState, int]:
    """Returns how many notices of a channel are in each state."""
    counts = select(notices.c.state, func.count()).where(notices.c.channel == channel).group_by(notices.c.state)
    return dict.fromkeys(DeliveryState, 0) | {DeliveryState(row[0]): row[1] for row in connection.execute(counts)}


def list_deliveries(connection: Connection, limit: int) -> list[Row[Any]]:
    """Returns the latest rows of the table, the newest first."""
    return list(connection.execute(select(notices).order_by(notices.c.number.desc()).limit(limit)))


def encode_notice(notice: Notice) -> str:
    """Returns a notice as JSON, its texts in one line each and bounded."""
    facts = [(clean_text(a, MAX_FACT_NAME_CHARS), clean_text(b, MAX_SENTENCE_CHARS)) for a, b in notice.facts]
    values = {
        **asdict(notice),
        "title": clean_text(notice.title, MAX_TITLE_CHARS),
        "sentences": [clean_text(each, MAX_SENTENCE_CHARS) for each in notice.sentences[:MAX_SENTENCES]],
        "at": notice.at.isoformat(),
        "place": clean_text(notice.place, MAX_TITLE_CHARS),
        "facts": facts[:MAX_SENTENCES],
    }
    return json.dumps(values, ensure_ascii=False)


def decode_notice(text: str) -> Notice:
    """Returns the notice that `encode_notice` has encoded."""
    values = json.loads(text)
    values["state"] = NoticeState(values["state"])
    values["at"] = datetime.fromisoformat(values["at"])
    values["sentences"] = tuple(values["sentences"])
    values["facts"] = tuple((name, fact) for name, fact in values["facts"])
    return Notice(**values)
