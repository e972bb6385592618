"""Links: pictures of reports for those who do not sign in, signed, until a day, and no longer than somebody wants."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from utilities.accounts.database.connection import StateDatabase
from utilities.accounts.database.tables import links
from utilities.model.clock import Clock
from utilities.model.errors import Overloaded, ParameterError

MAX_SHARE_LINKS = 1000
SHARE_LINK_DAYS = (7, 30, 90, 365)  # that a link may last
MAX_SHARE_LINK_QUERY_CHARS = 1000  # characters of what is shown
SIGNATURE_BYTES = 16  # bytes
SHARE_LINK_CACHE_TIME = timedelta(seconds=5)  # how long another process may still show a link that was revoked
SIGNATURE_CONTEXT = b"foyer: a link to a picture"


@dataclass(frozen=True)
class ShareLink:
    """What a link shows, and until when."""

    number: int
    report: str
    query: str
    made_by: str
    made_at: datetime
    until: datetime


class ShareLinks:
    """Signed with the newest of `keys`, believed with any. All of them are read at once and remembered for a moment."""

    def __init__(self, state: StateDatabase, clock: Clock, keys: Sequence[bytes]) -> None:
        self.database = state
        self.clock = clock
        self.keys = keys
        self._cached_links: dict[int, ShareLink] = {}
        self._cached_at: datetime | None = None

    async def create_link(self, report: str, query: str, days: int, by: str) -> str:
        """A new link's token. Raises ParameterError, and Overloaded when there are MOST."""
        if days not in SHARE_LINK_DAYS:
            raise ParameterError(f"`days` must be one of {', '.join(map(str, SHARE_LINK_DAYS))}")
        if len(query) > MAX_SHARE_LINK_QUERY_CHARS:
            raise ParameterError(f"`query` must be at most {MAX_SHARE_LINK_QUERY_CHARS} characters long")
        now = self.clock().replace(microsecond=0)
        row = {"report": report, "query": query, "made_by": by, "made_at": now, "until": now + timedelta(days=days)}
        number = await self.database.run(lambda connection: _insert_link(connection, row, now))
        self._cached_at = None
        return self._encode_token(number, now + timedelta(days=days))

    def _encode_token(self, number: int, until: datetime) -> str:
        """Number, end and signature, as an address may hold them."""
        said = number.to_bytes(4, "big") + int(until.timestamp()).to_bytes(5, "big")
        return urlsafe_b64encode(said + _sign_payload(self.keys[0], said)).decode().rstrip("=")

    async def find_link(self, token: str) -> ShareLink | None:
        """What the link shows; None when it is forged, over or revoked. Raises StateDown."""
        number = self._verified_number(token)
        if number is None:
            return None
        now = self.clock()
        if self._cached_at is None or abs(now - self._cached_at) > SHARE_LINK_CACHE_TIME:
            self._cached_links = {link.number: link for link in await self.list_links()}
            self._cached_at = now
        link = self._cached_links.get(number)
        return link if link is not None and link.until > now else None

    def _verified_number(self, token: str) -> int | None:
        """The number of a link that we have signed and that is not over."""
        try:
            raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except ValueError:
            return None
        said, theirs = raw[:9], raw[9:]
        if len(theirs) != SIGNATURE_BYTES or not any(
            hmac.compare_digest(_sign_payload(key, said), theirs) for key in self.keys
        ):
            return None
        over = datetime.fromtimestamp(int.from_bytes(said[4:], "big"), UTC) <= self.clock()
        return None if over else int.from_bytes(said[:4], "big")

    async def list_links(self) -> list[ShareLink]:
        """Those that are not over, the newest first."""
        now = self.clock()
        return [_link_from_row(row) for row in await self.database.run(_select_links) if row.until > now]

    async def revoke_link(self, number: int) -> bool:
        """Ends it here at once, and everywhere after REMEMBERED; whether there was one."""
        gone = delete(links).where(links.c.number == number)
        count = await self.database.run(lambda connection: connection.execute(gone).rowcount)
        self._cached_at = None
        return bool(count)


def _sign_payload(key: bytes, said: bytes) -> bytes:
    return hmac.digest(key, SIGNATURE_CONTEXT + said, "sha256")[:SIGNATURE_BYTES]


def _link_from_row(row: Row[Any]) -> ShareLink:
    return ShareLink(row.number, row.report, row.query, row.made_by, row.made_at, row.until)


def _select_links(connection: Connection) -> list[Row[Any]]:
    return list(connection.execute(select(links).order_by(links.c.number.desc())).all())


def _insert_link(connection: Connection, row: Mapping[str, object], now: datetime) -> int:
    connection.execute(delete(links).where(links.c.until <= now))
    if (connection.scalar(select(func.count()).select_from(links)) or 0) >= MAX_SHARE_LINKS:
        raise Overloaded(f"There are {MAX_SHARE_LINKS} links already: revoke some that nobody looks at.")
    return int(connection.execute(insert(links).values(row).returning(links.c.number)).scalar_one())
