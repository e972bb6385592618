"""The registry of screens: who a credential belongs to, in memory and up to date with every other process."""

import asyncio
import logging
from dataclasses import replace
from datetime import datetime, timedelta
from weakref import WeakSet

from sqlalchemy import Connection, Delete, Update, delete, update

from utilities.accounts.database.connection import StateDatabase
from utilities.accounts.database.sessions import hash_secret
from utilities.accounts.database.tables import screens
from utilities.model.clock import Clock
from utilities.model.errors import StateDown
from utilities.runtime.single_flight import SingleFlight
from utilities.runtime.supervised_loop import SupervisedLoop
from utilities.screens.model import CodeLookup, ScreenPlan, ScreenRecord
from utilities.screens.requests import PairingRequests, take_request
from utilities.screens.screen_rows import insert_screen, mark_change, read_screen, select_revision, select_screens

log = logging.getLogger("foyer.screens")

SCREEN_CACHE_TIME = timedelta(seconds=2)  # for so long another process may accept a screen that was unpaired
LAST_SEEN_INTERVAL = timedelta(minutes=1)
WELCOME_TIME = timedelta(minutes=1)
USUAL_VIEWPORT = "1920x1080"


class ScreenRegistry:
    """All screens, read again when their revision in the database has changed.

    Every change of a screen raises the revision in its own transaction, so one small query shows whether there is any.
    """

    def __init__(self, state: StateDatabase, clock: Clock, requests: PairingRequests) -> None:
        self.database = state
        self.clock = clock
        self.requests = requests
        self._screens: dict[int, ScreenRecord] = {}
        self._numbers: dict[str, int] = {}  # by the hash of the credential
        self._revision = -1
        self._checked_at: datetime | None = None
        self._running = SingleFlight[None, None]()
        self._reading = asyncio.Lock()  # what was read first must not replace what was read later
        self._poll: SupervisedLoop | None = None
        self._end_events: dict[int, WeakSet[asyncio.Event]] = {}
        self._visitors: set[int] = set()  # screens that were here, until the next poll stores it

    async def find_screen(self, secret: str) -> ScreenRecord | None:
        """Returns the screen with this credential, also when it has been unpaired. Raises StateDown."""
        key, now = hash_secret(secret), self.clock()
        is_fresh = self._checked_at is not None and abs(now - self._checked_at) <= SCREEN_CACHE_TIME
        if key not in self._numbers or not is_fresh:
            await self.refresh()
        return self.cached_screen(secret)

    def cached_screen(self, secret: str) -> ScreenRecord | None:
        """Returns the screen as of the last check, for as long as the database does not answer."""
        number = self._numbers.get(hash_secret(secret))
        return None if number is None else self._screens.get(number)

    def cached_by_number(self, number: int) -> ScreenRecord | None:
        """Returns a screen by its number as of the last check."""
        return self._screens.get(number)

    async def list_screens(self) -> list[ScreenRecord]:
        """Returns all screens by name, those that are paired first."""
        await self._read_screens()
        return sorted(self._screens.values(), key=lambda each: (not each.is_paired, each.name.casefold(), each.number))

    async def list_paired(self) -> list[ScreenRecord]:
        """Returns the paired screens; reads them again only when one has changed. Raises StateDown."""
        await self.refresh()
        return [screen for screen in self._screens.values() if screen.is_paired]

    async def get_screen(self, number: int) -> ScreenRecord | None:
        """Returns a screen by its number."""
        await self.refresh()
        return self._screens.get(number)

    def find_number(self, text: str) -> ScreenRecord | None:
        """Returns the screen whose number a text is, as of the last `refresh`."""
        return next((each for number, each in self._screens.items() if str(number) == text), None)

    def watch_screen(self, screen: ScreenRecord) -> asyncio.Event:
        """Is set when this screen is unpaired or shows something else. Keep a reference: nothing else does."""
        self._start_poll()
        event = asyncio.Event()
        self._end_events.setdefault(screen.number, WeakSet()).add(event)
        return event

    async def refresh(self) -> None:
        """Reads the screens if any has changed, and ends the streams of those that may not go on. Raises StateDown."""
        await self._running.run(None, self._refresh_once)

    def _start_poll(self) -> None:
        if self._poll is None or not self._poll.is_running:
            self._poll = SupervisedLoop("screens: changes", self._poll_changes)

    async def _poll_changes(self) -> None:
        """Ends the streams of screens that another process has changed, and stores which screens are here."""
        while self._end_events or self._visitors:
            await asyncio.sleep(SCREEN_CACHE_TIME.total_seconds())
            try:
                await self.refresh()
                await self.store_visits()
            except StateDown as error:
                log.debug("cannot check which screens have changed: %s", error)  # the database logs its outages

    async def close(self) -> None:
        """Stops the poll."""
        if self._poll is not None:
            await self._poll.stop()
        await self._running.close()

    async def _refresh_once(self) -> None:
        now = self.clock()
        revision = await self.database.run(select_revision)
        if revision != self._revision:
            await self._read_screens()
        self._checked_at = now

    async def _read_screens(self) -> None:
        async with self._reading:
            await self._replace_screens()

    async def _replace_screens(self) -> None:
        revision, rows = await self.database.run(select_screens)
        before, self._screens = self._screens, {row.number: read_screen(row) for row in rows}
        self._numbers = {screen.credential_hash: number for number, screen in self._screens.items()}
        self._revision = revision
        for number, old in before.items():
            new = self._screens.get(number)
            if new is None or _stream_key(new) != _stream_key(old):
                for event in self._end_events.pop(number, ()):
                    event.set()

    def note_visit(self, number: int) -> None:
        """Remembers that a screen was here; the poll stores it, at most once a minute."""
        self._visitors.add(number)
        self._start_poll()

    async def record_visit(self, number: int) -> None:
        """Stores at once that a screen was here; a database that is read-only does not matter."""
        self._visitors.add(number)
        try:
            await self.store_visits()
        except StateDown as error:
            log.debug("cannot store when a screen was seen: %s", error)

    async def store_visits(self) -> None:
        """Stores when the screens with open streams and all others that were here were seen last. Raises StateDown."""
        self._end_events = {number: events for number, events in self._end_events.items() if events}
        now, numbers = self.clock(), self._visitors | self._end_events.keys()
        due = [number for number in sorted(numbers) if is_unseen(self._screens.get(number), now)]
        if due:
            seen = update(screens).where(screens.c.number.in_(due)).values(last_seen=now)
            await self.database.run(lambda connection: connection.execute(seen))
            for number in due:
                if number in self._screens:
                    self._screens[number] = replace(self._screens[number], last_seen=now)
        self._visitors -= numbers

    async def pair_screen(self, typed: str, person: str, plan: ScreenPlan, by: str) -> CodeLookup | ScreenRecord:
        """Returns the screen that the device with this code is from now on, or the lookup of a wrong code.

        All in one transaction. Raises ParameterError for a plan that is not right, Overloaded for too many screens.
        """
        if plan.replaces is None:
            plan.check()
        now = self.clock()

        def pair(connection: Connection) -> CodeLookup | int:
            lookup = self.requests.look_up(connection, typed, person)
            if lookup.request is None:
                return lookup
            if not take_request(connection, lookup.request):
                return CodeLookup(tries_left=lookup.tries_left)
            return insert_screen(connection, lookup.request, plan, by, now)

        paired = await self.requests.run_counted(pair)
        if isinstance(paired, CodeLookup):
            return paired
        await self._read_screens()
        return self._screens[paired]

    async def unpair_screen(self, number: int, by: str) -> bool:
        """Revokes the credential of a screen, in every process; returns whether it was paired."""
        same = (screens.c.number == number) & screens.c.revoked_at.is_(None)
        return await self._change(update(screens).where(same).values(revoked_at=self.clock(), revoked_by=by[:255]))

    async def change_shown(
        self, number: int, board: str, playlist: str, time_zone: str | None, insisted_by: str | None = None
    ) -> bool:
        """Stores what a screen shows from now on, and by which clock; returns whether there is such a screen.

        `insisted_by` is who shows what cannot be read from there.
        """
        shown = {"board": board, "playlist": playlist, "time_zone": time_zone}
        insisted = {
            "insisted_by": insisted_by and insisted_by[:255],
            "insisted_at": self.clock() if insisted_by else None,
        }
        return await self._change(update(screens).where(screens.c.number == number).values(shown | insisted))

    async def record_viewport(self, number: int, viewport: str) -> None:
        """Stores the size that a screen reports where it is another than before, as when it was hung upright."""
        screen = self._screens.get(number)
        if screen is not None and (screen.device.viewport or USUAL_VIEWPORT) != viewport:
            await self._change(update(screens).where(screens.c.number == number).values(viewport=viewport))

    async def remove_screen(self, number: int) -> bool:
        """Deletes a screen that is not paired any more; returns whether there was one."""
        return await self._change(delete(screens).where(screens.c.number == number, screens.c.revoked_at.is_not(None)))

    async def _change(self, statement: Update | Delete) -> bool:
        def run_and_mark(connection: Connection) -> int:
            count = connection.execute(statement).rowcount
            if count:
                mark_change(connection)
            return int(count)

        count = await self.database.run(run_and_mark)
        await self._read_screens()
        return bool(count)


def is_unseen(screen: ScreenRecord | None, now: datetime) -> bool:
    """Whether it is time to store that a screen is here."""
    return screen is not None and (screen.last_seen is None or now - screen.last_seen >= LAST_SEEN_INTERVAL)


def is_back(screen: ScreenRecord, now: datetime) -> bool:
    """Whether a screen was paired again just now, and has not been seen since."""
    was_seen_before = screen.last_seen is not None and screen.last_seen < screen.paired_at
    return was_seen_before and now - screen.paired_at < WELCOME_TIME


def _stream_key(screen: ScreenRecord) -> tuple[object, ...]:
    shown = screen.board, screen.playlist, screen.time_zone
    glass = screen.diagonal_inches, screen.distance_m, screen.device.viewport or USUAL_VIEWPORT  # type is sized for it
    return screen.credential_hash, screen.is_paired, *shown, *glass
