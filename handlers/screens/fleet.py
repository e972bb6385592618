"""What the pages about screens have in common: the alarms of this process, and what each screen shows."""

from dataclasses import dataclass
from datetime import datetime

from handlers.base.authenticator import Authenticator
from handlers.screens.show import shown_screen
from utilities.broadcast.programmes import Picture
from utilities.model.formats import format_date_and_time, format_time_of_day
from utilities.playlists.schedule import SlotReason
from utilities.screens.alarm_watch import AlarmWatch, LogNotifier
from utilities.screens.diagnosis import DiagnosisRules
from utilities.screens.model import ScreenRecord
from utilities.services import Services, project_version, server_zone


@dataclass(frozen=True)
class ShownNow:
    """What a screen shows, and what follows, in words."""

    title: str
    link: str = ""
    next_words: str = ""
    hold_words: str = ""


def open_alarm_watch(services: Services, authenticator: Authenticator) -> AlarmWatch:
    """Returns what looks for dark screens; the server starts it."""

    def is_muted(screen: ScreenRecord, now: datetime) -> bool:
        playlist = services.playlists.get(screen.playlist) if screen.playlist else None
        if playlist is None:
            return False
        shown = shown_screen(screen, services)
        slot = services.director.programmes.find_slot(screen.playlist, playlist, shown.zone, now)
        return slot.reason in (SlotReason.QUIET, SlotReason.NOTHING)

    return AlarmWatch(
        authenticator.screens.registry,
        authenticator.screens.beats,
        services.clock,
        DiagnosisRules(project_version(), services.clock()),
        is_muted=is_muted,
        time_text=lambda moment: moment_text(moment, services.clock(), services),
        notifier=LogNotifier(services.notices),
    )


def moment_text(moment: datetime, now: datetime, services: Services) -> str:
    """Returns `09:12`, with the day where it is another one."""
    zone = server_zone(services.settings)
    is_today = moment.astimezone(zone).date() == now.astimezone(zone).date()
    return format_time_of_day(moment, zone) if is_today else format_date_and_time(moment, zone)


def describe_shown(screen: ScreenRecord, services: Services) -> ShownNow:
    """Returns what a screen shows now by the server's programme, and what follows."""
    now, programmes = services.clock(), services.director.programmes
    shown = shown_screen(screen, services)
    picture = programmes.picture(shown, now)
    hold = programmes.commands.current_hold(screen.number, now)
    until = "" if picture.until is None else moment_text(picture.until, now, services)
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
