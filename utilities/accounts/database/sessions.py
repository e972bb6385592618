"""Sessions: which person a cookie belongs to, for how long, and an event for streams when a session ends."""

import asyncio
import contextlib
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakSet

from cachetools import LRUCache
from sqlalchemy import Connection, Row, delete, insert, update
from sqlalchemy.exc import IntegrityError

from utilities.accounts.admission import Admission
from utilities.accounts.database.connection import StateDatabase
from utilities.accounts.database.makers import read_maker, select_with_maker
from utilities.accounts.database.tables import people, sessions, spent_attempts
from utilities.model.clock import Clock
from utilities.model.errors import StateDown
from utilities.model.principals import Person

SESSION_IDLE_TIMEOUT = timedelta(hours=4)
SESSION_LIFETIME = timedelta(hours=12)  # somebody who has left the company is out by the next morning
SESSION_CACHE_TIME = timedelta(seconds=5)  # for so long another process may accept a session that has ended
SESSION_SEEN_INTERVAL = timedelta(minutes=1)
MAX_CACHED_SESSIONS = 10_000


@dataclass(frozen=True)
class CachedPerson:
    person: Person
    at: datetime


class Sessions:
    """Sessions by their secret id, of which only a hash is stored. `admission` says whose may still be used."""

    def __init__(self, state: StateDatabase, clock: Clock, admission: Admission) -> None:
        self.database = state
        self.clock = clock
        self.admission = admission
        self._cached_people: LRUCache[str, CachedPerson] = LRUCache(MAX_CACHED_SESSIONS)
        self._end_events: dict[str, WeakSet[asyncio.Event]] = {}

    async def start_session(self, person: Person) -> str:
        """Starts a session and returns its secret id, which is not stored."""
        session = secrets.token_urlsafe(32)
        key, now = hash_secret(session), self.clock()
        try:
            await self.database.run(lambda connection: self._insert_session(connection, key, person, now))
        except IntegrityError:  # the same person, for the first time, in two browsers at once
            await self.database.run(lambda connection: self._insert_session(connection, key, person, now))
        return session

    async def find_person(self, session: str) -> Person | None:
        """Returns the person of a session; None when it has ended. Raises StateDown."""
        key, now = hash_secret(session), self.clock()
        cached = self._cached_people.get(key)
        if cached is not None and abs(now - cached.at) <= SESSION_CACHE_TIME and not _has_expired(cached.person, now):
            return cached.person
        person = (await self._read_active_sessions([key], now)).get(key)
        if person is None:
            self._drop_session(key)
            return None
        self._cached_people[key] = CachedPerson(person, now)
        return person

    def cached_person(self, session: str) -> Person | None:
        """Returns the person of a session as of the last check, for as long as the session can last without another."""
        now, cached = self.clock(), self._cached_people.get(hash_secret(session))
        if cached is None or abs(now - cached.at) > SESSION_IDLE_TIMEOUT or _has_expired(cached.person, now):
            return None
        return cached.person

    async def _read_active_sessions(self, keys: list[str], now: datetime) -> dict[str, Person]:
        """Returns the persons of those sessions that have not ended, and stores that they are used."""
        rows = await self.database.run(lambda connection: self._select_active(connection, keys, now))
        if unseen := [row.key for row in rows if now - row.seen_at >= SESSION_SEEN_INTERVAL]:
            used = update(sessions).where(sessions.c.key.in_(unseen)).values(seen_at=now)
            with contextlib.suppress(StateDown):  # a database that is read-only still knows who is signed in
                await self.database.run(lambda connection: connection.execute(used))
        return {row.key: _person_from_row(row) for row in rows}

    async def end_session(self, session: str) -> None:
        """Ends the session in every process, with its streams."""
        key = hash_secret(session)
        await self.database.run(lambda connection: connection.execute(delete(sessions).where(sessions.c.key == key)))
        self._drop_session(key)

    async def end_all_sessions(self, person: Person) -> None:
        """Ends every session of one person."""
        row = sessions.c.person == person.number
        keys = await self.database.run(
            lambda connection: connection.scalars(delete(sessions).where(row).returning(sessions.c.key)).all()
        )
        for key in keys:
            self._drop_session(key)

    def watch_session(self, session: str) -> asyncio.Event:
        """Is set when the session ends, at the latest SESSION_CACHE_TIME later. Keep a reference: nothing else does."""
        event = asyncio.Event()
        self._end_events.setdefault(hash_secret(session), WeakSet()).add(event)
        return event

    async def end_expired_streams(self) -> None:
        """Finds the watched sessions that have ended elsewhere or run out; an open stream counts as being there."""
        self._end_events = {key: events for key, events in self._end_events.items() if events}
        keys, now = list(self._end_events), self.clock()
        if keys:
            living = await self._read_active_sessions(keys, now)
            for key in set(keys) - set(living):
                self._drop_session(key)

    def _insert_session(self, connection: Connection, key: str, person: Person, now: datetime) -> None:
        """Inserts or updates the person, inserts the session, and deletes expired sessions."""
        connection.execute(
            delete(sessions).where((sessions.c.until <= now) | (sessions.c.seen_at <= now - SESSION_IDLE_TIMEOUT))
        )
        called = {"email": person.email, "name": person.name, "domain": person.domain or None, "last_seen": now}
        same = (people.c.issuer == person.issuer) & (people.c.subject == person.subject)
        number = connection.scalar(update(people).where(same).values(called).returning(people.c.number))
        if number is None:
            row = called | {"issuer": person.issuer, "subject": person.subject, "first_seen": now}
            number = connection.scalar(insert(people).values(row).returning(people.c.number))
        times = {"started_at": now, "seen_at": now, "until": now + SESSION_LIFETIME}
        connection.execute(insert(sessions).values(key=key, person=number, sign_in=self.admission.sign_in, **times))

    def _select_active(self, connection: Connection, keys: list[str], now: datetime) -> list[Row[Any]]:
        """Returns those sessions that have not ended, each with its person."""
        live = (sessions.c.until > now) & (sessions.c.seen_at > now - SESSION_IDLE_TIMEOUT)
        query = select_with_maker(sessions).add_columns(*(people.c[name] for name in ("issuer", "subject", "name")))
        rows = connection.execute(query.where(sessions.c.key.in_(keys) & live)).all()
        return [row for row in rows if self.admission.admits(read_maker(row, row.started_at))]

    def _drop_session(self, key: str) -> None:
        self._cached_people.pop(key, None)
        for event in self._end_events.pop(key, ()):
            event.set()

    async def spend_attempt(self, attempt: str, until: datetime) -> bool:
        """Marks a sign-in attempt as used; returns False when it was used before."""
        key, now = hash_secret(attempt), self.clock()
        try:
            await self.database.run(lambda connection: _insert_spent_attempt(connection, key, until, now))
        except IntegrityError:
            return False
        return True


def hash_secret(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _has_expired(person: Person, now: datetime) -> bool:
    return person.expires_at is not None and person.expires_at <= now


def _person_from_row(row: Row[Any]) -> Person:
    domain = row.maker_domain or ""
    return Person(row.issuer, row.subject, row.maker_email, row.name, domain, row.person, row.until)


def _insert_spent_attempt(connection: Connection, key: str, until: datetime, now: datetime) -> None:
    connection.execute(delete(spent_attempts).where(spent_attempts.c.until <= now))
    connection.execute(insert(spent_attempts).values(key=key, until=until))
