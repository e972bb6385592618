"""The schema of a dataset: its columns, its key, how often it is pushed, and how much of it is kept."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field, PlainSerializer, model_validator

from utilities.config.boards.model import DURATION_UNITS, Duration, Strict

MAX_DATASET_NAME_CHARS = 60
COLUMN_NAME_PATTERN = r"^[a-z][a-z0-9_]{0,39}$"
PARENT_PATTERN = r"^([a-z0-9][a-z0-9-]{0,59})?$"
MAX_COLUMNS = 50
MAX_KEPT_ROWS = 50_000


class DataKind(StrEnum):
    """The type and unit of a column, as schemas write it."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    FRACTION = "fraction"  # 0 to 1, shown in per cent
    MONEY = "money"  # in units of its currency, such as euros
    SECONDS = "seconds"
    DATE = "date"  # YYYY-MM-DD
    DATETIME = "datetime"  # RFC 3339, with a zone

    @property
    def is_figure(self) -> bool:
        """Whether values of this kind are numbers."""
        return self not in (DataKind.TEXT, DataKind.DATE, DataKind.DATETIME)


def format_interval(value: timedelta | None) -> str | None:
    """Returns the text that schemas have."""
    if value is None:
        return None
    seconds = int(value.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3600), ("m", 60)):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def describe_interval(value: timedelta) -> str:
    """Returns `hour` or `15 minutes`, to stand behind `every`."""
    text = format_interval(value) or ""
    number, unit = text[:-1], DURATION_UNITS[text[-1]]
    return unit.removesuffix("s") if number == "1" else f"{number} {unit}"


Interval = Annotated[Duration, PlainSerializer(format_interval)]


class DataColumn(Strict):
    """One column. A row must have a value in it unless it is `optional`."""

    name: str = Field(pattern=COLUMN_NAME_PATTERN, description="Its key in rows.", examples=["sales"])
    kind: DataKind = Field(description="The type and unit of its values.", examples=["integer"])
    heading: str = Field("", max_length=60, description="For people; made of the name when empty.", examples=["Sales"])
    optional: bool = Field(False, description="Whether a row may have no value in it.", examples=[False])
    currency: str = Field("", pattern=r"^([A-Z]{3})?$", description="ISO 4217; of money only.", examples=[""])
    parent: str = Field("", pattern=PARENT_PATTERN, description="The dataset whose key it holds.", examples=[""])

    @model_validator(mode="after")
    def check_currency(self) -> "DataColumn":
        """Raises ValueError for money without a currency, and for a currency of anything else."""
        if (self.kind is DataKind.MONEY) != bool(self.currency):
            raise ValueError("`currency` is necessary for money, such as EUR, and for nothing else")
        return self

    @property
    def title(self) -> str:
        """The heading for people."""
        return self.heading or self.name.replace("_", " ").capitalize()


class DatasetSchema(Strict):
    """What `PUT /api/v1/datasets/<name>` declares.

    A row replaces the earlier one with the same values in the columns of `unique_by`. The newest `keep_rows` rows stay,
    for `keep_days` days after they were pushed. Figures are late when nothing was pushed for `expect_every`.
    """

    title: str = Field("", max_length=100, description="For people.", examples=["Sales"])
    columns: tuple[DataColumn, ...] = Field(min_length=1, max_length=MAX_COLUMNS, description="In their order.")
    unique_by: tuple[str, ...] = Field((), description="The columns that identify a row.", examples=[["day"]])
    expect_every: Interval | None = Field(
        None, description="When nothing is pushed for so long, the figures are late: `15m`, `1d`.", examples=["1h"]
    )
    keep_rows: int = Field(10_000, ge=1, le=MAX_KEPT_ROWS, description="The most rows.", examples=[10_000])
    keep_days: int | None = Field(
        None, ge=1, le=36_500, description="How long a row stays after its push; null for good.", examples=[400]
    )

    @model_validator(mode="after")
    def check_names(self) -> "DatasetSchema":
        """Raises ValueError for a column that appears twice, and for a key that is no column or may be empty."""
        names = [column.name for column in self.columns]
        if len(set(names)) < len(names):
            raise ValueError("`columns` has the same name twice")
        required = {column.name for column in self.columns if not column.optional}
        if len(set(self.unique_by)) < len(self.unique_by) or not required.issuperset(self.unique_by):
            raise ValueError("`unique_by` must name columns that are not optional, each once")
        return self

    def column_named(self, name: str) -> DataColumn | None:
        """Returns a column by its name."""
        return next((column for column in self.columns if column.name == name), None)


def list_breaking_changes(old: DatasetSchema, new: DatasetSchema) -> list[str]:
    """Returns a sentence for each difference with which rows that are stored or pushed today would no longer fit."""
    return list(_breaking_changes(old, new))


def _breaking_changes(old: DatasetSchema, new: DatasetSchema) -> Iterator[str]:
    for column in old.columns:
        after = new.column_named(column.name)
        if after is None:
            yield f"the column {column.name} goes, with its values"
        elif (after.kind, after.currency) != (column.kind, column.currency):
            yield f"the column {column.name} becomes {describe_kind(after)} instead of {describe_kind(column)}"
        elif column.optional and not after.optional:
            yield f"the column {column.name} is no longer optional"
        elif after.parent != column.parent:
            yield f"the column {column.name} belongs to another dataset"
    for column in new.columns:
        if old.column_named(column.name) is None and not column.optional:
            yield f"the new column {column.name} is not optional, and the rows that are stored have no value for it"
    if old.unique_by != new.unique_by:
        yield f"rows are unique by {list_names(new.unique_by)} instead of {list_names(old.unique_by)}"


def describe_kind(column: DataColumn) -> str:
    """Returns `money in EUR` or the kind."""
    return f"{column.kind} in {column.currency}" if column.currency else str(column.kind)


def list_names(names: Sequence[str]) -> str:
    return ", ".join(names) or "nothing"
