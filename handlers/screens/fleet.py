"""What a screen shows now and what follows, in words, for pages and programs."""

from dataclasses import dataclass

from handlers.screens.show import shown_screen
from utilities.broadcast.programmes import Picture
from utilities.model.formats import format_moment
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
    shown = shown_screen(screen, services)
    picture = programmes.picture(shown, now)
    hold = programmes.commands.current_hold(screen.number, now)
    until = "" if picture.until is None else format_moment(picture.until, server_zone(services.settings), now)
    if picture.takeover and hold is None:
        return ShownNow("A message", "/takeover", f"its programme, {until}")
    if hold is not None and picture.takeover:
        board = services.boards.get(hold.board)
        title = board.title if board is not None else hold.board or "Its name"
        link = f"/boards/{hold.board}" if board is not None else ""
        words = f"Held until {until} by {hold.person}."
        return ShownNow(title, link, f"its programme, {until}", words)
    return describe_picture(picture, until, services)


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
