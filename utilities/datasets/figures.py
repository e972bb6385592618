"""Builds the frame of a query from the rows of a dataset: choose, filter, group, order and cut."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from utilities.datasets.cells import CheckedRow
from utilities.datasets.declarations import Dataset
from utilities.datasets.schema import DataColumn, DataKind, DatasetSchema
from utilities.model.errors import SourceMisconfigured
from utilities.model.frames import REST_NAME, Column, Frame, Note, Value
from utilities.model.freshness import Push
from utilities.model.near_names import find_near_name
from utilities.model.value_kinds import ValueKind

SUMMED_KINDS = (DataKind.INTEGER, DataKind.DECIMAL, DataKind.MONEY, DataKind.SECONDS)
"""The kinds whose values can be added up; a sum of fractions means nothing."""
TIME_KINDS = (DataKind.DATE, DataKind.DATETIME)


@dataclass(frozen=True)
class DatasetQuery:
    """Rows of one dataset.

    `columns` are all when empty. `where` has a value for a column, which may also be one that is not shown; `parent` is
    that of the column which names another dataset's row. With `group_by` rows with the same value in that column are
    one, and figures are added up. `order` is a column, with `-` in front for descending; '' is the order of time where
    the first column is a time, else that in which rows were pushed. At most `limit` rows: the last ones of a time. With
    `latest` the row that was pushed last, and nothing else.
    """

    dataset: str
    columns: tuple[str, ...] = ()
    where: Mapping[str, Value] = field(default_factory=dict)
    parent: str = ""
    group_by: str = ""
    order: str = ""
    limit: int = 100
    latest: bool = False


def build_dataset_frame(dataset: Dataset, rows: Sequence[CheckedRow], query: DatasetQuery) -> Frame:
    """Returns the frame of a query. Raises SourceMisconfigured for columns that there are not (any more)."""
    schema = dataset.schema
    shown = shown_columns(schema, query)
    wanted = dict(query.where)
    if query.parent:
        wanted[parent_column(schema).name] = query.parent
    tests = [(index_of(schema, name), value) for name, value in wanted.items()]
    rows = [row for row in rows if all(row[index] == value for index, value in tests)]
    if query.latest:
        rows = rows[-1:]
    if query.group_by:
        rows = group_rows(rows, schema, query.group_by)
    rows = order_rows(rows, schema, query, shown)
    indexes = [index_of(schema, column.name) for column in shown]
    cells = [tuple(row[index] for index in indexes) for row in rows]
    columns = tuple(frame_column(column) for column in shown)
    push = Push(dataset.pushed_at, schema.expect_every) if dataset.pushed_at else None
    hint = () if push else ("Waiting for the first push", "See docs/push.md")
    refused = (Note(f"The last push was refused: {dataset.failure}", short="push refused"),) if dataset.failure else ()
    frame = Frame(columns, tuple(cells), refused, setup_hint=hint, push=push)
    return cut_rows(frame, shown, query.limit)


def shown_columns(schema: DatasetSchema, query: DatasetQuery) -> list[DataColumn]:
    """Returns the columns of a query; with `group_by` that one, and those that can be added up."""
    names = query.columns or tuple(column.name for column in schema.columns)
    columns = [schema.columns[index_of(schema, name)] for name in names]
    if not query.group_by:
        return columns
    group = schema.columns[index_of(schema, query.group_by)]
    return [group, *(column for column in columns if column is not group and column.kind in SUMMED_KINDS)]


def index_of(schema: DatasetSchema, name: str) -> int:
    """Returns the position of a column; raises SourceMisconfigured with the near name."""
    names = [column.name for column in schema.columns]
    if name not in names:
        near = find_near_name(name, names)
        hint = f"did you mean {near}? There" if near else "there"
        raise SourceMisconfigured(f"the dataset has no column {name!r}; {hint} are {', '.join(names)}")
    return names.index(name)


def parent_column(schema: DatasetSchema) -> DataColumn:
    """Returns the first column that names another dataset's row; raises SourceMisconfigured without any."""
    for column in schema.columns:
        if column.parent:
            return column
    raise SourceMisconfigured("`parent` needs a column whose schema names a parent, and this dataset has none")


def group_rows(rows: Sequence[CheckedRow], schema: DatasetSchema, name: str) -> list[CheckedRow]:
    """Returns one row for each value of a column, with the sums of what can be added up, and None for the rest."""
    group = index_of(schema, name)
    sums: dict[Value, list[Value]] = {}
    for row in rows:
        into = sums.setdefault(row[group], [None] * len(row))
        for index, column in enumerate(schema.columns):
            value = row[index]
            if index == group:
                into[index] = value
            elif column.kind in SUMMED_KINDS and isinstance(value, int | float):
                before = into[index]
                into[index] = value + before if isinstance(before, int | float) else value
    return [tuple(row) for row in sums.values()]


def order_rows(
    rows: Sequence[CheckedRow], schema: DatasetSchema, query: DatasetQuery, shown: Sequence[DataColumn]
) -> list[CheckedRow]:
    """Returns the rows in the order of the query; empty values come last."""
    order = query.order or (shown[0].name if shown[0].kind in TIME_KINDS else "")
    if not order:
        return list(rows)
    index, is_descending = index_of(schema, order.removeprefix("-")), order.startswith("-")
    known = [row for row in rows if row[index] is not None]
    known.sort(key=lambda row: order_key(row[index]), reverse=is_descending)
    return known + [row for row in rows if row[index] is None]


def order_key(value: Value) -> tuple[float, str]:
    """Returns what numbers are sorted by, and texts without regard to case."""
    return (0.0, value.casefold()) if isinstance(value, str) else (float(value or 0), "")


def cut_rows(frame: Frame, shown: Sequence[DataColumn], limit: int) -> Frame:
    """Returns the frame with at most `limit` rows: the last of a time, else the first, and what the others add up to.

    A row with all others together needs a name, and figures that can be added up.
    """
    total = len(frame.rows)
    if total <= limit:
        return frame
    if shown[0].kind in TIME_KINDS:
        return replace(frame, rows=frame.rows[-limit:], total_rows=total)
    figures = [column for column in shown[1:] if column.kind.is_figure]
    can_add = shown[0].kind is DataKind.TEXT and figures and all(each.kind in SUMMED_KINDS for each in figures)
    first, others = frame.rows[:limit], frame.rows[limit:]
    if not can_add:
        return replace(frame, rows=first, total_rows=total)
    rest = tuple(add_up([row[index] for row in others]) for index in range(len(shown)))
    return replace(frame, rows=(*first, (REST_NAME, *rest[1:])), total_rows=total)


def add_up(values: Sequence[Value]) -> Value:
    """Returns the sum of the numbers; None without any."""
    numbers = [value for value in values if isinstance(value, int | float)]
    return sum(numbers) if numbers else None


def frame_column(column: DataColumn) -> Column:
    """Returns a column as frames have it; the heading of money names the currency."""
    heading = f"{column.title}, {column.currency}" if column.currency else column.title
    return Column(column.name, heading, ValueKind(column.kind))
