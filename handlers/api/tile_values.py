"""/api/v1/tiles: a program sets the number or the text of one tile."""

from pydantic import BaseModel, Field

from handlers.api.base import Operation, RequestBody
from handlers.api.dataset_models import PushResponse
from handlers.api.dataset_problems import dataset_problems
from handlers.api.datasets import PUSH_SCOPE, DatasetBase
from handlers.api.models import QueryParams
from handlers.api.problems import ApiProblem
from handlers.base.errors import HttpProblem
from handlers.base.permissions import TOKENS_ONLY
from utilities.datasets.batches import parse_json
from utilities.datasets.figures import DatasetQuery
from utilities.datasets.tile_values import push_tile_value


class TileValue(BaseModel):
    value: float | str = Field(description="The number or the text.", examples=[42])


class TileValueResource(DatasetBase):
    path = "/tiles/{board}/{tile}"
    operation = Operation(
        "setTile",
        "Set a tile",
        "Adds the number or the text to the dataset of the tile, which is declared with the first value.",
        PushResponse,
        QueryParams,
        "post",
        RequestBody("An object with `value`, or the value alone.", {"application/json": TileValue}, {"value": 42}),
    )
    allow = TOKENS_ONLY
    scope = PUSH_SCOPE

    async def post(self, board_name: str, tile_name: str) -> None:
        self.parse_query()
        board = self.services.boards.get(board_name)
        tile = next((each for each in board.tiles if each.name == tile_name), None) if board else None
        if board is None or tile is None:
            raise HttpProblem(404, "There is no tile of this name.")
        report = self.services.reports[tile.report]
        query = report.query
        if not isinstance(query, DatasetQuery):
            raise HttpProblem(409, "This tile shows no dataset. Give its report `source: datasets`.")
        value, title = self.parse_value(), tile.title or report.title
        with dataset_problems():
            now = self.services.clock()
            answer = await push_tile_value(self.services.datasets, query.dataset, title, value, self.pusher, now)
        self.write_push(answer)

    def parse_value(self) -> float | str:
        """Returns the value of the body. Raises ApiProblem 422, HttpProblem 400."""
        with dataset_problems():
            body = parse_json(self.request.body.decode("utf-8", "replace"), "The body")
        value = body.get("value") if isinstance(body, dict) else body
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise ApiProblem(422, {"value": "`value` must be a number or a text"})
        return value
