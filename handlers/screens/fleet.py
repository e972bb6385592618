"""What a screen shows now and what follows, in words, for pages and programs."""

from dataclasses import dataclass, replace

from handlers.screens.show import shown_screen
from utilities.broadcast.programmes import Picture
from utilities.model.formats import format_moment
from utilities.screens.commands import CALIBRATION
from utilities.screens.model import ScreenRecord
from utilities.services import Services, server_zone


@dataclass(frozen=True)
class ShownNow:
    """What a screen shows, and what follows, in words."""

    title: str
    link: str = ""
    next_words: str = ""
    hold_words: str = ""


def describe_shown(screen: ScreenRecord, services: Services) -> ShownNow:
    """Returns what a screen shows now by the server's programme, and what follows."""
    now, programmes = services.clock(), services.director.programmes
    picture = programmes.picture(shown_screen(screen, services), now)
    until = "" if picture.until is None else format_moment(picture.until, server_zone(services.settings), now)
    takeover, light = (
        programmes.takeovers.current(screen.number, now),
        programmes.commands.current_light(screen.number, now),
    )
    hold = programmes.commands.current_hold(screen.number, now)
    if takeover is not None:
        title, link = name_board(takeover.board, services, "A message")
        return ShownNow(title, link or "/takeover", f"its programme, {until}")
    if light is not None and not light.brightness:
        return ShownNow("Off", "", f"its programme, {until}", f"Switched off until {until} by {light.person}.")
    dimmed = f" At {light.brightness}\u202f% by {light.person}." if light is not None else ""
    if hold is not None and picture.takeover:
        title, link = name_board(hold.board, services, "Its name")
        return ShownNow(title, link, f"its programme, {until}", f"Held until {until} by {hold.person}.{dimmed}")
    shown = describe_picture(picture, until, services)
    return replace(shown, hold_words=f"{shown.hold_words}{dimmed}".strip())


def name_board(name: str, services: Services, other: str) -> tuple[str, str]:
    """Returns the title and the link of a board; `other` without one."""
    if name == CALIBRATION:
        return "A frame", ""
    board = services.boards.get(name)
    return (board.title, f"/boards/{name}") if board is not None else (name or other, "")


def describe_picture(picture: Picture, until: str, services: Services) -> ShownNow:
    titles = {f"/tv/boards/{board.name}": board.title for board in services.boards}
    turn = picture.turn
    following = turn[(turn.index(picture.path) + 1) % len(turn)] if picture.path in turn and len(turn) > 1 else ""
    next_words = titles.get(following, "") or ("" if picture.until is None else "as planned")
    if until and next_words:
        next_words += f", {until}"
    if not picture.path:
        return ShownNow("Black, as planned" if not picture.note else "Nothing", "", next_words, picture.note)
    name = picture.path.rpartition("/")[2]
    return ShownNow(titles.get(picture.path, name), f"/boards/{name}", next_words or "stays", picture.note)
