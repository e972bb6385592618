"""Tokens: which programs come in, what each of them may do, and when it was last here."""

import asyncio
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from utilities.accounts.database.connection import State
from utilities.accounts.database.sessions import key_of
from utilities.accounts.database.tables import tokens
from utilities.model.clock import Clock
from utilities.model.errors import Overloaded, ParameterError
from utilities.model.principals import ApiClient

PREFIX = "foyer_"  # so that those who look for leaked secrets know ours
SCOPES = {
    "read": "boards, reports, readings, sites and page views",
    "push": "figures into datasets, once there are datasets",
    "admin": "see which tokens there are, and revoke them",
}
"""What a token may be made for."""

REMEMBERED = timedelta(seconds=5)  # how long another process may still believe in a token that was revoked
MISSED = timedelta(seconds=1)  # how long it may not know one that was just made
NOTED_EVERY = timedelta(minutes=1)
MOST = 500
LONGEST = 100  # characters of a name, and of what may be a token at all
HINT = 4


@dataclass(frozen=True)
class Made:
    """A token as it is listed; nobody can make the token of it."""

    number: int
    name: str
    scopes: frozenset[str]
    hint: str  # its last characters
    made_by: str
    made_at: datetime
    last_used: datetime | None = None


class Tokens:
    """Tokens by their hash. All of them are read at once and remembered, so that a guess costs the database nothing."""

    def __init__(self, state: State, clock: Clock) -> None:
        self.state = state
        self.clock = clock
        self.known: dict[str, Made] = {}
        self.read_at: datetime | None = None
        self.reading: asyncio.Task[None] | None = None
        self.changes = 0

    async def make(self, name: str, scopes: Collection[str], by: str) -> str:
        """A new token, which is kept nowhere. Raises ParameterError, and Overloaded when there are MOST."""
        name = name.strip()
        if not 1 <= len(name) <= LONGEST or not name.isprintable():
            raise ParameterError(f"`name` must be printable, and from 1 to {LONGEST} characters long")
        if not scopes or set(scopes) - set(SCOPES):
            raise ParameterError(f"`scope` must be at least one of {', '.join(SCOPES)}")
        secret = PREFIX + secrets.token_urlsafe(32)
        said = {"name": name, "scopes": " ".join(sorted(set(scopes))), "hint": secret[-HINT:], "made_by": by}
        row = {"key": key_of(secret), **said, "made_at": self.clock()}
        await self.state.run(lambda connection: add(connection, row))
        self.changed()
        return secret

    async def find(self, secret: str) -> ApiClient | None:
        """Whose token it is, and notes that it was here; None when it is nobody's. Raises StateDown."""
        if not secret.startswith(PREFIX) or len(secret) > LONGEST:
            return None
        key, now = key_of(secret), self.clock()
        if self.read_at is None or abs(now - self.read_at) > (REMEMBERED if key in self.known else MISSED):
            if self.reading is None or self.reading.done():
                self.reading = asyncio.create_task(self.read(now))
            await asyncio.shield(self.reading)  # all who wait hear the same, also that the database is down
        made = self.known.get(key)
        if made is None:
            return None
        if made.last_used is None or now - made.last_used >= NOTED_EVERY:
            self.known[key] = replace(made, last_used=now)
            used = update(tokens).where(tokens.c.key == key).values(last_used=now)
            await self.state.run(lambda connection: connection.execute(used))
        return ApiClient(made.number, made.name, made.scopes)

    async def listed(self) -> list[Made]:
        """All there are, the newest first."""
        return [made_of(row) for row in await self.state.run(everything)]

    async def revoke(self, number: int) -> Made | None:
        """Ends it here at once, and everywhere after REMEMBERED; None when there was none."""
        gone = delete(tokens).where(tokens.c.number == number).returning(*tokens.c)
        row = await self.state.run(lambda connection: connection.execute(gone).one_or_none())
        self.changed()
        return None if row is None else made_of(row)

    async def read(self, now: datetime) -> None:
        changes = self.changes
        self.known = {row.key: made_of(row) for row in await self.state.run(everything)}
        self.read_at = now if changes == self.changes else None

    def changed(self) -> None:
        """What was read, and what is being read, may be wrong from now on."""
        self.changes += 1
        self.read_at = None


def made_of(row: Row[Any]) -> Made:
    return Made(row.number, row.name, frozenset(row.scopes.split()), row.hint, row.made_by, row.made_at, row.last_used)


def everything(connection: Connection) -> list[Row[Any]]:
    return list(connection.execute(select(tokens).order_by(tokens.c.number.desc())).all())


def add(connection: Connection, row: Mapping[str, object]) -> None:
    if (connection.scalar(select(func.count()).select_from(tokens)) or 0) >= MOST:
        raise Overloaded(f"There are {MOST} tokens already: revoke some that nobody uses.")
    connection.execute(insert(tokens).values(row))
