"""/api/v1/boards: the boards and their tiles."""

from handlers.api.base import Operation, ReadableResource
from handlers.api.models import BoardListResponse, BoardResponse, BoardSummaryResponse, PagingParams, QueryParams
from handlers.base.errors import HttpProblem


class BoardsResource(ReadableResource):
    path = "/boards"
    operation = Operation("listBoards", "The boards", "By name.", BoardListResponse, PagingParams)

    async def build_response(self, params: PagingParams) -> BoardListResponse:
        boards = sorted(self.services.boards, key=lambda board: board.name)
        page, following = self.paginate(boards, params, [board.name for board in boards])
        items = [
            BoardSummaryResponse(
                name=each.name, title=each.title, tiles=len(each.tiles), href=f"{self.request.path}/{each.name}"
            )
            for each in page
        ]
        return BoardListResponse(items=items, next=following)


class BoardResource(ReadableResource):
    path = "/boards/{board}"
    operation = Operation(
        "getBoard", "One board and its tiles", "Each tile with its report, view and place.", BoardResponse
    )

    async def build_response(self, params: QueryParams, name: str) -> BoardResponse:
        board = self.services.boards.get(name)
        if board is None:
            raise HttpProblem(404, "There is no board of this name.")
        return BoardResponse.model_validate(board)
