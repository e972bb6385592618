"""Layout: where each tile of a board stands, how large its type must be, and whether it is legible from the room.

Lengths are px of a 1920 × 1080 screen unless another unit is named; a television of any other size shows the same
layout, because the stylesheet uses shares of the screen.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

SCREEN_WIDTH = 1920.0
SCREEN_HEIGHT = 1080.0


class ScreenShape(StrEnum):
    """The shapes of screen that a tile is drawn for; the names are classes in the style sheets."""

    LANDSCAPE = "landscape"
    PORTRAIT = "portrait"  # a wide screen that is hung upright
    HANDHELD = "handheld"  # a telephone: tiles stand one below the other, and the page scrolls


@dataclass(frozen=True)
class Box:
    """The room of a view, in px of a 1920 × 1080 screen, and the font sizes it must use."""

    width: float
    height: float
    text: float  # font size of text, px
    figure: float  # font size of figures in a table, px
    title: float = 0.0  # width of the tile's headline, px; a table has it on the line of its headings


@dataclass(frozen=True)
class TypeSizes:
    """The smallest legible font sizes of a board, px."""

    text: float
    figure: float


@dataclass(frozen=True)
class Rectangle:
    """A part of the screen, px."""

    left: float
    top: float
    width: float
    height: float


class ScreenSpec(Protocol):
    """A screen, as the layout needs it."""

    @property
    def diagonal(self) -> float: ...  # inches

    @property
    def distance(self) -> float: ...  # metres from the eye


class GridSpec(Protocol):
    """The number of columns and rows of a board."""

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
    """A tile, as the layout needs it."""

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
    """A board, as the layout needs it."""

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

    @property
    def figure_height(self) -> Callable[[Box], float] | None: ...
