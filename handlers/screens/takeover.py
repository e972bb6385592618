"""/takeover: a message that fills the glass of one screen or of all, until it ends by itself."""

from typing import cast

from handlers.base.handler import BaseHandler
from utilities.broadcast.takeovers import MAX_TAKEOVER_MINUTES
from utilities.model.errors import ParameterError
from utilities.model.formats import format_time_of_day
from utilities.model.principals import Person
from utilities.screens.command_log import EVERY_SCREEN
from utilities.services import server_zone

DEFAULT_TAKEOVER_MINUTES = 15
MAX_FORM_DIGITS = 9


class TakeoverPage(BaseHandler):
    """The form for a message, and the messages of now; a POST shows one."""

    async def get(self) -> None:
        await self.render_form()

    async def post(self) -> None:
        fields = {name: self.get_body_argument(name, "").strip() for name in ("message", "minutes", "screen")}
        try:
            screen = await self.read_screen(fields["screen"])
            minutes = parse_whole_number("minutes", fields["minutes"])
            await self.services.takeovers.start(fields["message"], minutes, cast(Person, self.principal).label, screen)
        except ParameterError as error:
            self.set_status(422)
            await self.render_form(fields, error)
            return
        self.services.director.wake()
        self.redirect("/takeover", status=303)

    async def read_screen(self, text: str) -> int:
        """Returns the number of a paired screen, or EVERY_SCREEN. Raises ParameterError."""
        if text in ("", str(EVERY_SCREEN)):
            return EVERY_SCREEN
        number = parse_whole_number("screen", text)
        screens = await self.authenticator.screens.registry.list_screens()
        if not any(each.number == number and each.is_paired for each in screens):
            raise ParameterError("screen", "must be one of the list")
        return number

    async def render_form(self, fields: dict[str, str] | None = None, error: ParameterError | None = None) -> None:
        screens = await self.authenticator.screens.registry.list_screens()
        await self.services.takeovers.refresh()
        zone = server_zone(self.services.settings)
        self.render_page(
            "screens/takeover_form.html",
            here="/screens",
            screens=[each for each in screens if each.is_paired],
            names={each.number: each.name for each in screens} | {EVERY_SCREEN: "every screen"},
            running=self.services.takeovers.running(self.services.clock()),
            until=lambda takeover: format_time_of_day(takeover.ends_at, zone),
            most_minutes=MAX_TAKEOVER_MINUTES,
            fields=fields or {"message": "", "minutes": str(DEFAULT_TAKEOVER_MINUTES), "screen": ""},
            fault=str(error) if error else "",
            faulty=error.parameter if error else "",
        )


class TakeoverEnd(BaseHandler):
    """Ends a takeover; the screens go on with their programme at once."""

    async def post(self, number: str) -> None:
        await self.services.takeovers.end(int(number), cast(Person, self.principal).label)
        self.services.director.wake()
        self.redirect("/takeover", status=303)


def parse_whole_number(field: str, text: str) -> int:
    """Returns a number of a form. Raises ParameterError."""
    if not (text.isascii() and text.isdigit() and len(text) <= MAX_FORM_DIGITS):
        raise ParameterError(field, "must be a whole number")
    return int(text)
