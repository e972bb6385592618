"""/screens: the televisions, who paired each, and how to unpair one."""

import logging
from typing import cast

from handlers.base.handler import BaseHandler
from utilities.model.formats import format_age
from utilities.model.principals import Person
from utilities.screens.model import ScreenRecord

log = logging.getLogger("foyer.screens")


class ScreenPagesHandler(BaseHandler):
    """Base of the pages about screens."""

    @property
    def person_label(self) -> str:
        return cast(Person, self.principal).label


class ScreenListPage(ScreenPagesHandler):
    """All screens: those that are paired, and those that were."""

    async def get(self) -> None:
        screens = await self.authenticator.screens.registry.list_screens()
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
            seen=self.last_seen_text,
        )

    def last_seen_text(self, screen: ScreenRecord) -> str:
        """Returns when a screen was here last: `4 min ago`."""
        if screen.last_seen is None:
            return "not yet"
        age = format_age(max((self.services.clock() - screen.last_seen).total_seconds(), 0))
        return age if age == "now" else f"{age} ago"


class UnpairScreen(ScreenPagesHandler):
    """Unpairs a screen; its glass shows a code again. Once more does nothing."""

    async def post(self, number: str) -> None:
        if await self.authenticator.screens.registry.unpair_screen(int(number), self.person_label):
            log.info("%s unpaired screen %s", self.person_label, number)
        self.redirect("/screens", status=303)


class RemoveScreen(ScreenPagesHandler):
    """Removes a screen that is not paired any more from the list."""

    async def post(self, number: str) -> None:
        if await self.authenticator.screens.registry.remove_screen(int(number)):
            log.info("%s removed screen %s", self.person_label, number)
        self.redirect("/screens", status=303)
