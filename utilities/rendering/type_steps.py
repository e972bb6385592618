"""Type for the room of one screen: how large it must be, by how many steps a board is enlarged, and what has no room.

A board is rendered for the screen that its file names. A paired screen that is smaller, or is seen from further away,
gets the board enlarged by steps: all screens of one step share what is rendered (docs/adr/0032-type-steps.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import hypot

from cachetools import LRUCache

from utilities.config.boards import Board
from utilities.rendering.layout import SCREEN_HEIGHT, SCREEN_WIDTH, ScreenShape
from utilities.rendering.layout.faults import size_faults, title_faults
from utilities.rendering.layout.placement import board_type_sizes
from utilities.rendering.layout.portrait import arrange_portrait
from utilities.rendering.layout.type_scale import CAP_HEIGHT_EM, TEXT_ARCMIN, min_type_sizes
from utilities.rendering.views import View
from utilities.reports import Report

TYPE_STEP = 1.05
MAX_TYPE_STEP = 23
"""Three times the size; a board has no room for more."""

MIN_CAPITAL_PIXELS = 9
"""Letters of fewer pixels are no letters (ISO 9241-303: 7 × 9 for reading)."""

ROUNDING = 0.98  # type sizes are whole px
HANDHELD_WIDTH = 700  # as in static/wall.css: below it an upright page is held in the hand
MAX_CACHED_STEPS = 2_000
MAX_NAMED_TILES = 4  # in one sentence


@dataclass(frozen=True)
class Glass:
    """A screen that hangs somewhere: its diagonal in inches, the metres to the people, and its size in px."""

    diagonal: float
    distance: float
    width: int = int(SCREEN_WIDTH)
    height: int = int(SCREEN_HEIGHT)

    @property
    def shape(self) -> ScreenShape:
        if self.width > self.height:
            return ScreenShape.LANDSCAPE
        return ScreenShape.PORTRAIT if self.width >= HANDHELD_WIDTH else ScreenShape.HANDHELD

    @property
    def pixel(self) -> float:
        """The px of the screen for one px of the layout: the whole board must fit."""
        short, long = sorted((self.width, self.height))
        if self.shape is ScreenShape.LANDSCAPE:
            return min(long / SCREEN_WIDTH, short / SCREEN_HEIGHT)
        return min(self.width / SCREEN_HEIGHT, self.height / SCREEN_WIDTH)

    @property
    def stretch(self) -> float:
        """How much wider tiles are than on a 16:9 screen."""
        return self.width / self.pixel / SCREEN_WIDTH if self.shape is ScreenShape.LANDSCAPE else 1.0

    @property
    def wide_diagonal(self) -> float:
        """The diagonal of a 16:9 screen on which a px of the layout is as large; less than that of a wider screen."""
        return self.diagonal * self.pixel * hypot(SCREEN_WIDTH, SCREEN_HEIGHT) / hypot(self.width, self.height)

    @property
    def min_text(self) -> float:
        """The smallest legible text, in px of the layout."""
        return min_type_sizes(self.wide_diagonal, self.distance).text


@dataclass(frozen=True)
class ShownType:
    """How a board is shown on a glass: by how many steps enlarged, and how high a capital is, in minutes of arc."""

    step: int
    arcmin: float

    @property
    def is_legible(self) -> bool:
        return self.arcmin >= TEXT_ARCMIN * ROUNDING


def parse_glass(diagonal: float, distance: float, viewport: str) -> Glass:
    """Returns the glass of a screen with a viewport like `1920x1080`; a wide one where it is not known."""
    width, _, height = viewport.replace(" ", "").replace("×", "x").partition("x")
    if width.isdigit() and height.isdigit() and int(width) and int(height):
        return Glass(diagonal, distance, int(width), int(height))
    return Glass(diagonal, distance)


def enlarge_board(board: Board, step: int) -> Board:
    """Returns the board with type that is `step` steps larger; its places stay."""
    if step == board.type_step:
        return board
    factor = TYPE_STEP ** (step - board.type_step)
    screen = board.screen.model_copy(update={"distance": board.screen.distance * factor})
    return board.model_copy(update={"screen": screen, "type_step": step})


def fit_board(board: Board, glass: Glass) -> Board:
    """Returns the board with type as large as this glass needs it, whether or not there is room."""
    if glass.min_text <= board_type_sizes(board).text:
        return board
    screen = board.screen.model_copy(update={"diagonal": glass.wide_diagonal, "distance": glass.distance})
    return board.model_copy(update={"screen": screen})


def cut_faults(board: Board, views: Mapping[str, View], titles: Mapping[str, str], glass: Glass) -> list[str]:
    """Returns what would be cut on a glass: tiles without room for their figures, and headlines."""
    faults = []
    for tile in board.tiles:
        faults += size_faults(board, tile, views) if glass.shape is ScreenShape.LANDSCAPE else []
        faults += title_faults(board, tile, views, titles, (glass.shape,), glass.stretch)
    return faults


def find_shown_type(board: Board, views: Mapping[str, View], titles: Mapping[str, str], glass: Glass) -> ShownType:
    """Returns the smallest step that is legible; where nothing is, the largest type with which nothing is cut."""
    best = ShownType(0, shown_arcmin(board, views, glass))
    if glass.shape is ScreenShape.HANDHELD:
        return ShownType(0, TEXT_ARCMIN)
    for step in range(1, MAX_TYPE_STEP + 1):
        if best.is_legible:
            break
        larger = enlarge_board(board, step)
        if cut_faults(larger, views, titles, glass):
            break
        arcmin = shown_arcmin(larger, views, glass)
        best = max(best, ShownType(step, arcmin), key=lambda shown: shown.arcmin)
    return best


def shown_arcmin(board: Board, views: Mapping[str, View], glass: Glass) -> float:
    """Returns how high a capital of the board's text is on a glass, in minutes of arc."""
    scale = arrange_portrait(board, views).scale if glass.shape is ScreenShape.PORTRAIT else 1.0
    return TEXT_ARCMIN * board_type_sizes(board).text / scale / glass.min_text


def glass_faults(board: Board, views: Mapping[str, View], titles: Mapping[str, str], glass: Glass) -> list[str]:
    """Returns a sentence for all that cannot be read on a glass, with the tiles that leave no room for larger type."""
    if glass.shape is ScreenShape.HANDHELD:
        return []
    shown = find_shown_type(board, views, titles, glass)
    size = f"{glass.diagonal:g} inches seen from {glass.distance:g} m, {glass.width} × {glass.height}"
    faults = []
    if not shown.is_legible:
        faults = cut_faults(fit_board(board, glass), views, titles, glass) or [
            f"{describe_tiles([tile.name for tile in board.tiles])} no room for larger text; "
            "leave out tiles, or make two boards"
        ]
        arcmin = min(shown.arcmin, TEXT_ARCMIN - 0.1)
        faults.insert(0, f"text is {arcmin:.1f} minutes of arc high on {size}, and {TEXT_ARCMIN:g} are legible")
    capital = capital_pixels(board, shown, glass)
    if capital < MIN_CAPITAL_PIXELS:
        faults.append(
            f"a capital is {capital:.0f} px high on {size}, and {MIN_CAPITAL_PIXELS} are legible; use more pixels"
        )
    return faults


def describe_tiles(names: Sequence[str]) -> str:
    """Returns `tile now leaves`, or `tiles now, pages and 5 more leave`."""
    if len(names) == 1:
        return f"tile {names[0]} leaves"
    named = [
        *names[:MAX_NAMED_TILES],
        *([f"{len(names) - MAX_NAMED_TILES} more"] if len(names) > MAX_NAMED_TILES else []),
    ]
    return f"tiles {', '.join(named[:-1])} and {named[-1]} leave"


def capital_pixels(board: Board, shown: ShownType, glass: Glass) -> float:
    """Returns how many px of the screen a capital of the text has."""
    return board_type_sizes(enlarge_board(board, shown.step)).text * glass.pixel * CAP_HEIGHT_EM


def report_titles(board: Board, reports: Mapping[str, Report]) -> dict[str, str]:
    """Returns the titles of the board's reports, by name."""
    return {tile.report: report.title for tile in board.tiles if (report := reports.get(tile.report))}


class TypeSteps:
    """The steps of boards on screens, found once for all screens that are alike."""

    def __init__(self, views: Mapping[str, View], reports: Mapping[str, Report]) -> None:
        self._views = views
        self._reports = reports
        self._shown: LRUCache[tuple[str, str, Glass], ShownType] = LRUCache(MAX_CACHED_STEPS)

    def find_step(self, board: Board, glass: Glass) -> int:
        """Returns by how many steps a board is enlarged on a glass."""
        return self.find_shown(board, glass).step

    def is_legible(self, board: Board, glass: Glass) -> bool:
        """Whether all of a board can be read on a glass, so that `glass_faults` has nothing."""
        if glass.shape is ScreenShape.HANDHELD:
            return True
        shown = self.find_shown(board, glass)
        return shown.is_legible and capital_pixels(board, shown, glass) >= MIN_CAPITAL_PIXELS

    def find_shown(self, board: Board, glass: Glass) -> ShownType:
        """Returns how a board is shown on a glass."""
        key = (board.name, board.hash, glass)
        shown = self._shown.get(key)
        if shown is None:
            shown = self._shown[key] = find_shown_type(board, self._views, report_titles(board, self._reports), glass)
        return shown
