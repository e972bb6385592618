"""/api/v1/takeovers: programs fill screens with a message or a board, and end that."""

from datetime import datetime
from typing import cast

from pydantic import Field, field_validator

from handlers.api.base import Operation
from handlers.api.models import QueryParams, ResponseModel, WholeNumber, text_param
from handlers.api.problems import ApiProblem
from handlers.api.screens import MAX_BOARD_PARAM_CHARS, ScreenSwitchResource
from handlers.base.errors import HttpProblem
from utilities.broadcast.message_layout import MAX_MESSAGE_CHARS
from utilities.broadcast.takeovers import MAX_TAKEOVER_MINUTES
from utilities.model.errors import ParameterError
from utilities.screens.command_log import EVERY_SCREEN


class TakeoverParams(QueryParams):
    """What fills which screens, and for how long."""

    message: str = text_param(MAX_MESSAGE_CHARS, "The sentence; at most about twelve words.", "Cake in the kitchen")
    board: str = text_param(MAX_BOARD_PARAM_CHARS, "The name of a board, instead of a message.", "office")
    minutes: WholeNumber = Field(
        15, ge=1, le=MAX_TAKEOVER_MINUTES, description="After how many minutes it ends by itself.", examples=[15]
    )
    screen: WholeNumber = Field(
        EVERY_SCREEN, ge=0, le=999_999_999, description="The number of one paired screen; 0 for every screen."
    )


class TakeoverResponse(ResponseModel):
    number: int = Field(description="Its number, to end it.")
    screen: int = Field(description="The number of the screen; 0 for every screen.", examples=[0])
    message: str = Field(description="The sentence; empty with a board.", examples=["Cake in the kitchen"])
    board: str | None = Field(description="The board; null with a message.", examples=[None])
    sender: str = Field(description="Who the glass says it is from: the name of the token.", examples=["Deploys"])
    begins_at: datetime = Field(description="When it began.", examples=["2026-11-27T09:00:00Z"])
    ends_at: datetime = Field(description="When it ends by itself.", examples=["2026-11-27T09:15:00Z"])

    @field_validator("board", mode="before")
    @classmethod
    def check_board(cls, value: object) -> object:
        return value or None


class TakeoversResource(ScreenSwitchResource):
    path = "/takeovers"
    operation = Operation(
        "startTakeover",
        "Fill screens with a message or a board",
        "At once, before playlists and quiet hours, instead of an earlier takeover. Then each screen goes on.",
        TakeoverResponse,
        TakeoverParams,
        method="post",
    )

    async def post(self) -> None:
        params = cast(TakeoverParams, self.parse_query())
        if bool(params.message) == bool(params.board):
            raise ApiProblem(422, {"message": "`message` or `board` is necessary, and not both"})
        if params.board and self.services.boards.get(params.board) is None:
            raise ApiProblem(422, {"board": "`board` must be the name of a board"})
        if params.screen != EVERY_SCREEN and not await self.is_paired(params.screen):
            raise ApiProblem(422, {"screen": "`screen` must be the number of a paired screen, or 0"})
        try:
            takeover = await self.services.takeovers.start(
                params.message, params.minutes, self.token_name, params.screen, board=params.board
            )
        except ParameterError as error:
            raise ApiProblem(422, {error.parameter: str(error)}) from None
        self.services.director.wake()
        self.write_json(TakeoverResponse.model_validate(takeover).model_dump_json())

    async def is_paired(self, number: int) -> bool:
        screen = await self.authenticator.screens.registry.get_screen(number)
        return screen is not None and screen.is_paired


class TakeoverEndResource(ScreenSwitchResource):
    path = "/takeovers/{takeover}"
    operation = Operation("endTakeover", "End a takeover", "Screens go on at once.", None, method="delete")

    async def delete(self, number: str) -> None:
        self.parse_query()
        if not await self.services.takeovers.end(int(number), self.token_name):
            raise HttpProblem(404, "There is no takeover of this number now.")
        self.services.director.wake()
        self.set_status(204)
