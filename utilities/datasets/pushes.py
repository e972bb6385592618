"""Pushed rows in the database: replace, append, delete and read them, each batch in one transaction."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, Insert, and_, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from utilities.accounts.database.dataset_tables import dataset_requests, dataset_rows, datasets
from utilities.datasets.cells import CheckedRow, RowError, RowsRefused, check_rows, row_key
from utilities.datasets.declarations import Dataset, find_dataset
from utilities.datasets.schema import DatasetSchema
from utilities.model.errors import FoyerError
from utilities.model.frames import Value

MAX_BATCH_ROWS = 10_000
REQUEST_TIME = timedelta(hours=24)  # in which a request with the same Idempotency-Key does nothing again
MAX_FAILURE_CHARS = 500
MAX_DELETED_AT_ONCE = 500  # numbers in one statement


class PushMode(StrEnum):
    """What a push does with the rows that are there."""

    REPLACE = "replace"
    APPEND = "append"


class KeyReused(FoyerError):
    """The same Idempotency-Key came with another request."""


@dataclass(frozen=True)
class PreparedRow:
    """A checked row as it is stored."""

    key: str | None
    body: str


@dataclass(frozen=True)
class PushAnswer:
    """What a push has done."""

    stored: int  # rows of this push, new or in place of an earlier one with the same key
    removed: int  # rows that it replaced wholly, or that were too many or too old
    rows: int  # all rows afterwards
    is_repeated: bool = False  # the answer to an earlier request with the same key


@dataclass(frozen=True)
class RequestKey:
    """An Idempotency-Key, with a hash of what came with it."""

    key: str
    body: str

    @classmethod
    def of(cls, key: str, body: bytes) -> "RequestKey":
        return cls(hashlib.sha256(key.encode()).hexdigest(), hashlib.sha256(body).hexdigest())


def prepare_rows(rows: Sequence[object], schema: DatasetSchema) -> list[PreparedRow]:
    """Returns checked rows as they are stored; takes CPU time. Raises RowsRefused."""
    if len(rows) > MAX_BATCH_ROWS:
        much = RowError(MAX_BATCH_ROWS + 1, "", f"{len(rows):,} rows", f"at most {MAX_BATCH_ROWS:,} in a push")
        raise RowsRefused([much], 1)
    names = [column.name for column in schema.columns]
    return [
        PreparedRow(
            row_key(values, schema) if schema.unique_by else None,
            json.dumps(dict(zip(names, values, strict=True)), ensure_ascii=False),
        )
        for values in check_rows(rows, schema)
    ]


def store_push(
    connection: Connection,
    dataset: Dataset,
    rows: Sequence[PreparedRow],
    mode: PushMode,
    who: str,
    now: datetime,
    request: RequestKey | None = None,
) -> PushAnswer:
    """Stores a whole push, or nothing of it. `rows` fit the schema of `dataset`.

    Raises NoDataset, KeyReused, and RowsRefused when the schema has changed meanwhile.
    """
    current = find_dataset(connection, dataset.name, lock=True)
    if current.number != dataset.number or current.schema != dataset.schema:
        raise RowsRefused([RowError(1, "", "another schema", "the one from before: send the rows again")], 1)
    if request is not None and (earlier := find_answer(connection, dataset, request)):
        return earlier
    own = dataset_rows.c.dataset == dataset.number
    removed = 0
    if mode is PushMode.REPLACE:
        removed = connection.execute(delete(dataset_rows).where(own)).rowcount
    if rows:
        values = [{"dataset": dataset.number, "key": r.key, "pushed_at": now, "body": r.body} for r in rows]
        connection.execute(make_insert(connection, has_key=bool(dataset.schema.unique_by)), values)
    removed += remove_surplus(connection, dataset, now)
    answer = PushAnswer(len(rows), removed, count_rows(connection, dataset))
    state = {"rows": answer.rows, "revision": current.revision + 1, "pushed_by": who[:255], "pushed_at": now}
    state |= {"failed_at": None, "failure": ""}
    connection.execute(update(datasets).where(datasets.c.number == dataset.number).values(state))
    if request is not None:
        store_answer(connection, dataset, request, answer, now)
    return answer


def make_insert(connection: Connection, *, has_key: bool) -> Insert:
    """Returns the statement that adds rows; one with a key that is there replaces the earlier row."""
    if not has_key:
        return insert(dataset_rows)
    statement: postgresql.Insert | sqlite.Insert
    is_postgresql = connection.dialect.name == "postgresql"
    statement = postgresql.insert(dataset_rows) if is_postgresql else sqlite.insert(dataset_rows)
    changes = {name: statement.excluded[name] for name in ("pushed_at", "body")}
    return statement.on_conflict_do_update(index_elements=["dataset", "key"], set_=changes)


def remove_surplus(connection: Connection, dataset: Dataset, now: datetime) -> int:
    """Removes the rows that are too old, and the oldest of those that are too many; returns how many."""
    own, removed = dataset_rows.c.dataset == dataset.number, 0
    if dataset.schema.keep_days is not None:
        is_old = dataset_rows.c.pushed_at < now - timedelta(days=dataset.schema.keep_days)
        removed += connection.execute(delete(dataset_rows).where(and_(own, is_old))).rowcount
    newest = dataset_rows.c.pushed_at.desc(), dataset_rows.c.number.desc()
    surplus = select(dataset_rows.c.number).where(own).order_by(*newest).offset(dataset.schema.keep_rows)
    return removed + connection.execute(delete(dataset_rows).where(dataset_rows.c.number.in_(surplus))).rowcount


def count_rows(connection: Connection, dataset: Dataset) -> int:
    """Returns how many rows a dataset has."""
    return (
        connection.scalar(
            select(func.count()).select_from(dataset_rows).where(dataset_rows.c.dataset == dataset.number)
        )
        or 0
    )


def find_answer(connection: Connection, dataset: Dataset, request: RequestKey) -> PushAnswer | None:
    """Returns the answer to an earlier request with this key. Raises KeyReused when that was another one."""
    is_same = and_(dataset_requests.c.dataset == dataset.number, dataset_requests.c.key == request.key)
    row = connection.execute(select(dataset_requests).where(is_same)).one_or_none()
    if row is None:
        return None
    if row.body != request.body:
        raise KeyReused("This Idempotency-Key came with other rows before: use a new one for each push.")
    return PushAnswer(**json.loads(row.answer) | {"is_repeated": True})


def store_answer(
    connection: Connection, dataset: Dataset, request: RequestKey, answer: PushAnswer, now: datetime
) -> None:
    """Remembers the answer for a day."""
    connection.execute(delete(dataset_requests).where(dataset_requests.c.made_at < now - REQUEST_TIME))
    values = {"dataset": dataset.number, "key": request.key, "body": request.body, "made_at": now}
    connection.execute(insert(dataset_requests).values(values | {"answer": json.dumps(asdict(answer))}))


def store_failure(connection: Connection, name: str, reason: str, now: datetime) -> None:
    """Remembers that a push was refused, until one is stored; the figures stay."""
    change = {"failed_at": now, "failure": reason[:MAX_FAILURE_CHARS], "revision": datasets.c.revision + 1}
    connection.execute(update(datasets).where(datasets.c.name == name).values(change))


def delete_rows(connection: Connection, name: str, where: Mapping[str, Value]) -> PushAnswer:
    """Deletes the rows that have all these values; all rows without any. Raises NoDataset."""
    dataset = find_dataset(connection, name, lock=True)
    own = dataset_rows.c.dataset == dataset.number
    query = select(dataset_rows.c.number, dataset_rows.c.body).where(own)
    matching = [
        row.number for row in connection.execute(query) if not where or where.items() <= json.loads(row.body).items()
    ]
    for start in range(0, len(matching), MAX_DELETED_AT_ONCE):
        some = dataset_rows.c.number.in_(matching[start : start + MAX_DELETED_AT_ONCE])
        connection.execute(delete(dataset_rows).where(some))
    rows = count_rows(connection, dataset)
    state = {"rows": rows, "revision": dataset.revision + 1}
    connection.execute(update(datasets).where(datasets.c.number == dataset.number).values(state))
    return PushAnswer(0, len(matching), rows)


def read_rows(
    connection: Connection, dataset: Dataset, after: int = 0, limit: int | None = None
) -> list[tuple[int, str]]:
    """Returns rows as they are stored with their numbers, in the order of insertion, after this number."""
    own = and_(dataset_rows.c.dataset == dataset.number, dataset_rows.c.number > after)
    query = select(dataset_rows.c.number, dataset_rows.c.body).where(own).order_by(dataset_rows.c.number)
    rows = connection.execute(query.limit(limit) if limit is not None else query)
    return [(int(row.number), str(row.body)) for row in rows]


def decode_rows(rows: Sequence[tuple[int, str]], schema: DatasetSchema) -> list[tuple[int, CheckedRow]]:
    """Returns what `read_rows` returns, decoded; takes CPU time."""
    return [(number, decode_row(body, schema)) for number, body in rows]


def read_last_rows(connection: Connection, dataset: Dataset, limit: int) -> list[CheckedRow]:
    """Returns the newest rows, in the order of insertion."""
    query = select(dataset_rows.c.body).where(dataset_rows.c.dataset == dataset.number)
    newest = connection.execute(query.order_by(dataset_rows.c.number.desc()).limit(limit)).all()
    return [decode_row(row.body, dataset.schema) for row in reversed(newest)]


def decode_row(body: str, schema: DatasetSchema) -> CheckedRow:
    """Returns a stored row in the order of the columns, with None in columns that are newer than the row."""
    values = json.loads(body)
    return tuple(values.get(column.name) for column in schema.columns)
