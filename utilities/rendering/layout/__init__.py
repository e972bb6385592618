"""Sheets: where each tile of a board stands, how big its type must be, and whether it can be read from the room.

Lengths are px of a 1920 × 1080 screen wherever a unit is not said; a television of any other size shows the same
sheet, because the stylesheet says everything in shares of the screen.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

SCREEN_WIDTH = 1920.0
SCREEN_HEIGHT = 1080.0


@dataclass(frozen=True)
class Box:
    """The room a view has on the sheet, in px of a 1920 × 1080 screen, and the type it must use."""

    width: float
    height: float
    text: float  # font size of text, px
    figure: float  # font size of figures in a table, px


@dataclass(frozen=True)
class TypeSizes:
    """The smallest legible font sizes of a board, px."""

    text: float
    figure: float


@dataclass(frozen=True)
class Rectangle:
    """A part of the sheet, px."""

    left: float
    top: float
    width: float
    height: float


class ScreenSpec(Protocol):
    """The glass, as the sheet needs to know it."""

    @property
    def diagonal(self) -> float: ...  # inches

    @property
    def distance(self) -> float: ...  # metres from the eye


class GridSpec(Protocol):
    """How many columns and rows the sheet is divided into."""

    @property
    def columns(self) -> int: ...

    @property
    def rows(self) -> int: ...


class PlaceSpec(Protocol):
    """Where a tile stands on the grid; the first column and row are 1."""

    @property
    def column(self) -> int: ...

    @property
    def row(self) -> int: ...

    @property
    def width(self) -> int: ...

    @property
    def height(self) -> int: ...


class TileSpec(Protocol):
    """A tile, as the sheet needs to know it."""

    @property
    def name(self) -> str: ...

    @property
    def report(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def view(self) -> str: ...

    @property
    def place(self) -> PlaceSpec: ...

    @property
    def options(self) -> Mapping[str, Any]: ...

    @property
    def trend(self) -> str: ...


class BoardSpec(Protocol):
    """A board, as the sheet needs to know it."""

    @property
    def screen(self) -> ScreenSpec: ...

    @property
    def theme(self) -> str: ...

    @property
    def grid(self) -> GridSpec: ...

    @property
    def tiles(self) -> Sequence[TileSpec]: ...


class MeasuredView(Protocol):
    """A view, as the layout needs it."""

    @property
    def min_size(self) -> Callable[[Box], tuple[float, float]]: ...

    @property
    def css(self) -> Callable[[TypeSizes], str] | None: ...
