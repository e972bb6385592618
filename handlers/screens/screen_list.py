"""/screens: the televisions, who paired each, and how to unpair one."""

import logging
from datetime import datetime
from typing import cast

from tornado.web import HTTPError

from handlers.base.handler import BaseHandler
from handlers.screens.fleet import describe_shown
from handlers.screens.refusal import is_legible
from utilities.model.formats import format_age, format_moment
from utilities.model.principals import Person
from utilities.rendering.screen_faults import screen_glass
from utilities.screens.alarm_watch import AlarmWatch
from utilities.screens.alarms import ScreenHealth
from utilities.screens.command_log import ScreenAction
from utilities.screens.commands import ScreenCommands
from utilities.screens.model import ScreenRecord
from utilities.screens.rollout import RolloutState
from utilities.services import server_zone

NOTICES_SHOWN = 10

log = logging.getLogger("foyer.screens")


class ScreenPagesHandler(BaseHandler):
    """Base of the pages about screens."""

    @property
    def person_label(self) -> str:
        return cast(Person, self.principal).label

    @property
    def alarm_watch(self) -> AlarmWatch:
        return self.services.fleet.alarms

    async def find_paired(self, number: str) -> ScreenRecord:
        """Returns a paired screen. Raises HTTPError 404."""
        screen = await self.authenticator.screens.registry.get_screen(int(number))
        if screen is None or not screen.is_paired:
            raise HTTPError(404)
        return screen

    def format_moment(self, moment: datetime) -> str:
        """Returns `09:12` by the server's zone, with the day where it is another one."""
        return format_moment(moment, server_zone(self.services.settings), self.services.clock())

    @property
    def commands(self) -> ScreenCommands:
        return self.services.director.programmes.commands


class ScreenListPage(ScreenPagesHandler):
    """All screens: those that are paired, and those that were."""

    def describe_rollout(self, healths: list[ScreenHealth]) -> tuple[str, str, bool]:
        """Returns how far new pages are in words, since when, and whether they are held back; '' when all have them."""
        current = self.services.fleet.rollout.current
        if current is None or current.state is RolloutState.RELEASED:
            return "", "", False
        zone, now = server_zone(self.services.settings), self.services.clock()
        since = format_moment(current.changed_at, zone, now)
        name = next((each.screen.name for each in healths if each.screen.number == current.canary), "A screen")
        words = {
            RolloutState.WAITING: "New pages wait for a screen that can try them.",
            RolloutState.TRYING: f"{name} tries the new pages. The others follow when its board is painted.",
            RolloutState.HELD: f"{name} has not painted the new pages within a minute. "
            "The other screens keep the pages that they have, with current figures.",
        }[current.state]
        return words, since, current.state is RolloutState.HELD

    async def get(self) -> None:
        screens = await self.authenticator.screens.registry.list_screens()
        healths = await self.alarm_watch.list_healths()
        await self.commands.refresh()
        number = self.get_query_argument("paired", "")
        self.render_page(
            "screens/screens.html",
            here="/screens",
            paired=[each for each in screens if each.is_paired],
            unpaired=[each for each in screens if not each.is_paired],
            new=next((each for each in screens if str(each.number) == number and each.is_paired), None),
            was_refused=self.get_query_argument("refused", "") == "1",
            waiting=await self.authenticator.screens.requests.count_waiting(),
            playlists={name: each.title or name for name, each in self.services.playlists},
            titles={board.name: board.title for board in self.services.boards},
            healths=healths,
            summary=summarize_healths(healths),
            rollout=self.describe_rollout(healths),
            shown={each.screen.number: describe_shown(each.screen, self.services) for each in healths},
            notices=await self.alarm_watch.list_notices(NOTICES_SHOWN),
            when=self.format_moment,
            has_visitors=bool(self.services.fleet.visitors.list_modes()),
            illegible={each.screen.number for each in healths if not self.is_readable(each.screen)},
            clock_words=describe_clock,
            age=lambda seconds: f"{seconds:.0f} s" if seconds < 60 else format_age(seconds),
        )

    def is_readable(self, screen: ScreenRecord) -> bool:
        """Whether each board of a screen can be read from where people stand."""
        playlist = self.services.playlists.get(screen.playlist) if screen.playlist else None
        names = {screen.board} if playlist is None else {item.board for item in playlist.items}
        glass = screen_glass(screen)
        return all(
            is_legible(self.services, glass, board) for name in names if (board := self.services.boards.get(name))
        )


class RetryNewPages(ScreenPagesHandler):
    """Lets a screen try the new pages again that were held back."""

    async def post(self) -> None:
        await self.services.fleet.rollout.retry()
        log.info("%s lets a screen try the new pages again", self.person_label)
        self.redirect("/screens", status=303)


class UnpairScreen(ScreenPagesHandler):
    """Unpairs a screen; its glass shows a code again. Once more does nothing."""

    async def post(self, number: str) -> None:
        if await self.authenticator.screens.registry.unpair_screen(int(number), self.person_label):
            await self.commands.send(int(number), ScreenAction.UNPAIR, self.person_label)
        self.redirect("/screens", status=303)


class RemoveScreen(ScreenPagesHandler):
    """Removes a screen that is not paired any more from the list."""

    async def post(self, number: str) -> None:
        if await self.authenticator.screens.registry.remove_screen(int(number)):
            log.info("%s removed screen %s", self.person_label, number)
        self.redirect("/screens", status=303)


def summarize_healths(healths: list[ScreenHealth]) -> str:
    """Returns `4 of 6 screens show what they should, 1 is off as planned.`"""
    if not healths:
        return ""
    off = sum(each.is_dark and each.is_muted for each in healths)
    well = sum(not each.is_dark for each in healths)
    words = f"{well} of {len(healths)} {'screen shows' if len(healths) == 1 else 'screens show'} what they should"
    if len(healths) == 1:
        words = words.replace("they", "it")
    return f"{words}, {off} {'is' if off == 1 else 'are'} off as planned." if off else f"{words}."


def describe_clock(seconds: float) -> str:
    """Returns how wrong a clock is: `right`, or `2 min slow`."""
    if abs(seconds) < 2:
        return "right"
    length = format_age(abs(seconds)) if abs(seconds) >= 60 else f"{abs(seconds):.0f} s"
    return f"{length} {'fast' if seconds > 0 else 'slow'}"
