"""Datasets of one value: what a program sets on a tile, with the time, so that a trend can be drawn."""

from datetime import datetime

from utilities.datasets.declarations import NoDataset
from utilities.datasets.pushes import PushAnswer, PushMode
from utilities.datasets.schema import DataColumn, DataKind, DatasetSchema
from utilities.datasets.store import DatasetStore

VALUE_COLUMN = "value"
TIME_COLUMN = "at"
KEPT_VALUES = 1_000


def make_value_schema(value: float | str, title: str) -> DatasetSchema:
    """Returns the schema of a dataset for such values."""
    kind = DataKind.TEXT if isinstance(value, str) else DataKind.DECIMAL
    if isinstance(value, int):
        kind = DataKind.INTEGER
    columns = (DataColumn(name=TIME_COLUMN, kind=DataKind.DATETIME), DataColumn(name=VALUE_COLUMN, kind=kind))
    return DatasetSchema(title=title[:100], columns=columns, keep_rows=KEPT_VALUES)


async def push_tile_value(
    store: DatasetStore, dataset: str, title: str, value: float | str, who: str, now: datetime
) -> PushAnswer:
    """Adds a value with its time to a dataset, declared with the first value; whole numbers may become decimal.

    Raises RowsRefused for a dataset with other columns, and StateDown.
    """
    schema = make_value_schema(value, title)
    try:
        found = (await store.find(dataset)).schema
    except NoDataset:
        await store.declare(dataset, schema, who)
    else:
        if found == make_value_schema(0, found.title) and isinstance(value, float) and not value.is_integer():
            await store.declare(dataset, make_value_schema(value, found.title), who, migrate=True)
    row = {TIME_COLUMN: now.isoformat(timespec="milliseconds"), VALUE_COLUMN: value}
    return await store.push(dataset, [row], PushMode.APPEND, who)
