"""/screens/<number>: one screen, what it reports, what one can do with it, and what was done."""

from datetime import UTC, datetime, time, timedelta

from tornado.web import HTTPError

from handlers.screens.fleet import describe_shown
from handlers.screens.legibility import list_legibility
from handlers.screens.pair import describe_fault_of_field
from handlers.screens.refusal import INSIST, IllegibleBoard, check_legible
from handlers.screens.screen_list import ScreenPagesHandler, describe_clock
from handlers.screens.show import shown_screen
from utilities.broadcast.takeovers import MAX_TAKEOVER_MINUTES
from utilities.model.errors import ParameterError
from utilities.model.formats import format_age, format_date_and_time
from utilities.rendering.screen_faults import screen_glass
from utilities.screens.beats import ReceivedBeat
from utilities.screens.command_log import EVENT_ACTIONS, ScreenAction
from utilities.screens.commands import FULL_BRIGHTNESS, MAX_HOLD_MINUTES
from utilities.screens.model import ScreenRecord

MORNING = time(6)
STEP_ACTIONS = (ScreenAction.BACK, ScreenAction.NEXT, ScreenAction.PAUSE)
FORM_FIELDS = ("board", "message", "minutes")
COMMAND_WORDS = {
    ScreenAction.IDENTIFY: "Its name and a way to this page fill the glass for a minute.",
    ScreenAction.RELOAD: "The screen loads its page again.",
    ScreenAction.BACK: "The screen shows the board before, for ten minutes at most.",
    ScreenAction.NEXT: "The screen shows the next board, for ten minutes at most.",
    ScreenAction.PAUSE: "The screen stays where it is, for ten minutes at most.",
    ScreenAction.GO_ON: "The screen goes on with its programme.",
    ScreenAction.BOARD: "The screen shows the board.",
    ScreenAction.MESSAGE: "The message fills the glass.",
    ScreenAction.BRIGHTNESS: "The brightness is set.",
    ScreenAction.OFF: "The screen is black. “Go on” switches it on again.",
    ScreenAction.ALARM: "The alarm is set.",
    ScreenAction.GLASS: "Its type follows within some seconds.",
}
ENTRY_WORDS = {
    ScreenAction.IDENTIFY: "showed its name",
    ScreenAction.RELOAD: "reloaded it",
    ScreenAction.BACK: "went to the board before",
    ScreenAction.NEXT: "went to the next board",
    ScreenAction.PAUSE: "paused it",
    ScreenAction.GO_ON: "let it go on",
    ScreenAction.BOARD: "showed",
    ScreenAction.MESSAGE: "showed the message",
    ScreenAction.END_MESSAGE: "ended",
    ScreenAction.BRIGHTNESS: "set its brightness to",
    ScreenAction.OFF: "switched it off",
    ScreenAction.SHOWS: "changed what it shows:",
    ScreenAction.ALARM: "set its alarm:",
    ScreenAction.VISITORS: "switched visitors",
    ScreenAction.PAIR: "paired it:",
    ScreenAction.REPLACE: "replaced its television with",
    ScreenAction.GLASS: "set its size:",
    ScreenAction.CALIBRATE: "showed the frame for its edges",
    ScreenAction.SAFE_AREA: "set what its edges hide:",
    ScreenAction.UNPAIR: "unpaired it",
}


class OneScreenHandler(ScreenPagesHandler):
    """Base of what concerns one screen."""

    async def render_screen(
        self,
        number: str,
        *,
        done: str = "",
        fault: str = "",
        fields: dict[str, str] | None = None,
        insists: bool = False,
    ) -> None:
        """Renders the page, with what was done or what is wrong with a form."""
        health = await self.alarm_watch.find_health(int(number))
        if health is None:
            raise HTTPError(404)
        await self.commands.refresh()
        screen, received, now = health.screen, health.received, self.services.clock()
        entries = await self.commands.list_entries(screen.number)
        light = self.commands.current_light(screen.number, now)
        self.render_page(
            "screens/screen.html",
            here="/screens",
            screen=screen,
            health=health,
            shown=describe_shown(screen, self.services),
            received=received,
            facts=self.list_facts(received) if received is not None else [],
            is_dark_reported=screen.number in await self.alarm_watch.list_alarms(),
            is_held=self.is_held(screen, now),
            has_turn=self.has_turn(screen, now),
            brightness=light.brightness if light is not None else FULL_BRIGHTNESS,
            tomorrow=self.morning_text(screen),
            boards=sorted(self.services.boards, key=lambda board: board.title),
            legibility=list_legibility(screen, self.services),
            entries=entries[:50],
            entry_words=ENTRY_WORDS,
            when=self.format_moment,
            done=done,
            fault=fault,
            insists=insists,
            fields=fields or dict.fromkeys(FORM_FIELDS, ""),
            most_minutes=MAX_HOLD_MINUTES,
        )

    def is_held(self, screen: ScreenRecord, now: datetime) -> bool:
        """Whether a person has changed what it shows, for a while."""
        light = self.commands.current_light(screen.number, now)
        is_off = light is not None and not light.brightness
        return is_off or self.commands.current_hold(screen.number, now) is not None

    def has_turn(self, screen: ScreenRecord, now: datetime) -> bool:
        """Whether boards are in turn on it now, so that there is one before and a next one."""
        picture = self.services.director.programmes.picture(shown_screen(screen, self.services), now)
        return len(picture.turn) > 1

    def next_morning(self, screen: ScreenRecord) -> datetime:
        """Returns until when brightness stays as a person sets it: tomorrow at 06:00 on the clock of the room."""
        zone = shown_screen(screen, self.services).zone
        tomorrow = self.services.clock().astimezone(zone).date() + timedelta(days=1)
        return datetime.combine(tomorrow, MORNING, zone).astimezone(UTC)

    def morning_text(self, screen: ScreenRecord) -> str:
        zone = shown_screen(screen, self.services).zone
        return format_date_and_time(self.next_morning(screen), zone)

    def list_facts(self, received: ReceivedBeat) -> list[tuple[str, str]]:
        """Returns what the screen reports, as rows of a name and a text."""
        beat = received.beat
        error = f"{beat.errors}{f', the last: {beat.error}' if beat.error else ''}"
        painted = "never" if beat.painted is None else self.age_text(received, beat.painted)
        stream = "none" if beat.stream is None else self.age_text(received, beat.stream)
        return [
            ("Last beat", self.age_text(received, 0)),
            ("Last paint", painted),
            ("Word of the stream", stream),
            ("Board on the glass", beat.board or ("black" if beat.black else "none")),
            ("Tiles without current figures", f"{beat.stale} of {beat.tiles}"),
            ("Browser", f"{received.browser} ({received.tier_name})"),
            ("Size", received.viewport),
            ("Page loaded", self.age_text(received, beat.uptime)),
            ("Script errors", error),
            ("Clock", describe_clock(received.clock_error)),
            ("Build", beat.build[:12]),
        ]

    def age_text(self, received: ReceivedBeat, age: float) -> str:
        """Returns how long ago something was: `3 s ago`."""
        seconds = (self.services.clock() - received.received_at).total_seconds() + age
        return f"{max(int(seconds), 0)} s ago" if seconds < 60 else f"{format_age(seconds)} ago"


class ScreenPage(OneScreenHandler):
    """One screen; works on a telephone under it."""

    async def get(self, number: str) -> None:
        done = self.get_query_argument("done", "")
        words = next((words for action, words in COMMAND_WORDS.items() if action.name.lower() == done), "")
        await self.render_screen(number, done=words)


class ScreenCommandHandler(OneScreenHandler):
    """Does one thing with a screen, and goes back to its page."""

    async def post(self, number: str, name: str) -> None:
        action = next((each for each in ScreenAction if each.name.lower() == name.replace("-", "_")), None)
        if action not in COMMAND_WORDS:
            raise HTTPError(404)
        screen = await self.find_paired(number)
        try:
            await self.run_command(screen, action)
        except ParameterError as error:
            self.set_status(422)
            fields = {name: self.get_body_argument(name, "") for name in FORM_FIELDS}
            is_illegible = isinstance(error, IllegibleBoard)
            fault = describe_fault_of_field(error) if is_illegible else str(error)
            await self.render_screen(number, fault=fault, fields=fields, insists=is_illegible)
            return
        self.services.director.wake()
        self.redirect(f"/screens/{screen.number}?done={action.name.lower()}", status=303)

    async def run_command(self, screen: ScreenRecord, action: ScreenAction) -> None:
        """Runs a command. Raises ParameterError."""
        number, person = screen.number, self.person_label
        if action is ScreenAction.IDENTIFY:
            await self.commands.identify(number, person)
        elif action is ScreenAction.GO_ON:
            await self.commands.end_hold(number, person)
        elif action in STEP_ACTIONS and not self.has_turn(screen, self.services.clock()):
            raise ParameterError(action, "needs boards in turn, and there are none on this screen now")
        elif action in EVENT_ACTIONS:
            await self.commands.send(number, action, person)
        elif action in (ScreenAction.BRIGHTNESS, ScreenAction.OFF):
            await self.set_brightness(screen, action)
        elif action is ScreenAction.BOARD:
            board = self.services.boards.get(self.get_body_argument("board", ""))
            if board is None:
                raise ParameterError("board", "must be one of the list")
            if not self.get_body_argument(INSIST, ""):
                check_legible(self.services, screen_glass(screen), board.name)
            await self.commands.show_board(number, board.name, self.read_minutes(MAX_HOLD_MINUTES), person, board.title)
        elif action is ScreenAction.MESSAGE:
            message = self.get_body_argument("message", "").strip()
            minutes = self.read_minutes(MAX_TAKEOVER_MINUTES)
            await self.services.takeovers.start(message, minutes, person, number)
        else:
            await self.commands.set_alarm(number, self.read_minutes(MAX_HOLD_MINUTES), person)

    async def set_brightness(self, screen: ScreenRecord, action: ScreenAction) -> None:
        """Sets the brightness of a form, or switches the screen off, until tomorrow. Raises ParameterError."""
        text = self.get_body_argument("brightness", "").strip() if action is ScreenAction.BRIGHTNESS else ""
        is_number = text.isascii() and text.isdigit() and len(text) < 4
        brightness = 0 if action is ScreenAction.OFF else int(text) if is_number else None
        if brightness is None or (action is ScreenAction.BRIGHTNESS and not brightness):
            raise ParameterError("brightness", "must be a number of per cent, at least 10")
        ends_at, until = self.next_morning(screen), self.morning_text(screen)
        await self.commands.set_brightness(screen.number, brightness, ends_at, self.person_label, until)

    def read_minutes(self, most: int) -> int:
        """Returns the minutes of a form. Raises ParameterError."""
        text = self.get_body_argument("minutes", "").strip()
        if not (text.isascii() and text.isdigit() and len(text) < 6):
            raise ParameterError("minutes", f"must be a number of minutes, at most {most}")
        return int(text)
