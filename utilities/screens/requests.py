"""Devices that ask to be paired: the code that each shows, and how often a person may type a wrong one."""

import contextlib
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from utilities.accounts.database.connection import StateDatabase
from utilities.accounts.database.sessions import hash_secret
from utilities.accounts.database.tables import pairing_requests, pairing_tries, screens
from utilities.model.clock import Clock
from utilities.model.errors import Overloaded
from utilities.screens.codes import derive_code, hash_code, normalize_code
from utilities.screens.model import CodeLookup, Device, PairingRequest

Result = TypeVar("Result")

CODE_LIFETIME = timedelta(minutes=10)
MAX_WRONG_CODES = 5  # of one person in CODE_LIFETIME: RFC 8628, 5.1
MAX_CODE_COLLISIONS = 5
MAX_PAIRING_REQUESTS = 6_000  # more than the rate limit lets in within CODE_LIFETIME


class PairingRequests:
    """Codes are stored as a keyed hash; each works once and for ten minutes."""

    def __init__(self, state: StateDatabase, clock: Clock, key: bytes) -> None:
        self.database = state
        self.clock = clock
        self.key = key

    async def find_code(self, secret: str) -> tuple[str, datetime] | None:
        """Returns the code that the device with this secret shows already, and until when it works."""
        device_hash, now = hash_secret(secret), self.clock()
        row = await self.database.run(lambda connection: _select_device(connection, device_hash, now))
        if row is None:
            return None
        code = derive_code(secret, row.until)
        # Another hash after a change of SECRET_KEY.
        return (code, row.until) if hash_code(self.key, code) == row.code_hash else None

    async def show_code(self, secret: str, device: Device, former_screen: int | None = None) -> tuple[str, datetime]:
        """Returns the code of the device with this secret, and until when it works; a new one when it has none.

        Raises Overloaded when too many devices ask.
        """
        device_hash, now = hash_secret(secret), self.clock()
        for seconds in range(MAX_CODE_COLLISIONS):
            if (shown := await self.find_code(secret)) is not None:
                return shown
            until = (now + CODE_LIFETIME).replace(microsecond=0) - timedelta(seconds=seconds)
            code_hash = hash_code(self.key, code := derive_code(secret, until))
            values = _request_values(device_hash, code_hash, device, now, until, former_screen)
            with contextlib.suppress(IntegrityError):  # another device has this code, or another tab was faster
                await self.database.run(partial(_insert_request, values=values, now=now))
                return code, until
        raise Overloaded("This television asks for many codes at once. Close its other tabs.")

    async def record_viewport(self, secret: str, viewport: str) -> bool:
        """Stores the size of the browser; returns whether this device shows a code."""
        same = pairing_requests.c.device_hash == hash_secret(secret)
        change = update(pairing_requests).where(same, pairing_requests.c.until > self.clock())
        return bool(
            await self.database.run(lambda connection: connection.execute(change.values(viewport=viewport)).rowcount)
        )

    async def find_request(self, typed: str, person: str) -> CodeLookup:
        """Returns the request with this code; a wrong one counts as a try of this person."""
        return await self.run_counted(lambda connection: self.look_up(connection, typed, person))

    async def refuse(self, typed: str, person: str) -> CodeLookup:
        """Deletes the request with this code: the device shows a new one."""

        def look_up_and_delete(connection: Connection) -> CodeLookup:
            lookup = self.look_up(connection, typed, person)
            if lookup.request is not None:
                take_request(connection, lookup.request)
            return lookup

        return await self.run_counted(look_up_and_delete)

    async def run_counted(self, work: Callable[[Connection], Result]) -> Result:
        """Runs work that counts a try, again when the person's first two tries came at one moment."""
        try:
            return await self.database.run(work)
        except IntegrityError:
            return await self.database.run(work)

    async def find_unanswered(self, device_hashes: Collection[str]) -> set[str]:
        """Returns those of the devices that still wait for a person."""
        query = select(pairing_requests.c.device_hash).where(pairing_requests.c.device_hash.in_(device_hashes))
        return set(await self.database.run(lambda connection: connection.scalars(query).all()))

    async def find_paired(self, device_hashes: Collection[str]) -> set[str]:
        """Returns those of the devices that are screens now."""
        is_paired = screens.c.credential_hash.in_(device_hashes) & screens.c.revoked_at.is_(None)
        query = select(screens.c.credential_hash).where(is_paired)
        return set(await self.database.run(lambda connection: connection.scalars(query).all()))

    async def count_waiting(self) -> int:
        """Returns how many devices show a code."""
        query = select(func.count()).where(pairing_requests.c.until > self.clock())
        return await self.database.run(lambda connection: connection.scalar(query)) or 0

    def look_up(self, connection: Connection, typed: str, person: str) -> CodeLookup:
        """Counts a try and looks up the code in one transaction, so that tries at one moment are counted too.

        The first statement locks the person's row: a second try waits until the first has been counted.
        """
        code, person_hash, now = normalize_code(typed), hash_secret(f"pairing {person}"), self.clock()
        if not code:
            return CodeLookup(is_code=False)
        tries, until = _count_try(connection, person_hash, now)
        if tries > MAX_WRONG_CODES:
            return CodeLookup(retry_at=until)
        same = pairing_requests.c.code_hash == hash_code(self.key, code)
        row = connection.execute(select(pairing_requests).where(same, pairing_requests.c.until > now)).first()
        if row is None:
            left = MAX_WRONG_CODES - tries
            return CodeLookup(tries_left=left, retry_at=None if left else until)
        mine = pairing_tries.c.person == person_hash
        connection.execute(update(pairing_tries).where(mine).values(tries=pairing_tries.c.tries - 1))
        return CodeLookup(_read_request(row), tries_left=MAX_WRONG_CODES - tries + 1)


def take_request(connection: Connection, request: PairingRequest) -> bool:
    """Deletes a request; returns False when somebody else was faster. A code works once."""
    same = pairing_requests.c.device_hash == request.device_hash
    return bool(
        connection.execute(delete(pairing_requests).where(same, pairing_requests.c.until == request.until)).rowcount
    )


def _count_try(connection: Connection, person_hash: str, now: datetime) -> tuple[int, datetime]:
    """Returns how many tries there were, this one included, and when they are forgotten."""
    connection.execute(delete(pairing_tries).where(pairing_tries.c.until <= now))
    mine = pairing_tries.c.person == person_hash
    one_more = update(pairing_tries).where(mine).values(tries=pairing_tries.c.tries + 1)
    row = connection.execute(one_more.returning(pairing_tries.c.tries, pairing_tries.c.until)).first()
    if row is not None:
        return row.tries, row.until
    until = now + CODE_LIFETIME
    connection.execute(insert(pairing_tries).values(person=person_hash, tries=1, until=until))
    return 1, until


def _select_device(connection: Connection, device_hash: str, now: datetime) -> Row[Any] | None:
    same = pairing_requests.c.device_hash == device_hash
    return connection.execute(select(pairing_requests).where(same, pairing_requests.c.until > now)).first()


def _insert_request(connection: Connection, values: dict[str, object], now: datetime) -> None:
    same = pairing_requests.c.device_hash == values["device_hash"]
    connection.execute(delete(pairing_requests).where((pairing_requests.c.until <= now) | same))
    if (connection.scalar(select(func.count()).select_from(pairing_requests)) or 0) >= MAX_PAIRING_REQUESTS:
        raise Overloaded("Too many televisions show a code just now. Try again in some minutes.")
    connection.execute(insert(pairing_requests).values(values))


def _request_values(
    device_hash: str, code_hash: str, device: Device, now: datetime, until: datetime, former_screen: int | None
) -> dict[str, object]:
    shown = {"address": device.address[:64], "browser": device.browser[:100], "viewport": device.viewport[:20]}
    times = {"made_at": now, "until": until}
    return {"device_hash": device_hash, "code_hash": code_hash, "former_screen": former_screen, **shown, **times}


def _read_request(row: Row[Any]) -> PairingRequest:
    device = Device(row.address, row.browser, row.viewport)
    return PairingRequest(row.device_hash, device, row.made_at, row.until, row.former_screen)
