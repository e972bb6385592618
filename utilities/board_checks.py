"""The checks of boards, playlists and screens: what is missing, and what cannot be read from the room."""

from collections.abc import Iterable
from pathlib import Path

from utilities.accounts.database.connection import open_state_database
from utilities.broadcast.threshold_watch import find_rule_faults
from utilities.config.boards import Board, Boards
from utilities.config.boards.reader import combine_errors
from utilities.config.settings import Settings
from utilities.model.clock import Clock
from utilities.model.errors import BoardError, NotConfigured
from utilities.playlists.watcher import Playlists, check_playlist_file
from utilities.rendering.board_faults import board_faults
from utilities.rendering.screen_faults import list_board_faults
from utilities.screens.screen_rows import read_screen, select_screens
from utilities.services import load_catalogue


async def check_boards(settings: Settings, clock: Clock) -> str:
    """Reads every board, and checks that its columns exist and its text can be read from the room."""
    catalogue = load_catalogue()
    boards = Boards(settings.boards_dir, catalogue.add_board)
    boards.load()
    days, now = settings.look_back_days, clock()
    wrong = list(boards.faults.values())
    wrong += [
        f"{Path(board.file).name}: {fault}"
        for board in boards
        for fault in board_faults(board, catalogue.views, catalogue.reports, catalogue.kinds, days=days, now=now)
    ]
    if wrong:
        raise BoardError("\n".join(wrong))
    names = ", ".join(sorted(board.name for board in boards))
    return "; ".join([f"{names} can be read from the room", *describe_title_twins(boards)])


def describe_title_twins(boards: Iterable[Board]) -> list[str]:
    """Returns a sentence for each title that several boards have, as a copied board does."""
    names: dict[str, list[str]] = {}
    for board in sorted(boards, key=lambda board: board.name):
        names.setdefault(board.title, []).append(board.name)
    return [f"{' and '.join(each)} have the same `title`: {title!r}" for title, each in names.items() if each[1:]]


async def check_playlists(settings: Settings) -> str:
    """Reads playlists.yaml, and checks that its boards exist."""
    boards = Boards(settings.boards_dir, lambda board: None)
    boards.poll()
    names = check_playlist_file(settings.boards_dir, [board.name for board in boards])
    playlists = Playlists(settings.boards_dir)
    playlists.poll()
    if faults := find_rule_faults(playlists.book, boards):
        raise combine_errors(faults)
    if not names:
        raise NotConfigured("boards do not change by themselves: write playlists into playlists.yaml")
    return ", ".join(names)


async def check_screens(settings: Settings) -> str:
    """Checks that the boards of every paired screen can be read from where people stand."""
    catalogue, playlists = load_catalogue(), Playlists(settings.boards_dir)
    boards = Boards(settings.boards_dir, catalogue.add_board)
    boards.poll()
    playlists.poll()
    state = await open_state_database(settings)
    try:
        paired = [screen for row in (await state.run(select_screens))[1] if (screen := read_screen(row)).is_paired]
    finally:
        await state.close()
    if not paired:
        raise NotConfigured(
            "none is paired: each board is checked for the `screen` of its file, or 55 inches seen from 3 m"
        )
    faults = [
        (screen, f"{screen.name}, {each.board.name}: {fault}")
        for screen in paired
        for each in list_board_faults(screen, boards, playlists, catalogue.views, catalogue.reports)
        for fault in each.faults
    ]
    if wrong := [text for screen, text in faults if screen.insisted_at is None]:
        raise BoardError("\n".join(wrong))
    insisted = {screen.name: screen for screen, _ in faults}
    names = sorted(screen.name for screen in paired if screen.name not in insisted)
    words = [f"{', '.join(names)} can be read from where people stand"] if names else []
    words += [f"{name} is shown all the same, since {each.insisted_at:%Y-%m-%d}" for name, each in insisted.items()]
    return "\n".join(words)
