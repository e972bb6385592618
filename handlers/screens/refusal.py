"""Refuses to give a screen what cannot be read from where people stand, unless a person insists."""

from utilities.config.boards import Board
from utilities.model.errors import ParameterError
from utilities.rendering.screen_faults import list_shown_faults
from utilities.rendering.type_steps import Glass
from utilities.services import Services

MAX_NAMED_FAULTS = 3  # of a board; the page of the screen has all
INSIST = "anyway"  # the name of the button that shows it all the same


class IllegibleBoard(ParameterError):
    """A board that cannot be read on the screen for which it is; a person may insist."""


def check_legible(services: Services, glass: Glass, board: str, playlist: str = "") -> None:
    """Raises IllegibleBoard that names each board and tile which cannot be read, and the boards that can."""
    turns = services.playlists.get(playlist) if playlist else None
    shown = list_shown_faults(glass, board, turns, services.boards, services.views, services.reports)
    wrong = [f"{each.board.title}: {name_faults(each.faults)}" for each in shown if each.faults]
    if not wrong:
        return
    legible = sorted(each.title for each in services.boards if is_legible(services, glass, each))
    hint = f" These can be read: {', '.join(legible)}." if legible else ""
    where = f"{glass.diagonal:g} inches from {glass.distance:g} m"
    raise IllegibleBoard("board", f"cannot be read on {where}. {' '.join(wrong)}{hint}")


def is_legible(services: Services, glass: Glass, board: Board) -> bool:
    """Whether a board can be read on a glass; found once for all screens that are alike."""
    return services.walls.type_steps.is_legible(board, glass)


def name_faults(faults: list[str]) -> str:
    """Returns the first faults as a sentence."""
    more = len(faults) - MAX_NAMED_FAULTS
    return "; ".join(faults[:MAX_NAMED_FAULTS]) + (f"; and {more} more." if more > 0 else ".")
