"""/api/v1/datasets: programs list, declare and remove datasets."""

from typing import cast

from pydantic import ValidationError

from handlers.api.base import ApiResource, Operation, ReadableResource, RequestBody
from handlers.api.dataset_models import (
    SCHEMA_EXAMPLE,
    DatasetListResponse,
    DatasetResponse,
    MigrateParams,
    PushResponse,
)
from handlers.api.dataset_problems import dataset_problems
from handlers.api.models import PagingParams, QueryParams
from handlers.api.problems import ApiProblem
from utilities.datasets.batches import parse_json
from utilities.datasets.declarations import Dataset
from utilities.datasets.pushes import PushAnswer
from utilities.datasets.schema import MAX_DATASET_NAME_CHARS, DataColumn, DatasetSchema
from utilities.model.principals import ApiClient, Person

PUSH_SCOPE = "push"
SCHEMA_KEYS = {*DatasetSchema.model_fields, *DataColumn.model_fields}


class DatasetBase(ApiResource):
    """Base of the resources of datasets."""

    @property
    def pusher(self) -> str:
        """Who pushes, for the list of datasets."""
        principal = self.principal
        return principal.name if isinstance(principal, ApiClient | Person) else ""

    def describe_dataset(self, dataset: Dataset, removed_rows: int = 0) -> DatasetResponse:
        """Returns a dataset as the answer has it."""
        return DatasetResponse(
            name=dataset.name,
            schema=dataset.schema,
            rows=dataset.rows,
            pushed_at=dataset.pushed_at,
            pushed_by=dataset.pushed_by,
            failed_at=dataset.failed_at,
            failure=dataset.failure or None,
            is_late=dataset.is_late(self.services.clock()),
            removed_rows=removed_rows,
            href=f"/api/v1/datasets/{dataset.name}",
        )

    def write_push(self, answer: PushAnswer) -> None:
        """Finishes with what a push has done."""
        self.write_json(PushResponse.model_validate(answer).model_dump_json())


class DatasetsResource(DatasetBase, ReadableResource):
    path = "/datasets"
    operation = Operation("listDatasets", "The datasets", "By name.", DatasetListResponse, PagingParams)

    async def build_response(self, params: PagingParams) -> DatasetListResponse:
        datasets = await self.services.datasets.list_all()
        page, following = self.paginate(datasets, params, [each.number for each in datasets])
        return DatasetListResponse(items=[self.describe_dataset(each) for each in page], next=following)


class DatasetResource(DatasetBase, ReadableResource):
    write_scope = PUSH_SCOPE
    path = "/datasets/{dataset}"
    operation = Operation("getDataset", "One dataset", "Its schema, and its last push.", DatasetResponse)
    other_operations = (
        Operation(
            "declareDataset",
            "Declare a dataset",
            "Finds or creates it. A schema that stored rows or tiles would not fit is a 409, unless `migrate` is true.",
            DatasetResponse,
            MigrateParams,
            "put",
            RequestBody("The schema.", {"application/json": DatasetSchema}, SCHEMA_EXAMPLE),
        ),
        Operation("removeDataset", "Remove a dataset", "With all its rows, for good.", None, method="delete"),
    )

    async def build_response(self, params: QueryParams, name: str) -> DatasetResponse:
        with dataset_problems():
            return self.describe_dataset(await self.services.datasets.find(name))

    async def put(self, name: str) -> None:
        params = cast(MigrateParams, self.parse_query())
        if len(name) > MAX_DATASET_NAME_CHARS or name.startswith("-"):
            raise ApiProblem(
                422, {"dataset": f"`dataset` must be a name of at most {MAX_DATASET_NAME_CHARS} characters"}
            )
        with dataset_problems():
            schema = parse_schema(parse_json(self.request.body.decode("utf-8", "replace"), "The body"))
            declared = await self.services.datasets.declare(name, schema, self.pusher, migrate=params.migrate)
        self.write_json(self.describe_dataset(declared.dataset, declared.removed_rows).model_dump_json())

    async def delete(self, name: str) -> None:
        self.parse_query()
        with dataset_problems():
            await self.services.datasets.remove(name)
        self.set_status(204)


def parse_schema(declared: object) -> DatasetSchema:
    """Returns a schema. Raises ApiProblem 422 with the path and a sentence for each error, and no value."""
    try:
        return DatasetSchema.model_validate(declared)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        faults = {}
        for each in details:
            where = ".".join(str(part) for part in each["loc"] if part in SCHEMA_KEYS or isinstance(part, int))
            faults[where or "body"] = f"`{where or 'body'}`: {each['msg'].removeprefix('Value error, ')}"
        if any(where.startswith("columns.") for where in faults):
            faults.pop("columns", None)  # it has none that are right
        raise ApiProblem(422, faults) from None
