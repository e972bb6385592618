"""Requests and answers about datasets."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field, JsonValue

from handlers.api.models import ColumnResponse, ListResponse, QueryParams, ResponseModel
from utilities.datasets.schema import DatasetSchema
from utilities.model.frames import Value

ROWS_EXAMPLE = {"rows": [{"day": "2026-11-27", "sales": 3}]}
SCHEMA_EXAMPLE = {
    "title": "Sales",
    "columns": [{"name": "day", "kind": "date"}, {"name": "sales", "kind": "integer"}],
    "unique_by": ["day"],
    "expect_every": "1h",
}
MAX_WHERE_CHARS = 2_000


def parse_json_bool(value: object) -> object:
    """Returns a bool. Raises ValueError for other words than JSON's: pydantic would accept `on` and `yes` too."""
    if value not in ("true", "false"):
        raise ValueError("must be true or false")
    return value == "true"


class DatasetResponse(ResponseModel):
    name: str = Field(description="Its name, also in addresses.", examples=["sales"])
    declared: DatasetSchema = Field(validation_alias="schema", description="Its schema.", examples=[SCHEMA_EXAMPLE])
    rows: int = Field(description="The number of rows.", examples=[1])
    pushed_at: datetime | None = Field(description="When the last push was stored.", examples=["2026-11-27T09:00:00Z"])
    pushed_by: str | None = Field(description="By which token, person or command.", examples=["Till"])
    failed_at: datetime | None = Field(
        description="When a push was refused, if none was stored since.", examples=[None]
    )
    failure: str | None = Field(description="Why it was refused; null without one.", examples=[None])
    is_late: bool = Field(description="Whether nothing was pushed for longer than expected.", examples=[False])
    removed_rows: int = Field(0, description="Rows that did not fit the new schema.", examples=[0])
    href: str = Field(examples=["/api/v1/datasets/sales"])


class DatasetListResponse(ListResponse):
    items: list[DatasetResponse]


class DatasetRowsResponse(ListResponse):
    columns: list[ColumnResponse] = Field(description="The columns, in the order of the values in a row.")
    rows: list[tuple[Value, ...]] = Field(description="Raw values.", examples=[[["2026-11-27", 3]]])
    total: int = Field(description="The number of rows on all pages.", examples=[1])


class PushResponse(ResponseModel):
    stored: int = Field(description="Rows of this push.", examples=[1])
    removed: int = Field(description="Earlier rows that are gone: replaced, too many or too old.", examples=[0])
    rows: int = Field(description="All rows now.", examples=[1])
    is_repeated: bool = Field(description="Whether an earlier push had this key, and this one did nothing.")


class PushedRows(BaseModel):
    rows: list[dict[str, JsonValue]] = Field(
        description="At most 10,000, each with a value by the name of its column.", examples=[ROWS_EXAMPLE["rows"]]
    )


class MigrateParams(QueryParams):
    migrate: Annotated[bool, BeforeValidator(parse_json_bool)] = Field(
        False, description="Changes the schema also where rows no longer fit; those are removed."
    )


class WhereParams(QueryParams):
    where: str = Field(
        min_length=2,
        max_length=MAX_WHERE_CHARS,
        description="A JSON object with the values that the rows have; `{}` is every row.",
        examples=['{"day": "2026-11-27"}'],
    )
