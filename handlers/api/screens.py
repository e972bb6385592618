"""/api/v1/screens and /visitors: what each screen shows and what is wrong with it; commands for it, and visitors."""

from datetime import datetime
from typing import Literal, cast

from pydantic import Field

from handlers.api.base import ApiResource, Operation, ReadableResource
from handlers.api.models import ListResponse, PagingParams, QueryParams, ResponseModel, WholeNumber, text_param
from handlers.api.problems import ApiProblem
from handlers.base.errors import HttpProblem
from handlers.base.permissions import TOKENS_ONLY
from handlers.screens.fleet import describe_shown
from handlers.screens.refusal import IllegibleBoard, check_legible
from utilities.broadcast.visitor_modes import EVERYWHERE, MAX_VISITOR_MINUTES, place_target, screen_target
from utilities.config.boards import Board
from utilities.model.principals import ApiClient
from utilities.rendering.screen_faults import screen_glass
from utilities.screens.alarms import ScreenHealth
from utilities.screens.command_log import ScreenAction
from utilities.screens.commands import MAX_HOLD_MINUTES
from utilities.screens.diagnosis import ScreenCause
from utilities.screens.model import MAX_PLACE_CHARS, ScreenRecord

MAX_BOARD_PARAM_CHARS = 100
NO_SCREEN = "There is no paired screen of this number."


class ScreenResponse(ResponseModel):
    number: int = Field(description="Its number, also in addresses.")
    name: str = Field(description="Its name.", examples=["Reception"])
    place: str = Field(description="Where it hangs.", examples=["Ground floor"])
    board: str | None = Field(description="Its only board; null with a playlist.", examples=["office"])
    playlist: str | None = Field(description="Its playlist; null with a board.", examples=[None])
    shows: str = Field(description="What is on the glass by its programme, in words.", examples=["Office"])
    follows: str = Field(description="What follows, in words.", examples=["stays"])
    has_visitors: bool = Field(description="Whether private tiles are hidden on it now.", examples=[False])
    cause: ScreenCause = Field(description="What is wrong with it; `fine` for nothing.", examples=["fine"])
    words: str = Field(description="The cause as a sentence.", examples=["It shows what it should."])
    since: datetime | None = Field(description="Since when the cause holds.", examples=["2026-11-27T09:00:00Z"])
    is_muted: bool = Field(description="Whether it is dark as planned, so that nobody is alarmed.", examples=[False])
    last_beat: datetime | None = Field(description="When it last reported.", examples=["2026-11-27T09:00:00Z"])
    href: str = Field(examples=["/api/v1/screens/1"])


class ScreenListResponse(ListResponse):
    items: list[ScreenResponse]


class ScreenReadResource(ReadableResource):
    """Base of the resources that read."""

    async def describe_screen(self, health: ScreenHealth) -> ScreenResponse:
        screen, shown = health.screen, describe_shown(health.screen, self.services)
        return ScreenResponse(
            number=screen.number,
            name=screen.name,
            place=screen.place,
            board=screen.board or None,
            playlist=screen.playlist or None,
            shows=shown.title,
            follows=shown.next_words,
            has_visitors=not self.services.fleet.sees_private(screen.number),
            cause=health.diagnosis.cause,
            words=health.diagnosis.words,
            since=health.diagnosis.since,
            is_muted=health.is_muted,
            last_beat=health.received.received_at if health.received else None,
            href=f"/api/v1/screens/{screen.number}",
        )


class ScreensResource(ScreenReadResource):
    path = "/screens"
    operation = Operation("listScreens", "The paired screens", "By name.", ScreenListResponse, PagingParams)

    async def build_response(self, params: PagingParams) -> ScreenListResponse:
        healths = await self.services.fleet.alarms.list_healths()
        page, following = self.paginate(healths, params, [each.screen.number for each in healths])
        return ScreenListResponse(items=[await self.describe_screen(each) for each in page], next=following)


class ScreenResource(ScreenReadResource):
    path = "/screens/{screen}"
    operation = Operation("getScreen", "One screen", "What it shows, and what is wrong with it.", ScreenResponse)

    async def build_response(self, params: QueryParams, number: str) -> ScreenResponse:
        health = await self.services.fleet.alarms.find_health(int(number))
        if health is None:
            raise HttpProblem(404, NO_SCREEN)
        return await self.describe_screen(health)


class ScreenSwitchResource(ApiResource):
    """Base of the resources that change what screens show."""

    allow = TOKENS_ONLY
    scope = "screens"

    @property
    def token_name(self) -> str:
        """Who has done it, for the log and the glass."""
        return cast(ApiClient, self.principal).name


class ScreenCommandParams(QueryParams):
    command: Literal["identify", "reload", "next", "pause", "go-on", "board"] = Field(
        description="What the screen does.", examples=["identify"]
    )
    board: str = text_param(MAX_BOARD_PARAM_CHARS, "The name of the board to show, with `board`.", "office")
    minutes: WholeNumber = Field(
        10, ge=1, le=MAX_HOLD_MINUTES, description="For how long, with `board`.", examples=[10]
    )
    anyway: bool = Field(False, description="Show a `board` although it cannot be read from where people stand.")


class ScreenCommandsResource(ScreenSwitchResource):
    path = "/screens/{screen}/commands"
    operation = Operation(
        "sendCommand",
        "Send a command to a screen",
        "Reaches the glass within two seconds.",
        None,
        ScreenCommandParams,
        method="post",
    )

    async def post(self, number: str) -> None:
        params = cast(ScreenCommandParams, self.parse_query())
        board = self.services.boards.get(params.board) if params.command == "board" else None
        if board is None and params.command == "board":
            raise ApiProblem(422, {"board": "`board` must be the name of a board"})
        health = await self.services.fleet.alarms.find_health(int(number))
        if health is None:
            raise HttpProblem(404, NO_SCREEN)
        if board is not None and not params.anyway:
            self.refuse_illegible(health.screen, board)
        commands, screen = self.services.director.programmes.commands, int(number)
        if board is not None:
            await commands.show_board(screen, board.name, params.minutes, self.token_name, board.title)
        elif params.command == "identify":
            await commands.identify(screen, self.token_name)
        elif params.command == "go-on":
            await commands.end_hold(screen, self.token_name)
        else:
            await commands.send(screen, ScreenAction(params.command), self.token_name)
        self.services.director.wake()
        self.set_status(204)

    def refuse_illegible(self, screen: ScreenRecord, board: Board) -> None:
        """Raises ApiProblem for a board that cannot be read on the screen."""
        try:
            check_legible(self.services, screen_glass(screen), board.name)
        except IllegibleBoard as error:
            raise ApiProblem(422, {"board": f"{error} `anyway` shows it all the same."}) from None


class VisitorEndParams(QueryParams):
    """Where visitors are: everywhere without both."""

    screen: WholeNumber = Field(
        0, ge=0, le=999_999_999, description="The number of one screen; 0 for every wall, or those of `place`."
    )
    place: str = text_param(MAX_PLACE_CHARS, "The place of screens.", "Ground floor")

    @property
    def target(self) -> str:
        """Returns what it is for."""
        if self.screen:
            return screen_target(self.screen)
        return place_target(self.place) if self.place else EVERYWHERE


class VisitorBeginParams(VisitorEndParams):
    minutes: WholeNumber = Field(
        0, ge=0, le=MAX_VISITOR_MINUTES, description="For how long; 0 until it is ended.", examples=[30]
    )


class VisitorsResource(ScreenSwitchResource):
    path = "/visitors/begin"
    operation = Operation(
        "beginVisit", "Hide private tiles", "While visitors are here.", None, VisitorBeginParams, method="post"
    )

    async def post(self) -> None:
        params = cast(VisitorBeginParams, self.parse_query())
        healths = await self.services.fleet.alarms.list_healths()
        screens = [each.screen for each in healths]
        targets = {EVERYWHERE, *(screen_target(each.number) for each in screens)}
        if params.target not in targets | {place_target(each.place) for each in screens if each.place.strip()}:
            name = "screen" if params.screen else "place"
            raise ApiProblem(422, {name: f"`{name}` must be that of a paired screen"})
        await self.services.fleet.visitors.begin(params.target, self.token_name, params.minutes or None)
        self.set_status(204)


class VisitorsEndResource(ScreenSwitchResource):
    path = "/visitors/end"
    operation = Operation(
        "endVisit", "Show private tiles again", "Once more does nothing.", None, VisitorEndParams, method="post"
    )

    async def post(self) -> None:
        params = cast(VisitorEndParams, self.parse_query())
        await self.services.fleet.visitors.end(params.target, self.token_name)
        self.set_status(204)
