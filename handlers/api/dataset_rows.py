"""/api/v1/datasets/<name>/rows: programs push rows, read them back and delete them."""

from functools import partial
from typing import cast

from tornado.web import stream_request_body

from handlers.api.base import Operation, ReadableResource, RequestBody
from handlers.api.dataset_models import ROWS_EXAMPLE, DatasetRowsResponse, PushedRows, PushResponse, WhereParams
from handlers.api.dataset_problems import dataset_problems
from handlers.api.datasets import PUSH_SCOPE, DatasetBase
from handlers.api.models import ColumnResponse, PagingParams, QueryParams
from handlers.api.paging import decode_cursor, encode_cursor, hash_version
from handlers.api.problems import ApiProblem
from handlers.base.errors import HttpProblem
from utilities.datasets.batches import MAX_BATCH_BYTES, BatchFormat, BatchUnreadable, parse_json, read_batch
from utilities.datasets.figures import frame_column
from utilities.datasets.pushes import PushMode, RequestKey
from utilities.datasets.schema import DatasetSchema
from utilities.model.frames import Value

MAX_KEY_CHARS = 200
CURL_TYPE = "application/x-www-form-urlencoded"  # what `curl -d` says of any body
IDEMPOTENCY_HEADER = "Idempotency-Key"


@stream_request_body
class DatasetRowsResource(DatasetBase, ReadableResource):
    write_scope = PUSH_SCOPE
    path = "/datasets/{dataset}/rows"
    operation = Operation(
        "listRows",
        "The rows of a dataset",
        "In the order in which they were first pushed.",
        DatasetRowsResponse,
        PagingParams,
    )
    pushed = RequestBody(
        "JSON, a JSON object on each line, or CSV under a line with the names of columns; also with gzip.",
        {BatchFormat.JSON: PushedRows, BatchFormat.LINES: None, BatchFormat.CSV: None},
        ROWS_EXAMPLE,
    )
    other_operations = (
        Operation("replaceRows", "Replace all rows", "All of them, or none.", PushResponse, QueryParams, "put", pushed),
        Operation(
            "pushRows",
            "Push rows",
            "All of them, or none. A row with the key of an earlier one replaces that. Send an `Idempotency-Key`, and "
            "the same push may come twice.",
            PushResponse,
            QueryParams,
            "post",
            pushed,
        ),
        Operation("deleteRows", "Delete rows", "Those with all these values.", PushResponse, WhereParams, "delete"),
    )

    def initialize(self) -> None:
        self.chunks: list[bytes] = []
        self.size = 0
        # Before the body is read; the limit for all other requests is smaller.
        connection = self.request.connection
        connection.set_max_body_size(MAX_BATCH_BYTES)  # type: ignore[union-attr]

    def data_received(self, chunk: bytes) -> None:
        self.chunks.append(chunk)

    async def build_response(self, params: PagingParams, name: str) -> DatasetRowsResponse:
        with dataset_problems():
            dataset = await self.services.datasets.find(name)
            version = hash_version((self.request.path, dataset.number, dataset.schema))
            after = decode_cursor(params.cursor, version) if params.cursor else 0
            dataset, rows = await self.services.datasets.read_rows(name, after, params.limit + 1)
        page, following = rows[: params.limit], None
        if len(rows) > params.limit:
            following = self.next_address(encode_cursor(page[-1][0], version))
        columns = [ColumnResponse.model_validate(frame_column(column)) for column in dataset.schema.columns]
        return DatasetRowsResponse(
            columns=columns, rows=[values for _, values in page], total=dataset.rows, next=following
        )

    async def put(self, name: str) -> None:
        await self.push_rows(name, PushMode.REPLACE)

    async def post(self, name: str) -> None:
        await self.push_rows(name, PushMode.APPEND)

    async def push_rows(self, name: str, mode: PushMode) -> None:
        """Stores the rows of the body, or none of them."""
        self.parse_query()
        body, batch_format = b"".join(self.chunks), self.batch_format()
        key = self.request.headers.get(IDEMPOTENCY_HEADER, "")
        if len(key) > MAX_KEY_CHARS:
            raise ApiProblem(400, {IDEMPOTENCY_HEADER: f"`{IDEMPOTENCY_HEADER}` may have {MAX_KEY_CHARS} characters"})
        datasets = self.services.datasets
        with dataset_problems():
            schema = (await datasets.find(name)).schema
            try:
                rows = await self.run_in_worker(partial(read_batch, body, batch_format, schema))
            except BatchUnreadable as error:
                await datasets.record_failure(name, str(error))
                raise
            request = RequestKey.of(f"{mode} {key}", body) if key else None
            answer = await datasets.push(name, rows, mode, self.pusher, request)
        self.write_push(answer)

    def batch_format(self) -> BatchFormat:
        """Returns the format that the request names. Raises HttpProblem 415."""
        media_type = self.request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if media_type in ("", CURL_TYPE):
            return BatchFormat.JSON
        try:
            return BatchFormat(media_type)
        except ValueError:
            raise HttpProblem(415, f"Content-Type must be {', '.join(BatchFormat)}.") from None

    async def delete(self, name: str) -> None:
        params = cast(WhereParams, self.parse_query())
        with dataset_problems():
            dataset = await self.services.datasets.find(name)
            where = parse_where(params.where, dataset.schema)
            self.write_push(await self.services.datasets.delete_rows(name, where))


def parse_where(text: str, schema: DatasetSchema) -> dict[str, Value]:
    """Returns values by the names of columns. Raises ApiProblem 422."""
    try:
        where = parse_json(text, "`where`")
    except BatchUnreadable:
        where = None
    if not isinstance(where, dict) or any(isinstance(value, dict | list) for value in where.values()):
        raise ApiProblem(422, {"where": "`where` must be a JSON object with a text, number or null for each column"})
    if any(schema.column_named(name) is None for name in where):
        names = ", ".join(column.name for column in schema.columns)
        raise ApiProblem(422, {"where": f"`where` must name columns of the dataset: {names}"})
    return where
