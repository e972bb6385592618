"""Beats of screens: what is on each glass, as its browser reports it once a minute."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import Connection, Row, select
from sqlalchemy.dialects import postgresql, sqlite

from utilities.accounts.database.connection import StateDatabase
from utilities.accounts.database.tables import screen_beats
from utilities.model.clock import Clock
from utilities.model.errors import ParameterError, StateDown
from utilities.model.text import clean_text
from utilities.redaction import Redactor
from utilities.runtime.supervised_loop import SupervisedLoop

log = logging.getLogger("foyer.screens")

MAX_BEAT_BYTES = 4096
MAX_SCRIPT_ERROR_CHARS = 200
BEAT_STORE_INTERVAL = timedelta(minutes=1)  # between two rows of one screen
BEAT_FLUSH_SECONDS = 5.0
ENGINE_TIERS = {1: "basic", 2: "nicer", 3: "current"}

Seconds = Annotated[float, Field(ge=0, le=1e10, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=10**9)]


class ScreenBeat(BaseModel):
    """What a screen reports. All ages are in seconds, and were measured by a clock that nobody sets."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    build: str = Field(max_length=64)
    board: str = Field(max_length=100)  # on the glass; '' for black
    sheet: str = Field(default="", max_length=64)  # the edition of the board
    black: bool = False  # in quiet hours
    painted: Seconds | None = None  # since a board was painted last; None for never
    stream: Seconds | None = None  # since the last word of the board's stream
    uptime: Seconds  # of the page
    errors: Count = 0  # of scripts, since the page was loaded
    error: str = Field(default="", max_length=1000)  # the last one
    error_age: Seconds | None = None
    error_run: Seconds | None = None  # since the first of the errors that come without a break
    width: int = Field(ge=0, le=100_000)
    height: int = Field(ge=0, le=100_000)
    tier: int = Field(ge=1, le=3)
    clock: float = Field(ge=-1e15, le=1e15, allow_inf_nan=False)  # of the television, in milliseconds since 1970
    tiles: Count = 0
    stale: Count = 0  # tiles with old figures, or none
    taken: Seconds = 0  # the time of the newest figures, in seconds since 1970


@dataclass(frozen=True)
class ReceivedBeat:
    """A beat, and what the server adds to it."""

    received_at: datetime
    browser: str
    clock_error: float  # seconds; positive when the television's clock is fast
    beat: ScreenBeat

    @property
    def viewport(self) -> str:
        return f"{self.beat.width} × {self.beat.height}"

    @property
    def tier_name(self) -> str:
        return ENGINE_TIERS[self.beat.tier]


def parse_beat(body: bytes, redactor: Redactor) -> ScreenBeat:
    """Returns the beat of a request, its error as one line without secrets. Raises ParameterError."""
    if len(body) > MAX_BEAT_BYTES:
        raise ParameterError("beat", f"must have at most {MAX_BEAT_BYTES} bytes")
    try:
        beat = ScreenBeat.model_validate_json(body)
    except ValidationError as error:
        raise ParameterError("beat", f"is not right in {error.error_count()} places") from None
    cleaned = clean_text(redactor.mask_secrets(beat.error), MAX_SCRIPT_ERROR_CHARS)
    names = {"error": cleaned, "board": clean_text(beat.board, 100), "build": clean_text(beat.build, 64)}
    names["sheet"] = clean_text(beat.sheet, 64)
    return beat.model_copy(update=names)


class BeatStore:
    """The last beat of each screen: those of this process in memory, all in the database once a minute."""

    def __init__(self, database: StateDatabase, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self._latest: dict[int, ReceivedBeat] = {}
        self._unstored: set[int] = set()
        self._stored_at: dict[int, datetime] = {}
        self._loop: SupervisedLoop | None = None

    def start(self) -> None:
        """Begins to store beats."""
        self._loop = SupervisedLoop.every(BEAT_FLUSH_SECONDS, "screens: beats", self.flush)

    async def close(self) -> None:
        """Stops the loop."""
        if self._loop is not None:
            await self._loop.stop()

    def record(self, screen: int, beat: ScreenBeat, browser: str) -> ReceivedBeat:
        """Keeps a beat that has come now, in memory until the next `flush`."""
        now = self.clock()
        received = ReceivedBeat(now, browser, beat.clock / 1000 - now.timestamp(), beat)
        self._latest[screen] = received
        self._unstored.add(screen)
        return received

    async def flush(self) -> None:
        """Stores the beats of those screens of which none was stored for a minute, in one transaction."""
        now = self.clock()
        due = [
            number
            for number in sorted(self._unstored)
            if number not in self._stored_at or now - self._stored_at[number] >= BEAT_STORE_INTERVAL
        ]
        if not due:
            return
        rows = [_write_beat(number, self._latest[number]) for number in due]
        try:
            await self.database.run(lambda connection: _store_beats(connection, rows))
        except StateDown as error:
            log.debug("cannot store beats of screens: %s", error)  # the database logs its outages
            return
        self._stored_at |= dict.fromkeys(due, now)
        self._unstored -= {
            row["screen"] for row in rows if self._latest[row["screen"]].received_at == row["received_at"]
        }

    async def latest(self, numbers: Iterable[int] | None = None) -> dict[int, ReceivedBeat]:
        """Returns the last beat of these screens, of all without `numbers`; other processes' within a minute."""
        query = select(screen_beats)
        if numbers is not None:
            query = query.where(screen_beats.c.screen.in_(list(numbers)))
        beats = {row.screen: _read_beat(row) for row in await self.database.run(lambda c: c.execute(query).all())}
        for number, mine in self._latest.items():
            stored = beats.get(number)
            if (numbers is None or number in beats or number in self._unstored) and (
                stored is None or stored.received_at < mine.received_at
            ):
                beats[number] = mine
        return beats


def _write_beat(screen: int, received: ReceivedBeat) -> dict[str, Any]:
    return {
        "screen": screen,
        "received_at": received.received_at,
        "browser": received.browser[:100],
        "clock_error": received.clock_error,
        "beat": received.beat.model_dump_json(),
    }


def _store_beats(connection: Connection, rows: list[dict[str, Any]]) -> None:
    upsert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = upsert(screen_beats)
    fields = {name: statement.excluded[name] for name in ("received_at", "browser", "clock_error", "beat")}
    connection.execute(statement.on_conflict_do_update(index_elements=["screen"], set_=fields), rows)


def _read_beat(row: Row[Any]) -> ReceivedBeat:
    return ReceivedBeat(row.received_at, row.browser, row.clock_error, ScreenBeat.model_validate_json(row.beat))
