"""Sessions: who is behind a cookie, for how long, and how the open streams hear that it is over."""

import asyncio
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakSet

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from utilities.accounts.database.connection import State
from utilities.accounts.database.tables import people, sessions, spent_attempts
from utilities.model.clock import Clock
from utilities.model.principals import Person

IDLE = timedelta(hours=4)
LONGEST = timedelta(hours=12)  # somebody who has left the company is out by the next morning
REMEMBERED = timedelta(seconds=5)  # how long another process may still believe in a session that has ended
NOTED_EVERY = timedelta(minutes=1)
MOST_REMEMBERED = 10_000


@dataclass(frozen=True)
class Remembered:
    person: Person
    at: datetime


class Sessions:
    """Sessions by their secret id, of which only a hash is kept."""

    def __init__(self, state: State, clock: Clock) -> None:
        self.state = state
        self.clock = clock
        self.remembered: dict[str, Remembered] = {}
        self.watched: dict[str, WeakSet[asyncio.Event]] = {}

    async def start(self, person: Person) -> str:
        """A new session for somebody who has just been identified; its secret id, which is kept nowhere."""
        session = secrets.token_urlsafe(32)
        key, now = key_of(session), self.clock()
        try:
            await self.state.run(lambda connection: begin(connection, key, person, now))
        except IntegrityError:  # the same person, for the first time, in two browsers at once
            await self.state.run(lambda connection: begin(connection, key, person, now))
        return session

    async def person(self, session: str) -> Person | None:
        """Whose session it is; None when it has ended. Raises StateDown."""
        key, now = key_of(session), self.clock()
        known = self.remembered.get(key)
        if known is not None and abs(now - known.at) <= REMEMBERED and not over(known.person, now):
            return known.person
        found = (await self.state.run(lambda connection: alive(connection, [key], now))).get(key)
        if found is None:
            self.forget(key)
            return None
        if len(self.remembered) >= MOST_REMEMBERED:
            self.remembered.clear()
        self.remembered[key] = Remembered(found, now)
        return found

    async def end(self, session: str) -> None:
        """Ends it here and everywhere, with its streams."""
        key = key_of(session)
        await self.state.run(lambda connection: connection.execute(delete(sessions).where(sessions.c.key == key)))
        self.forget(key)

    async def end_all(self, person: Person) -> None:
        """Ends every session of one person."""
        row = sessions.c.person == person.number
        keys = await self.state.run(
            lambda connection: connection.scalars(delete(sessions).where(row).returning(sessions.c.key)).all()
        )
        for key in keys:
            self.forget(key)

    def watch(self, session: str) -> asyncio.Event:
        """Is set when the session ends, at the latest REMEMBERED after it did; keep hold of it, nobody else does."""
        event = asyncio.Event()
        self.watched.setdefault(key_of(session), WeakSet()).add(event)
        return event

    async def look(self) -> None:
        """Finds the watched sessions that have ended elsewhere or run out; an open stream counts as being there."""
        self.watched = {key: events for key, events in self.watched.items() if events}
        keys, now = list(self.watched), self.clock()
        if keys:
            living = await self.state.run(lambda connection: alive(connection, keys, now))
            for key in set(keys) - set(living):
                self.forget(key)

    def forget(self, key: str) -> None:
        self.remembered.pop(key, None)
        for event in self.watched.pop(key, ()):
            event.set()

    async def spend(self, attempt: str, until: datetime) -> bool:
        """Uses up an attempt to sign in; False when it was used before."""
        key, now = key_of(attempt), self.clock()
        try:
            await self.state.run(lambda connection: spend(connection, key, until, now))
        except IntegrityError:
            return False
        return True


def key_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def over(person: Person, now: datetime) -> bool:
    return person.expires_at is not None and person.expires_at <= now


def begin(connection: Connection, key: str, person: Person, now: datetime) -> None:
    """Writes the person down, or what is new about them, and the session; clears away what has run out."""
    connection.execute(delete(sessions).where((sessions.c.until <= now) | (sessions.c.seen_at <= now - IDLE)))
    called = {"email": person.email, "name": person.name, "last_seen": now}
    same = (people.c.issuer == person.issuer) & (people.c.subject == person.subject)
    number = connection.scalar(update(people).where(same).values(called).returning(people.c.number))
    if number is None:
        row = called | {"issuer": person.issuer, "subject": person.subject, "first_seen": now}
        number = connection.scalar(insert(people).values(row).returning(people.c.number))
    row = {"key": key, "person": number, "started_at": now, "seen_at": now, "until": now + LONGEST}
    connection.execute(insert(sessions).values(row))


def alive(connection: Connection, keys: list[str], now: datetime) -> dict[str, Person]:
    """The sessions of these that have not ended, and whose they are; notes that they were seen."""
    live = (sessions.c.until > now) & (sessions.c.seen_at > now - IDLE)
    query = (
        select(sessions.c.key, sessions.c.until, sessions.c.seen_at, people)
        .join(people, people.c.number == sessions.c.person)
        .where(sessions.c.key.in_(keys) & live)
    )
    rows = connection.execute(query).all()
    if unseen := [row.key for row in rows if now - row.seen_at >= NOTED_EVERY]:
        connection.execute(update(sessions).where(sessions.c.key.in_(unseen)).values(seen_at=now))
    return {row.key: Person(row.issuer, row.subject, row.email, row.name, row.number, row.until) for row in rows}


def spend(connection: Connection, key: str, until: datetime, now: datetime) -> None:
    connection.execute(delete(spent_attempts).where(spent_attempts.c.until <= now))
    connection.execute(insert(spent_attempts).values(key=key, until=until))
