"""/visitors: where visitors are now, so that private tiles are hidden there, and buttons to switch it."""

from collections.abc import Iterable

from handlers.screens.screen_list import ScreenPagesHandler
from handlers.screens.takeover import parse_whole_number
from utilities.broadcast.visitor_modes import (
    EVERYWHERE,
    MAX_VISITOR_MINUTES,
    VisitorModes,
    place_target,
    screen_target,
)
from utilities.model.errors import ParameterError
from utilities.screens.model import ScreenRecord


def name_visitor_targets(screens: Iterable[ScreenRecord]) -> dict[str, str]:
    """Returns what visitors can be switched for, with its name: everywhere, each place, each screen."""
    paired = [each for each in screens if each.is_paired]
    places = {
        place_target(each.place): f"every screen in {each.place.strip()}" for each in paired if each.place.strip()
    }
    return {EVERYWHERE: "every wall", **places, **{screen_target(each.number): each.name for each in paired}}


class VisitorHandler(ScreenPagesHandler):
    """Base of the page and its forms."""

    @property
    def visitors(self) -> VisitorModes:
        return self.services.fleet.visitors

    async def name_targets(self) -> dict[str, str]:
        return name_visitor_targets(await self.authenticator.screens.registry.list_screens())

    async def render_form(self, fault: str = "", faulty: str = "", fields: dict[str, str] | None = None) -> None:
        names = await self.name_targets()
        await self.visitors.refresh()
        self.render_page(
            "screens/visitors.html",
            here="/screens",
            modes=self.visitors.list_modes(),
            names=names,
            scheduled=[each.title or name for name, each in self.services.playlists if each.visitors],
            hidden={board.title: sum(t.private for t in board.tiles) for board in self.services.boards},
            when=self.format_moment,
            most_minutes=MAX_VISITOR_MINUTES,
            fault=fault,
            faulty=faulty,
            fields=fields or {"target": self.get_query_argument("on", ""), "minutes": ""},
        )


class VisitorPage(VisitorHandler):
    """The form and the modes of now; a POST hides private tiles."""

    async def get(self) -> None:
        await self.render_form()

    async def post(self) -> None:
        fields = {name: self.get_body_argument(name, "").strip() for name in ("target", "minutes")}
        try:
            if fields["target"] not in await self.name_targets():
                raise ParameterError("target", "must be one of the list")
            minutes = parse_whole_number("minutes", fields["minutes"]) if fields["minutes"] else None
            await self.visitors.begin(fields["target"], self.person_label, minutes)
        except ParameterError as error:
            self.set_status(422)
            await self.render_form(str(error), error.parameter, fields)
            return
        self.redirect("/visitors", status=303)


class VisitorEnd(VisitorHandler):
    """Shows private tiles again; once more does nothing."""

    async def post(self) -> None:
        await self.visitors.end(self.get_body_argument("target", "")[:120], self.person_label)
        self.redirect("/visitors", status=303)
