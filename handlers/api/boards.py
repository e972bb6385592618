"""The boards there are, and what stands on one."""

from handlers.api.base import Operation, Readable
from handlers.api.models import BoardEntry, BoardList, BoardTold, Paging, Query
from handlers.base.errors import HttpProblem


class Boards(Readable):
    path = "/boards"
    operation = Operation("listBoards", "The boards there are", "By name.", BoardList, Paging)

    async def read(self, asked: Paging) -> BoardList:
        boards = sorted(self.services.boards, key=lambda board: board.name)
        shown, following = self.part(boards, asked, [board.name for board in boards])
        items = [
            BoardEntry(name=each.name, title=each.title, tiles=len(each.tiles), href=f"{self.request.path}/{each.name}")
            for each in shown
        ]
        return BoardList(items=items, next=following)


class Board(Readable):
    path = "/boards/{board}"
    operation = Operation(
        "getBoard", "One board and its tiles", "Each tile says which report it shows, how and where.", BoardTold
    )

    async def read(self, asked: Query, name: str) -> BoardTold:
        board = self.services.boards.get(name)
        if board is None:
            raise HttpProblem(404, "There is no board of this name.")
        return BoardTold.model_validate(board)
