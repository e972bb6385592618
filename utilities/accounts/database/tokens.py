"""API tokens: what each may do, and when it was last used."""

import contextlib
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from utilities.accounts.admission import Admission
from utilities.accounts.database.connection import StateDatabase
from utilities.accounts.database.makers import read_maker, select_with_maker
from utilities.accounts.database.sessions import hash_secret
from utilities.accounts.database.tables import tokens
from utilities.model.clock import Clock
from utilities.model.errors import Overloaded, ParameterError, StateDown
from utilities.model.principals import ApiClient, Person
from utilities.runtime.single_flight import SingleFlight

TOKEN_PREFIX = "foyer_"  # noqa: S105 (not a secret)
TOKEN_SCOPES = {
    "read": "boards, reports, readings, sites and page views",
    "push": "declare datasets, push rows into them, and remove them",
    "screens": "send commands to screens, fill them with a message or a board, and hide private tiles from visitors",
    "admin": "see which tokens there are, and revoke them",
}
"""The scopes of tokens, with descriptions."""

TOKEN_CACHE_TIME = timedelta(seconds=5)  # for so long another process may accept a revoked token
UNKNOWN_TOKEN_CACHE_TIME = timedelta(seconds=1)  # for so long another process may refuse a new token
TOKEN_USED_INTERVAL = timedelta(minutes=1)
MAX_TOKENS = 500
MAX_TOKEN_CHARS = 100  # characters of a name, and of what may be a token at all
HINT_CHARS = 4


@dataclass(frozen=True)
class TokenRecord:
    """A token in the list, without its secret."""

    number: int
    name: str
    scopes: frozenset[str]
    hint: str  # its last characters
    made_by: str
    made_at: datetime
    last_used: datetime | None = None
    is_valid: bool = True  # False when its maker may no longer be in under today's settings


class TokenStore:
    """Tokens by their hash. All are read at once and cached, so that wrong tokens cost the database nothing.

    `admission` says whose tokens may still be used.
    """

    def __init__(self, state: StateDatabase, clock: Clock, admission: Admission) -> None:
        self.database = state
        self.clock = clock
        self.admission = admission
        self._cached_tokens: dict[str, TokenRecord] = {}
        self._cached_at: datetime | None = None
        self._running = SingleFlight[None, None]()
        self._change_count = 0

    async def create_token(self, name: str, scopes: Collection[str], by: Person) -> str:
        """Creates a token and returns its secret, which is not stored. Raises ParameterError, Overloaded."""
        name = name.strip()
        if not 1 <= len(name) <= MAX_TOKEN_CHARS or not name.isprintable():
            raise ParameterError("name", f"must be printable, and from 1 to {MAX_TOKEN_CHARS} characters long")
        if not scopes or set(scopes) - set(TOKEN_SCOPES):
            raise ParameterError("scope", f"must be at least one of {', '.join(TOKEN_SCOPES)}")
        secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
        fields = {"name": name, "scopes": " ".join(sorted(set(scopes))), "hint": secret[-HINT_CHARS:]}
        maker = {"made_by": by.label, "person": by.number or None, "sign_in": self.admission.sign_in}
        row = {"key": hash_secret(secret), **fields, **maker, "made_at": self.clock()}
        await self.database.run(lambda connection: _insert_token(connection, row))
        self._expire_cache()
        return secret

    async def find_token(self, secret: str) -> ApiClient | None:
        """Returns the API client of a valid token, None for others, and stores when it was used. Raises StateDown."""
        if not secret.startswith(TOKEN_PREFIX) or len(secret) > MAX_TOKEN_CHARS:
            return None
        key, now = hash_secret(secret), self.clock()
        if self._cached_at is None or abs(now - self._cached_at) > (
            TOKEN_CACHE_TIME if key in self._cached_tokens else UNKNOWN_TOKEN_CACHE_TIME
        ):
            await self._running.run(None, lambda: self._read_tokens(now))
        made = self._cached_tokens.get(key)
        if made is None or not made.is_valid:
            return None
        if made.last_used is None or now - made.last_used >= TOKEN_USED_INTERVAL:
            self._cached_tokens[key] = replace(made, last_used=now)
            used = update(tokens).where(tokens.c.key == key).values(last_used=now)
            with contextlib.suppress(StateDown):  # a database that is read-only still knows the token
                await self.database.run(lambda connection: connection.execute(used))
        return ApiClient(made.number, made.name, made.scopes)

    async def list_tokens(self) -> list[TokenRecord]:
        """Returns all tokens, the newest first."""
        return [self._read_token(row) for row in await self.database.run(_select_tokens)]

    async def revoke_token(self, number: int) -> bool:
        """Deletes a token: here at once, in other processes after TOKEN_CACHE_TIME; returns whether there was one."""
        gone = delete(tokens).where(tokens.c.number == number)
        count = await self.database.run(lambda connection: connection.execute(gone).rowcount)
        self._expire_cache()
        return bool(count)

    async def _read_tokens(self, now: datetime) -> None:
        changes = self._change_count
        self._cached_tokens = {row.key: self._read_token(row) for row in await self.database.run(_select_tokens)}
        self._cached_at = now if changes == self._change_count else None

    def _read_token(self, row: Row[Any]) -> TokenRecord:
        scopes, is_valid = frozenset(row.scopes.split()), self.admission.admits(read_maker(row, row.made_at))
        return TokenRecord(row.number, row.name, scopes, row.hint, row.made_by, row.made_at, row.last_used, is_valid)

    def _expire_cache(self) -> None:
        """Expires what was read, and what is being read now."""
        self._change_count += 1
        self._cached_at = None


def _select_tokens(connection: Connection) -> list[Row[Any]]:
    return list(connection.execute(select_with_maker(tokens).order_by(tokens.c.number.desc())).all())


def _insert_token(connection: Connection, row: Mapping[str, object]) -> None:
    if (connection.scalar(select(func.count()).select_from(tokens)) or 0) >= MAX_TOKENS:
        raise Overloaded(f"There are {MAX_TOKENS} tokens already: revoke some that nobody uses.")
    connection.execute(insert(tokens).values(row))
