"""/pair: a person compares the code of a television and says what it is and shows."""

import logging
import math
from dataclasses import replace
from datetime import datetime
from typing import cast

from handlers.base.handler import BaseHandler
from handlers.screens.refusal import INSIST, IllegibleBoard, check_legible
from utilities.model.errors import Overloaded, ParameterError
from utilities.model.formats import format_age, format_time_of_day
from utilities.model.principals import Person
from utilities.rendering.type_steps import parse_glass
from utilities.screens.codes import format_code, normalize_code
from utilities.screens.command_log import ScreenAction
from utilities.screens.model import CodeLookup, PairingRequest, ScreenPlan
from utilities.services import server_zone

log = logging.getLogger("foyer.screens")

PLAYLIST_PREFIX = "playlist:"  # in the list of what a screen can show
NOT_A_CODE = "A code has eight letters, and none of them is a vowel. It looks like WDJB-MJHT."
UNKNOWN_CODE = "No screen shows this code now. Compare it with the screen, which may show a new one."


class PairHandler(BaseHandler):
    """Base of the pages on which a person answers a television."""

    @property
    def person(self) -> Person:
        return cast(Person, self.principal)

    @property
    def person_id(self) -> str:
        """Who types the codes, for counting wrong ones."""
        return f"{self.person.issuer} {self.person.subject}"

    def time_text(self, moment: datetime) -> str:
        return format_time_of_day(moment, server_zone(self.services.settings))

    def refuse_code(self, lookup: CodeLookup, typed: str) -> None:
        """Renders the form for a code with what is wrong with the last one."""
        self.set_status(429 if lookup.retry_at is not None and not lookup.tries_left else 422)
        if not lookup.is_code:
            fault = NOT_A_CODE
        elif lookup.retry_at is not None:
            fault = f"Too many wrong codes. You can try again at {self.time_text(lookup.retry_at)}."
        else:
            tries = "one more time" if lookup.tries_left == 1 else f"{lookup.tries_left} more times"
            fault = f"{UNKNOWN_CODE} You can try {tries}."
        self.render_code_form(fault, typed)

    def render_code_form(self, fault: str = "", typed: str = "") -> None:
        code = normalize_code(typed)
        replaced = self.authenticator.screens.registry.find_number(self.get_argument("replaces", ""))
        self.render_page(
            "screens/pair_code.html",
            here="/screens",
            fault=fault,
            typed=format_code(code) if code else "",
            replaced=replaced,
        )


class PairPage(PairHandler):
    """Asks for the code, shows which device has it, and pairs that device with a POST."""

    async def get(self) -> None:
        typed = self.get_query_argument("code", "")
        await self.authenticator.screens.registry.refresh()
        if not typed:
            self.render_code_form()
            return
        lookup = await self.authenticator.screens.requests.find_request(typed, self.person_id)
        if lookup.request is None:
            self.refuse_code(lookup, typed)
        else:
            replaced = self.authenticator.screens.registry.find_number(self.get_query_argument("replaces", ""))
            filled = {"replaces": str(replaced.number)} if replaced is not None else {}
            await self.render_request(typed, lookup.request, filled)

    async def render_request(
        self, typed: str, request: PairingRequest, filled: dict[str, str], error: ParameterError | None = None
    ) -> None:
        """Renders the device and the form for its screen; `filled` is what a person has filled in before."""
        screens = await self.authenticator.screens.registry.list_screens()
        age = format_age(max(0.0, (self.services.clock() - request.made_at).total_seconds()))
        former = next((each for each in screens if each.number == request.former_screen), None)
        self.render_page(
            "screens/pair.html",
            here="/screens",
            code=format_code(normalize_code(typed)),
            device=request.device,
            asked=f"{self.time_text(request.made_at)}, " + ("just now" if age == "now" else f"{age} ago"),
            until=self.time_text(request.until),
            screens=screens,
            former=former,
            playlists=list(self.services.playlists),
            boards=sorted(self.services.boards, key=lambda board: board.title),
            filled={"replaces": str(former.number) if former else "", "diagonal": "55", "distance": "3"} | filled,
            insists=isinstance(error, IllegibleBoard),
            faults={error.parameter: describe_fault_of_field(error)} if error is not None else {},
        )

    async def post(self) -> None:
        typed, registry = self.get_body_argument("code", ""), self.authenticator.screens.registry
        fields = ("name", "place", "diagonal", "distance", "board", "replaces")
        filled = {name: self.get_body_argument(name, "").strip() for name in fields}
        try:
            plan = self.read_plan(filled)
            if plan.replaces is None:
                plan.check()
                lookup = await self.authenticator.screens.requests.find_request(typed, self.person_id)
                if lookup.request is None:
                    self.refuse_code(lookup, typed)
                    return
                plan = self.check_plan(plan, lookup.request.device.viewport)
            paired = await registry.pair_screen(typed, self.person_id, plan, self.person.label)
        except (ParameterError, Overloaded) as error:
            await self.show_fault(typed, filled, error)
            return
        if isinstance(paired, CodeLookup):
            self.refuse_code(paired, typed)
            return
        self.authenticator.screens.waiting.announce(paired.credential_hash, is_paired=True)
        commands = self.services.director.programmes.commands
        action = ScreenAction.REPLACE if filled["replaces"] else ScreenAction.PAIR
        await commands.send(paired.number, action, self.person.label, paired.device.browser)
        log.info("%s paired screen %d, %s", self.person.label, paired.number, paired.device.browser)
        self.redirect(f"/screens?paired={paired.number}", status=303)

    def check_plan(self, plan: ScreenPlan, viewport: str) -> ScreenPlan:
        """Returns the plan, noting that a person insists on what cannot be read. Raises IllegibleBoard."""
        try:
            glass = parse_glass(plan.diagonal_inches, plan.distance_m, viewport)
            check_legible(self.services, glass, plan.board, plan.playlist)
        except IllegibleBoard:
            if not self.get_body_argument(INSIST, ""):
                raise
            return replace(plan, insists=True)
        return plan

    async def show_fault(self, typed: str, filled: dict[str, str], error: ParameterError | Overloaded) -> None:
        """Renders the form again with what is wrong, as long as the code works."""
        lookup = await self.authenticator.screens.requests.find_request(typed, self.person_id)
        if lookup.request is None:
            self.refuse_code(lookup, typed)
            return
        self.set_status(422)
        fault = error if isinstance(error, ParameterError) else ParameterError("name", str(error))
        await self.render_request(typed, lookup.request, filled, fault)

    def read_plan(self, filled: dict[str, str]) -> ScreenPlan:
        """Returns what the person says about the screen. Raises ParameterError."""
        if filled["replaces"]:
            if not (filled["replaces"].isascii() and filled["replaces"].isdigit() and len(filled["replaces"]) < 10):
                raise ParameterError("replaces", "must be a screen of the list")
            return ScreenPlan(replaces=int(filled["replaces"]))
        board, playlist = self.read_shown(filled["board"])
        return ScreenPlan(
            name=filled["name"],
            place=filled["place"],
            diagonal_inches=parse_length("diagonal", filled["diagonal"]),
            distance_m=parse_length("distance", filled["distance"]),
            board=board,
            playlist=playlist,
        )

    def read_shown(self, value: str) -> tuple[str, str]:
        """Returns the board or the playlist of a form, '' for the other. Raises ParameterError."""
        playlist = value.removeprefix(PLAYLIST_PREFIX) if value.startswith(PLAYLIST_PREFIX) else ""
        if self.services.boards.get(value) is None and self.services.playlists.get(playlist) is None:
            raise ParameterError("board", "must be one of the list")
        return ("", playlist) if playlist else (value, "")


class RefusePairing(PairHandler):
    """Refuses the device with a code; it then shows another one."""

    async def post(self) -> None:
        typed = self.get_body_argument("code", "")
        lookup = await self.authenticator.screens.requests.refuse(typed, self.person_id)
        if lookup.request is None:
            self.refuse_code(lookup, typed)
            return
        self.authenticator.screens.waiting.announce(lookup.request.device_hash, is_paired=False)
        log.info("%s refused a screen from %s", self.person.label, lookup.request.device.address)
        self.redirect("/screens?refused=1", status=303)


def describe_fault_of_field(error: ParameterError) -> str:
    """Returns what is wrong as a sentence below the field, which has its name already."""
    return str(error).replace(f"`{error.parameter}`", "This", 1) + ("" if str(error).endswith(".") else ".")


def parse_length(field: str, text: str) -> float:
    """Returns a number that people write with a point or a comma. Raises ParameterError."""
    try:
        value = float(text.replace(",", ".")) if len(text) < 20 else math.nan
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ParameterError(field, "must be a number")
    return value
