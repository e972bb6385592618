"""Links: pictures of reports for those who do not sign in, signed, until a day, and no longer than somebody wants."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from utilities.accounts.database.connection import State
from utilities.accounts.database.tables import links
from utilities.model.clock import Clock
from utilities.model.errors import Overloaded, ParameterError

MOST = 1000
DAYS = (7, 30, 90, 365)  # that a link may last
LONGEST = 1000  # characters of what is shown
SIGNATURE = 16  # bytes
REMEMBERED = timedelta(seconds=5)  # how long another process may still show a link that was revoked
PURPOSE = b"foyer: a link to a picture"


@dataclass(frozen=True)
class Link:
    """What a link shows, and until when."""

    number: int
    report: str
    query: str
    made_by: str
    made_at: datetime
    until: datetime


class Links:
    """Signed with the newest of `keys`, believed with any. All of them are read at once and remembered for a moment."""

    def __init__(self, state: State, clock: Clock, keys: Sequence[bytes]) -> None:
        self.state = state
        self.clock = clock
        self.keys = keys
        self.known: dict[int, Link] = {}
        self.read_at: datetime | None = None

    async def make(self, report: str, query: str, days: int, by: str) -> str:
        """A new link's token. Raises ParameterError, and Overloaded when there are MOST."""
        if days not in DAYS:
            raise ParameterError(f"`days` must be one of {', '.join(map(str, DAYS))}")
        if len(query) > LONGEST:
            raise ParameterError(f"`query` must be at most {LONGEST} characters long")
        now = self.clock().replace(microsecond=0)
        row = {"report": report, "query": query, "made_by": by, "made_at": now, "until": now + timedelta(days=days)}
        number = await self.state.run(lambda connection: add(connection, row, now))
        self.read_at = None
        return self.token(number, now + timedelta(days=days))

    def token(self, number: int, until: datetime) -> str:
        """Number, end and signature, as an address may hold them."""
        said = number.to_bytes(4, "big") + int(until.timestamp()).to_bytes(5, "big")
        return urlsafe_b64encode(said + signature(self.keys[0], said)).decode().rstrip("=")

    async def find(self, token: str) -> Link | None:
        """What the link shows; None when it is forged, over or revoked. Raises StateDown."""
        number = self.believed(token)
        if number is None:
            return None
        now = self.clock()
        if self.read_at is None or abs(now - self.read_at) > REMEMBERED:
            self.known = {link.number: link for link in await self.listed()}
            self.read_at = now
        link = self.known.get(number)
        return link if link is not None and link.until > now else None

    def believed(self, token: str) -> int | None:
        """The number of a link that we have signed and that is not over."""
        try:
            raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except ValueError:
            return None
        said, theirs = raw[:9], raw[9:]
        if len(theirs) != SIGNATURE or not any(hmac.compare_digest(signature(key, said), theirs) for key in self.keys):
            return None
        over = datetime.fromtimestamp(int.from_bytes(said[4:], "big"), UTC) <= self.clock()
        return None if over else int.from_bytes(said[:4], "big")

    async def listed(self) -> list[Link]:
        """Those that are not over, the newest first."""
        now = self.clock()
        return [link_of(row) for row in await self.state.run(everything) if row.until > now]

    async def revoke(self, number: int) -> bool:
        """Ends it here at once, and everywhere after REMEMBERED; whether there was one."""
        gone = delete(links).where(links.c.number == number)
        count = await self.state.run(lambda connection: connection.execute(gone).rowcount)
        self.read_at = None
        return bool(count)


def signature(key: bytes, said: bytes) -> bytes:
    return hmac.digest(key, PURPOSE + said, "sha256")[:SIGNATURE]


def link_of(row: Row[Any]) -> Link:
    return Link(row.number, row.report, row.query, row.made_by, row.made_at, row.until)


def everything(connection: Connection) -> list[Row[Any]]:
    return list(connection.execute(select(links).order_by(links.c.number.desc())).all())


def add(connection: Connection, row: Mapping[str, object], now: datetime) -> int:
    connection.execute(delete(links).where(links.c.until <= now))
    if (connection.scalar(select(func.count()).select_from(links)) or 0) >= MOST:
        raise Overloaded(f"There are {MOST} links already: revoke some that nobody looks at.")
    return int(connection.execute(insert(links).values(row).returning(links.c.number)).scalar_one())
