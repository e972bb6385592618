"""The validated content of a board file; `boards/board.schema.json` is generated from these models."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from utilities.config.yaml_file import KeyPath
from utilities.model.errors import BoardError
from utilities.model.time_ranges import parse_zone_name

DURATION_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
BOARD_NAME_PATTERN = r"^[a-z0-9][a-z0-9-]*$"


def parse_duration(value: object) -> object:
    """Parses `30s`, `5m`, `6h` or `1d`; raises ValueError for a number without a unit."""
    match = re.fullmatch(r"(\d{1,7})\s*([smhd])", value) if isinstance(value, str) else None
    if isinstance(value, timedelta):
        return value
    if not match or not int(match[1]):
        raise ValueError("write a time with its unit: 30s, 5m, 6h or 1d")
    return timedelta(**{DURATION_UNITS[match[2]]: int(match[1])})


Duration = Annotated[
    timedelta, BeforeValidator(parse_duration, json_schema_input_type=Annotated[str, Field(pattern=r"^\d+\s*[smhd]$")])
]


class Strict(BaseModel):
    """A frozen model; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Screen(Strict):
    """The glass and the room; type is sized for them."""

    diagonal: float = Field(55, ge=5, le=300, description="inches")
    distance: float = Field(3, ge=0.3, le=50, description="metres from the glass to the people who read it")


class Grid(Strict):
    """How many columns and rows the sheet is divided into."""

    columns: int = Field(12, ge=1, le=48)
    rows: int = Field(12, ge=1, le=48)


class Place(Strict):
    """Where a tile stands on the grid; `[column, row, width, height]` says the same."""

    column: int = Field(ge=1)
    row: int = Field(ge=1)
    width: int = Field(ge=1)
    height: int = Field(ge=1)

    def meets(self, other: "Place") -> bool:
        """Whether the two share a cell of the grid."""
        across = self.column < other.column + other.width and other.column < self.column + self.width
        return across and self.row < other.row + other.height and other.row < self.row + self.height


def parse_place(value: object) -> object:
    """Converts a place that is written as four numbers."""
    if not isinstance(value, list):
        return value
    if len(value) != 4:
        raise ValueError("write four numbers: [column, row, width, height]")
    return dict(zip(("column", "row", "width", "height"), value, strict=True))


FourNumbers = Annotated[list[Annotated[int, Field(ge=1)]], Field(min_length=4, max_length=4)]


class Tile(Strict):
    """A report drawn by a view, in a place."""

    report: str = Field(pattern=BOARD_NAME_PATTERN)
    view: str = Field(pattern=BOARD_NAME_PATTERN)
    place: Annotated[Place, BeforeValidator(parse_place, json_schema_input_type=Place | FourNumbers)]
    title: str = Field("", max_length=120, description="the report's own when left out")
    name: str = Field(
        "", pattern=BOARD_NAME_PATTERN + "|^$", description="the report's when left out; unlike every other tile's"
    )
    options: Mapping[str, Any] = Field(default_factory=dict, description="the view's own")
    private: bool = Field(False, description="whether it is hidden on walls while visitors are here")
    trend: str = Field(
        "", pattern=BOARD_NAME_PATTERN + "|^$", description="a report whose course is drawn next to the figure"
    )

    @model_validator(mode="before")
    @classmethod
    def named(cls, value: object) -> object:
        return {"name": value.get("report", ""), **value} if isinstance(value, dict) else value


class Inline(BaseModel):
    """A report that is defined on the board: every other key is a field of the source's query."""

    model_config = ConfigDict(extra="allow", frozen=True)

    title: str = Field(min_length=1, max_length=120)
    source: str = Field(pattern=BOARD_NAME_PATTERN)
    pace: Duration = timedelta(minutes=5)
    stale: Duration = Field(timedelta(hours=6), description="figures older than this are stale")
    headings: Mapping[str, str] = Field(default_factory=dict)
    ranks: Mapping[str, int] = Field(default_factory=dict)

    @property
    def query_fields(self) -> Mapping[str, object]:
        """Returns the fields of the source's query."""
        return dict(self.model_extra or {})


class BoardFile(Strict):
    """The content of a board file."""

    title: str = Field(min_length=1, max_length=120)
    screen: Screen = Screen()
    zone: str | None = Field(None, description="time zone of the clock, like Europe/Berlin; the server's when left out")
    theme: Literal["dark", "light"] = "dark"
    grid: Grid = Grid()
    tiles: tuple[Tile, ...] = Field(min_length=1, max_length=100)
    reports: Mapping[Annotated[str, Field(pattern=BOARD_NAME_PATTERN)], Inline] = Field(default_factory=dict)

    @field_validator("zone")
    @classmethod
    def check_zone(cls, value: str | None) -> str | None:
        return None if value is None else parse_zone_name(value)


class Board(BoardFile):
    """A board: the content of its file, and where it was read. Frozen; a changed file makes another."""

    name: str  # the file's stem
    hash: str  # of the file's bytes, 12 characters
    file: str
    lines: Mapping[KeyPath, int]
    type_step: int = 0  # by how many steps its type is larger than its file says, for a screen of its own

    @property
    def timezone(self) -> ZoneInfo | None:
        return ZoneInfo(self.zone) if self.zone else None

    def fault(self, message: str, *loc: str | int) -> BoardError:
        """Returns an error that points at `loc` in the file, or at the nearest key around it."""
        return BoardError(message, file=self.file, line=nearest_line(self.lines, loc))

    @property
    def has_private_tiles(self) -> bool:
        return any(tile.private for tile in self.tiles)

    @property
    def has_pages(self) -> bool:
        """Whether a table shows its rows by turns, for which a wall loads a script."""
        return any(tile.options.get("pages") for tile in self.tiles)

    def tile(self, name: str) -> Tile | None:
        return next((tile for tile in self.tiles if tile.name == name), None)

    @classmethod
    def of(cls, content: BoardFile, *, name: str, hash: str, file: str, lines: Mapping[KeyPath, int]) -> "Board":
        """Returns a board from its validated file."""
        fields = {key: getattr(content, key) for key in BoardFile.model_fields}
        return cls.model_construct(**fields, name=name, hash=hash, file=file, lines=lines)


def nearest_line(lines: Mapping[KeyPath, int], loc: KeyPath) -> int | None:
    """Returns the line of `loc`, or of the innermost key around it that is in the file."""
    return next((lines[loc[:depth]] for depth in range(len(loc), -1, -1) if loc[:depth] in lines), None)
