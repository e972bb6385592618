"""Datasets in the database: declare, change and remove them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from utilities.accounts.database.dataset_tables import dataset_rows, datasets
from utilities.datasets.cells import RowsRefused, check_rows, row_key
from utilities.datasets.schema import DatasetSchema, list_breaking_changes
from utilities.model.errors import FoyerError, Overloaded, ParameterError

MAX_DATASETS = 500


class NoDataset(FoyerError):
    """There is no dataset of this name."""


class SchemaConflict(FoyerError):
    """Another schema is declared, and rows or pushes of today would not fit the new one."""

    def __init__(self, breaks: Sequence[str]) -> None:
        self.breaks = tuple(breaks)
        super().__init__(f"The dataset has another schema: {'; '.join(breaks)}. Send ?migrate=true to change it.")


@dataclass(frozen=True)
class Dataset:
    """A declared dataset, and its last pushes."""

    number: int
    name: str
    schema: DatasetSchema
    revision: int
    rows: int
    made_by: str
    made_at: datetime
    pushed_by: str | None
    pushed_at: datetime | None
    failed_at: datetime | None  # a push that was refused after the last one that was stored
    failure: str

    @property
    def title(self) -> str:
        """The title for people."""
        return self.schema.title or self.name.replace("-", " ").capitalize()

    def is_late(self, now: datetime) -> bool:
        """Whether nothing was pushed for longer than expected."""
        every, since = self.schema.expect_every, self.pushed_at or self.made_at
        return every is not None and now - since > every


@dataclass(frozen=True)
class Declaration:
    """What declaring a dataset has done."""

    dataset: Dataset
    is_new: bool
    removed_rows: int = 0  # that did not fit the new schema


def read_dataset(row: Row[Any]) -> Dataset:
    """Returns a row as a record."""
    values = dict(row._mapping)
    return Dataset(schema=DatasetSchema.model_validate_json(values.pop("declared")), **values)


def list_datasets(connection: Connection) -> list[Dataset]:
    """Returns all datasets by name."""
    return [read_dataset(row) for row in connection.execute(select(datasets).order_by(datasets.c.name))]


def find_dataset(connection: Connection, name: str, *, lock: bool = False) -> Dataset:
    """Returns a dataset; with `lock` nobody else changes it in this transaction. Raises NoDataset."""
    query = select(datasets).where(datasets.c.name == name)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NoDataset("There is no dataset of this name. Declare it with PUT /api/v1/datasets/<name>.")
    return read_dataset(row)


def declare_dataset(
    connection: Connection, name: str, schema: DatasetSchema, who: str, now: datetime, *, migrate: bool = False
) -> Declaration:
    """Finds or creates a dataset. A schema that breaks nothing replaces the earlier one; one that does needs `migrate`.

    Raises SchemaConflict, ParameterError for a parent that does not exist, and Overloaded.
    """
    check_parents(connection, name, schema)
    found = connection.execute(select(datasets).where(datasets.c.name == name).with_for_update()).one_or_none()
    if found is None:
        if (connection.scalar(select(func.count()).select_from(datasets)) or 0) >= MAX_DATASETS:
            raise Overloaded(f"There are {MAX_DATASETS} datasets already: remove some that nobody pushes to.")
        values = {"name": name, "declared": schema.model_dump_json(), "revision": 1, "rows": 0, "failure": ""}
        connection.execute(insert(datasets).values(values | {"made_by": who[:255], "made_at": now}))
        return Declaration(find_dataset(connection, name), is_new=True)
    old = read_dataset(found)
    if old.schema == schema:
        return Declaration(old, is_new=False)
    breaks = list_breaking_changes(old.schema, schema)
    if breaks and not migrate:
        raise SchemaConflict(breaks)
    removed = convert_rows(connection, old, schema) if breaks else 0
    left = old.rows - removed
    change = {"declared": schema.model_dump_json(), "revision": old.revision + 1, "rows": left}
    connection.execute(update(datasets).where(datasets.c.number == old.number).values(change))
    return Declaration(find_dataset(connection, name), is_new=False, removed_rows=removed)


def check_parents(connection: Connection, name: str, schema: DatasetSchema) -> None:
    """Raises ParameterError for a parent that does not exist, or is unique by no column or by several."""
    for column in schema.columns:
        if not column.parent:
            continue
        own = schema if column.parent == name else None
        row = connection.execute(select(datasets).where(datasets.c.name == column.parent)).one_or_none()
        parent = own or (read_dataset(row).schema if row else None)
        if parent is None or len(parent.unique_by) != 1:
            raise ParameterError("columns", "has a `parent` that is no dataset with one column in `unique_by`")


def convert_rows(connection: Connection, old: Dataset, schema: DatasetSchema) -> int:
    """Fits all rows to a new schema; returns how many do not fit and are removed. Of equal keys the newest stays."""
    own = dataset_rows.c.dataset == old.number
    rows = connection.execute(select(dataset_rows).where(own).order_by(dataset_rows.c.number.desc())).all()
    connection.execute(delete(dataset_rows).where(own))
    names = [column.name for column in schema.columns]
    kept, keys = [], set()
    for row in rows:
        before = json.loads(row.body)
        try:
            values = check_rows([{name: before.get(name) for name in names}], schema)[0]
        except RowsRefused:
            continue
        key = row_key(values, schema) if schema.unique_by else None
        if key is None or key not in keys:
            keys.add(key)
            body = json.dumps(dict(zip(names, values, strict=True)), ensure_ascii=False)
            kept.append(dict(row._mapping) | {"key": key, "body": body})
    if kept:
        connection.execute(insert(dataset_rows), kept[::-1])
    return len(rows) - len(kept)


def remove_dataset(connection: Connection, name: str) -> None:
    """Removes a dataset with its rows. Raises NoDataset, and ParameterError while another one has it as its parent."""
    dataset = find_dataset(connection, name, lock=True)
    children = [
        each.name
        for each in list_datasets(connection)
        if each.name != name and any(column.parent == name for column in each.schema.columns)
    ]
    if children:
        raise ParameterError("", f"{', '.join(children)} has this dataset as its parent: remove it first")
    connection.execute(delete(datasets).where(datasets.c.number == dataset.number))
