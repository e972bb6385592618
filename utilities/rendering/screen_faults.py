"""What of its boards cannot be read on a paired screen, from where people stand."""

from collections.abc import Mapping
from dataclasses import dataclass

from utilities.config.boards import Board, Boards
from utilities.playlists.model import Playlist
from utilities.playlists.watcher import Playlists
from utilities.rendering.type_steps import Glass, glass_faults, parse_glass, report_titles
from utilities.rendering.views import View
from utilities.reports import Report
from utilities.screens.model import ScreenRecord


@dataclass(frozen=True)
class BoardLegibility:
    """A board, and what of it cannot be read on a screen."""

    board: Board
    faults: list[str]


def screen_glass(screen: ScreenRecord) -> Glass:
    """Returns the size of a screen and how far away people stand, for which its type is sized."""
    return parse_glass(screen.diagonal_inches, screen.distance_m, screen.device.viewport)


def list_shown_faults(
    glass: Glass,
    board: str,
    playlist: Playlist | None,
    boards: Boards,
    views: Mapping[str, View],
    reports: Mapping[str, Report],
) -> list[BoardLegibility]:
    """Returns each board of a playlist in its order, or else the one board, with what cannot be read on a glass."""
    names = [board] if playlist is None else [item.board for item in playlist.items]
    shown = [each for name in dict.fromkeys(names) if (each := boards.get(name)) is not None]
    return [BoardLegibility(each, glass_faults(each, views, report_titles(each, reports), glass)) for each in shown]


def list_board_faults(
    screen: ScreenRecord, boards: Boards, playlists: Playlists, views: Mapping[str, View], reports: Mapping[str, Report]
) -> list[BoardLegibility]:
    """Returns each board of a screen, those of its playlist in their order, with what cannot be read."""
    playlist = playlists.get(screen.playlist) if screen.playlist else None
    return list_shown_faults(screen_glass(screen), screen.board, playlist, boards, views, reports)
