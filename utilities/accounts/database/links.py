"""Share links: signed addresses of report images without sign-in, until a day or until they are revoked."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from utilities.accounts.admission import Admission
from utilities.accounts.database.connection import StateDatabase
from utilities.accounts.database.makers import read_maker, select_with_maker
from utilities.accounts.database.tables import links
from utilities.model.clock import Clock
from utilities.model.errors import Overloaded, ParameterError
from utilities.model.principals import Person

MAX_SHARE_LINKS = 1000
SHARE_LINK_DAYS = (7, 30, 90, 365)  # the choices for the lifetime of a link
MAX_SHARE_LINK_QUERY_CHARS = 1000
SIGNATURE_BYTES = 16  # bytes
SHARE_LINK_CACHE_TIME = timedelta(seconds=5)  # for so long another process may show a revoked link
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
    is_valid: bool = True  # False when its maker may no longer be in under today's settings


class ShareLinks:
    """Signs links with the newest of `keys` and accepts any. All links are read at once and cached for some seconds.

    `admission` says whose links may still be used.
    """

    def __init__(self, state: StateDatabase, clock: Clock, keys: Sequence[bytes], admission: Admission) -> None:
        self.database = state
        self.clock = clock
        self.admission = admission
        self.keys = keys
        self._cached_links: dict[int, ShareLink] = {}
        self._cached_at: datetime | None = None

    async def create_link(self, report: str, query: str, days: int, by: Person) -> str:
        """Creates a link and returns its token. Raises ParameterError, and Overloaded when there are MOST."""
        if days not in SHARE_LINK_DAYS:
            raise ParameterError("days", f"must be one of {', '.join(map(str, SHARE_LINK_DAYS))}")
        if len(query) > MAX_SHARE_LINK_QUERY_CHARS:
            raise ParameterError("query", f"must be at most {MAX_SHARE_LINK_QUERY_CHARS} characters long")
        now = self.clock().replace(microsecond=0)
        maker = {"made_by": by.label, "person": by.number or None, "sign_in": self.admission.sign_in}
        row = {"report": report, "query": query, **maker, "made_at": now, "until": now + timedelta(days=days)}
        number = await self.database.run(lambda connection: _insert_link(connection, row, now))
        self._cached_at = None
        return self._encode_token(number, now + timedelta(days=days))

    def _encode_token(self, number: int, until: datetime) -> str:
        """Encodes number, end and signature for an address."""
        payload = number.to_bytes(4, "big") + int(until.timestamp()).to_bytes(5, "big")
        return urlsafe_b64encode(payload + _sign_payload(self.keys[0], payload)).decode().rstrip("=")

    async def find_link(self, token: str) -> ShareLink | None:
        """Returns the link; None when it is forged, expired, revoked or no longer valid. Raises StateDown."""
        number = self._verified_number(token)
        if number is None:
            return None
        now = self.clock()
        if self._cached_at is None or abs(now - self._cached_at) > SHARE_LINK_CACHE_TIME:
            self._cached_links = {link.number: link for link in await self.list_links()}
            self._cached_at = now
        link = self._cached_links.get(number)
        return link if link is not None and link.is_valid and link.until > now else None

    def _verified_number(self, token: str) -> int | None:
        """Returns the number in a token with a valid signature that has not expired."""
        try:
            raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except ValueError:
            return None
        payload, theirs = raw[:9], raw[9:]
        if len(theirs) != SIGNATURE_BYTES or not any(
            hmac.compare_digest(_sign_payload(key, payload), theirs) for key in self.keys
        ):
            return None
        over = datetime.fromtimestamp(int.from_bytes(payload[4:], "big"), UTC) <= self.clock()
        return None if over else int.from_bytes(payload[:4], "big")

    async def list_links(self) -> list[ShareLink]:
        """Returns the links that have not expired, the newest first."""
        now = self.clock()
        return [self._read_link(row) for row in await self.database.run(_select_links) if row.until > now]

    def _read_link(self, row: Row[Any]) -> ShareLink:
        is_valid = self.admission.admits(read_maker(row, row.made_at))
        return ShareLink(row.number, row.report, row.query, row.made_by, row.made_at, row.until, is_valid)

    async def revoke_link(self, number: int) -> bool:
        """Deletes a link: here at once, in other processes after SHARE_LINK_CACHE_TIME; whether there was one."""
        gone = delete(links).where(links.c.number == number)
        count = await self.database.run(lambda connection: connection.execute(gone).rowcount)
        self._cached_at = None
        return bool(count)


def _sign_payload(key: bytes, payload: bytes) -> bytes:
    return hmac.digest(key, SIGNATURE_CONTEXT + payload, "sha256")[:SIGNATURE_BYTES]


def _select_links(connection: Connection) -> list[Row[Any]]:
    return list(connection.execute(select_with_maker(links).order_by(links.c.number.desc())).all())


def _insert_link(connection: Connection, row: Mapping[str, object], now: datetime) -> int:
    connection.execute(delete(links).where(links.c.until <= now))
    if (connection.scalar(select(func.count()).select_from(links)) or 0) >= MAX_SHARE_LINKS:
        raise Overloaded(f"There are {MAX_SHARE_LINKS} links already: revoke some that nobody looks at.")
    return int(connection.execute(insert(links).values(row).returning(links.c.number)).scalar_one())
