"""The validated content of `boards/playlists.yaml`; `boards/playlists.schema.json` is generated from these models."""

import re
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from utilities.config.boards.model import BOARD_NAME_PATTERN, Duration, Strict
from utilities.model.near_names import find_near_name
from utilities.playlists.holiday_calendar import parse_country
from utilities.playlists.written_times import HOLIDAY, MINUTES_OF_DAY, DateSpans, DayNames, TimeOfDay

MAX_ITEMS = 100
ITEM_SECONDS = 60
MAX_QUIET_WINDOWS = 20
MAX_PLAYLISTS = 100
MAX_TAKEOVER_RULES = 20
MAX_RULE_MESSAGE_CHARS = 200
MAX_RULE_SCREENS = 100
TILE_PATTERN = r"^[a-z0-9][a-z0-9-]*/[a-z0-9][a-z0-9-]*$"


class BoardTrouble(StrEnum):
    """Why a board may be skipped; the worst one counts."""

    EMPTY = "empty"
    STALE = "stale"
    FAILED = "failed"
    MISSING = "missing"  # there is no such board; it is always skipped


SKIPPABLE = ("empty", "stale", "failed")


def parse_skip(value: object) -> object:
    """Converts one word to a list of one, and refuses unknown words with the nearest one."""
    words = [value] if isinstance(value, str) else value
    for word in words if isinstance(words, list) else ():
        if word not in SKIPPABLE:
            near = find_near_name(str(word), SKIPPABLE)
            hint = f"did you mean {near}?" if near else f"there are {', '.join(SKIPPABLE)}"
            raise ValueError(f"{str(word)[:60]!r} is nothing that can be skipped; {hint}")
    return words


SkipWords = Annotated[
    tuple[Literal["empty", "stale", "failed"], ...],
    BeforeValidator(parse_skip, json_schema_input_type=Literal["empty", "stale", "failed"] | list[str]),
]


class Window(Strict):
    """When something holds: `[from, to)` on the days that are named; a window over midnight is of the day it starts.

    Times are those of the screen's zone. Without days and dates it is every day.
    """

    days: DayNames = Field((), description="by their names: Mon-Fri, or [Sat, Sun, holiday]; every day when left out")
    dates: DateSpans = Field((), description="2026-12-24, {first: 2026-12-24, last: 2027-01-03}, or a list of these")
    start: TimeOfDay = Field(0, alias="from", description="included; 00:00 when left out")
    end: TimeOfDay = Field(MINUTES_OF_DAY, alias="to", description="not included; 24:00 when left out")

    @model_validator(mode="after")
    def check_times(self) -> "Window":
        if self.start == MINUTES_OF_DAY:
            raise ValueError("from cannot be 24:00; write 00:00, the beginning of a day")
        if self.start == self.end:
            raise ValueError("from and to are the same time; leave both out for all day")
        return self

    @property
    def is_whole_day(self) -> bool:
        return (self.start, self.end) == (0, MINUTES_OF_DAY)


class PlaylistItem(Window):
    """A board, for how long and when."""

    board: str = Field(pattern=BOARD_NAME_PATTERN)
    seconds: Annotated[int, Field(ge=5, le=86_400)] | Literal["pages"] = Field(
        ITEM_SECONDS,
        description="how long it stays while others are in turn with it; pages: until its tables are through",
    )
    priority: int = Field(0, ge=-100, le=100, description="the highest of the moment hangs; equal ones are in turn")
    skip: SkipWords = Field((), description="not while the whole board is empty, stale or failed")


class QuietHours(Window):
    """When the screen is dimmed or black, whatever the items say."""

    mode: Literal["dim", "black"] = "black"

    @model_validator(mode="after")
    def check_window(self) -> "QuietHours":
        if self.is_whole_day and not self.days and not self.dates:
            raise ValueError("it has no hours, days or dates, so the screen would never be on; name some")
        return self


class VisitorHours(Window):
    """When visitors see the screen, so that private tiles are hidden."""


def parse_tile_path(value: object) -> object:
    """Returns the path of a tile unchanged; raises ValueError for what cannot be one."""
    if not isinstance(value, str) or not re.fullmatch(TILE_PATTERN, value):
        raise ValueError("write the board and the tile as in its address, board/tile: office/now")
    return value


TilePath = Annotated[
    str, BeforeValidator(parse_tile_path, json_schema_input_type=Annotated[str, Field(pattern=TILE_PATTERN)])
]
HolidayCode = Annotated[str, BeforeValidator(parse_country, json_schema_input_type=str)]
HOLIDAYS_HELP = "a country, like DE, or a part of one, like DE-BE: its holidays are `holiday` and no weekday"


def check_holiday_windows(holidays: str, windows: tuple[Window, ...]) -> None:
    """Raises ValueError for a window that names holidays of no country."""
    if not holidays and any(HOLIDAY in window.days for window in windows):
        raise ValueError("a window names holiday, and there is no country; add `holidays:`, like DE or DE-BE")


class TakeoverRule(Strict):
    """A figure that fills screens with a message or a board when it is above or below a limit for some time."""

    tile: TilePath = Field(description="board/tile, as in the tile's address")
    column: str = Field("", max_length=100, description="its key; the first column of numbers when left out")
    above: float | None = Field(None, allow_inf_nan=False)
    below: float | None = Field(None, allow_inf_nan=False)
    for_time: Duration = Field(timedelta(minutes=1), alias="for", description="for so long without a break")
    message: str = Field("", max_length=MAX_RULE_MESSAGE_CHARS)
    board: str = Field("", pattern=BOARD_NAME_PATTERN + "|^$", description="a board to show instead of a message")
    until: Duration = Field(timedelta(minutes=15), description="it ends after so long, or when the figure is back")
    screens: tuple[str, ...] = Field((), max_length=MAX_RULE_SCREENS, description="their names; all when left out")

    @model_validator(mode="after")
    def check_limits(self) -> "TakeoverRule":
        if (self.above is None) == (self.below is None):
            raise ValueError("write above or below, one of them, and a number")
        if bool(self.message.strip()) == bool(self.board):
            raise ValueError("write message or board, one of them")
        if not timedelta(minutes=1) <= self.until <= timedelta(days=1):
            raise ValueError("until must be between 1m and 1d")
        return self

    def is_crossed(self, value: float) -> bool:
        """Whether a figure is on the wrong side of the limit."""
        return value > self.above if self.above is not None else self.below is not None and value < self.below


class Playlist(Strict):
    """Boards in turn, by time."""

    title: str = Field("", max_length=120, description="the name when left out")
    holidays: HolidayCode = Field("", description=HOLIDAYS_HELP)
    items: tuple[PlaylistItem, ...] = Field(min_length=1, max_length=MAX_ITEMS)
    quiet: tuple[QuietHours, ...] = Field((), max_length=MAX_QUIET_WINDOWS)
    visitors: tuple[VisitorHours, ...] = Field(
        (), max_length=MAX_QUIET_WINDOWS, description="when private tiles are hidden, because visitors see the screen"
    )

    @model_validator(mode="after")
    def check_holidays(self) -> "Playlist":
        check_holiday_windows(self.holidays, (*self.items, *self.quiet, *self.visitors))
        return self


PlaylistName = Annotated[str, Field(pattern=BOARD_NAME_PATTERN)]


class PlaylistFile(Strict):
    """The content of `playlists.yaml`."""

    playlists: Mapping[PlaylistName, Playlist] = Field(min_length=1, max_length=MAX_PLAYLISTS)
    quiet: tuple[QuietHours, ...] = Field((), max_length=MAX_QUIET_WINDOWS, description="of screens with one board")
    holidays: HolidayCode = Field("", description="for the quiet hours of screens with one board")
    takeovers: Mapping[PlaylistName, TakeoverRule] = Field({}, max_length=MAX_TAKEOVER_RULES)

    @model_validator(mode="after")
    def check_quiet(self) -> "PlaylistFile":
        check_holiday_windows(self.holidays, self.quiet)
        return self
