"""Datasets: declared once, pushed whole or not at all, and kept within their limits."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from demo.clock import VirtualClock
from utilities.datasets.cells import RowsRefused
from utilities.datasets.declarations import NoDataset, SchemaConflict
from utilities.datasets.pushes import KeyReused, PushMode, RequestKey
from utilities.datasets.schema import DatasetSchema
from utilities.datasets.store import DatasetStore
from utilities.model.errors import ParameterError

DAY = {"name": "day", "kind": "date"}
AMOUNT = {"name": "amount", "kind": "money", "currency": "EUR"}
NOTE = {"name": "note", "kind": "text", "optional": True}


def schema(*columns: dict[str, Any], **more: Any) -> DatasetSchema:
    return DatasetSchema.model_validate({"columns": columns or (DAY, AMOUNT, NOTE), **more})


def sale(day: int, amount: float, **more: object) -> dict[str, object]:
    return {"day": f"2026-11-{day:02d}", "amount": amount, **more}


async def bodies(store: DatasetStore, name: str = "sales") -> list[tuple[Any, ...]]:
    _, rows = await store.read_rows(name)
    return [values for _, values in rows]


async def test_push_replaces_appends_and_updates_by_the_key(store: DatasetStore):
    declared = await store.declare("sales", schema(unique_by=["day"]), "ada")
    assert declared.is_new and declared.dataset.pushed_at is None
    assert not (await store.declare("sales", schema(unique_by=["day"]), "bob")).is_new
    first = await store.push("sales", [sale(1, 5), sale(2, 7.5, note="☂")], PushMode.APPEND, "till")
    assert (first.stored, first.removed, first.rows) == (2, 0, 2)
    await store.push("sales", [sale(2, 8), sale(3, 1)], PushMode.APPEND, "till")
    assert await bodies(store) == [("2026-11-01", 5, None), ("2026-11-02", 8, None), ("2026-11-03", 1, None)]
    replaced = await store.push("sales", [sale(9, 9)], PushMode.REPLACE, "till")
    assert (replaced.removed, replaced.rows) == (3, 1)
    emptied = await store.push("sales", [], PushMode.REPLACE, "till")
    assert (emptied.removed, await bodies(store)) == (1, [])
    dataset = await store.find("sales")
    assert (dataset.made_by, dataset.pushed_by, dataset.revision) == ("ada", "till", 5)


async def test_batch_with_one_wrong_row_stores_nothing_and_names_every_error(store: DatasetStore):
    await store.declare("sales", schema(unique_by=["day"]), "ada")
    await store.push("sales", [sale(1, 5)], PushMode.APPEND, "till")
    rows = [sale(2, 1), {"day": "31.12.2026", "amount": "9"}, {"day": "2026-11-04", "sum": 3}, 7, sale(2, 9)]
    with pytest.raises(RowsRefused) as refused:
        await store.push("sales", rows, PushMode.REPLACE, "till")
    assert [error.sentence() for error in refused.value.errors] == [
        "row 2, day: “31.12.2026”, but expected a date such as 2026-11-27",
        "row 2, amount: “9”, but expected a number, in units of the currency",
        "row 3, sum: no such column, but expected one of amount, day, note",
        "row 3, amount: no value, but expected a number, in units of the currency",
        "row 4: 7, but expected an object with a value for each column",
        "row 5, day: the same as in row 1, but expected other values in each row",
    ]
    assert await bodies(store) == [("2026-11-01", 5, None)]
    dataset = await store.find("sales")
    assert dataset.failed_at is not None and dataset.failure.startswith("row 2, day")
    await store.push("sales", [sale(2, 1)], PushMode.APPEND, "till")
    assert (await store.find("sales")).failure == ""


async def test_same_push_twice_with_one_key_counts_once(store: DatasetStore, noon: VirtualClock):
    await store.declare("sales", schema(), "ada")
    request = RequestKey.of("push-1", b"rows")
    answers = await asyncio.gather(
        *(store.push("sales", [sale(1, 5)], PushMode.APPEND, "till", request) for _ in range(4))
    )
    assert sorted(answer.is_repeated for answer in answers) == [False, True, True, True]
    assert {(answer.stored, answer.rows) for answer in answers} == {(1, 1)}
    with pytest.raises(KeyReused):
        await store.push("sales", [sale(2, 5)], PushMode.APPEND, "till", RequestKey.of("push-1", b"others"))
    noon.shift(timedelta(hours=25))
    await store.push("sales", [sale(2, 5)], PushMode.APPEND, "till", RequestKey.of("push-2", b"x"))
    again = await store.push("sales", [sale(1, 5)], PushMode.APPEND, "till", request)
    assert (again.is_repeated, again.rows) == (False, 3)


async def test_limits_of_rows_and_days_hold(store: DatasetStore, noon: VirtualClock):
    await store.declare("sales", schema(unique_by=["day"], keep_rows=3, keep_days=2), "ada")
    await store.push("sales", [sale(day, day) for day in range(1, 6)], PushMode.APPEND, "till")
    assert [row[0][-2:] for row in await bodies(store)] == ["03", "04", "05"]
    noon.shift(timedelta(hours=1))
    await store.push("sales", [sale(3, 33), sale(6, 6)], PushMode.APPEND, "till")  # day 3 is new again
    assert sorted(row[0][-2:] for row in await bodies(store)) == ["03", "05", "06"]
    noon.shift(timedelta(days=3))
    answer = await store.push("sales", [sale(7, 7)], PushMode.APPEND, "till")
    assert (answer.removed, [row[0][-2:] for row in await bodies(store)]) == (3, ["07"])


BREAKING = [
    (schema(DAY, AMOUNT), "the column note goes", 2, [("2026-11-01", 5), ("2026-11-02", 7.5)]),
    (schema(DAY, {"name": "amount", "kind": "integer"}, NOTE), "integer instead of money in EUR", 1, None),
    (schema(DAY, AMOUNT, NOTE | {"optional": False}), "no longer optional", 1, [("2026-11-02", 7.5, "x")]),
    (schema(DAY, AMOUNT, NOTE, {"name": "shop", "kind": "text"}), "new column shop is not optional", 0, []),
    (schema(unique_by=["day"]), "unique by day instead of nothing", 2, None),
]


@pytest.mark.parametrize(("changed", "words", "left", "rows"), BREAKING)
async def test_schema_that_breaks_rows_needs_a_word(
    store: DatasetStore, changed: DatasetSchema, words: str, left: int, rows: Any
):
    await store.declare("sales", schema(), "ada")
    await store.push("sales", [sale(1, 5), sale(2, 7.5, note="x")], PushMode.APPEND, "till")
    with pytest.raises(SchemaConflict, match=words):
        await store.declare("sales", changed, "ada")
    assert len(await bodies(store)) == 2
    declared = await store.declare("sales", changed, "ada", migrate=True)
    assert (declared.removed_rows, declared.dataset.rows) == (2 - left, left)
    assert rows is None or await bodies(store) == rows


async def test_column_that_is_optional_is_added_without_a_word(store: DatasetStore):
    await store.declare("sales", schema(DAY, AMOUNT), "ada")
    await store.push("sales", [sale(1, 5)], PushMode.APPEND, "till")
    await store.declare("sales", schema(NOTE, DAY, AMOUNT, expect_every="1h"), "ada")
    assert await bodies(store) == [(None, "2026-11-01", 5)]


async def test_change_by_another_process_is_noticed(store: DatasetStore):
    other, seen = DatasetStore(store.database, store.clock), []
    other.on_change = seen.append
    await other.check_changes()
    await store.declare("sales", schema(), "ada")
    await other.check_changes()
    await store.push("sales", [sale(1, 5)], PushMode.APPEND, "till")
    await other.check_changes()
    await other.check_changes()
    await store.remove("sales")
    await other.check_changes()
    assert seen == [{"sales"}] * 3


async def test_rows_are_deleted_by_their_values_and_datasets_with_their_rows(store: DatasetStore):
    await store.declare("shops", schema({"name": "shop", "kind": "text"}, unique_by=["shop"]), "ada")
    child = schema(DAY, {"name": "shop", "kind": "text", "parent": "shops"}, AMOUNT)
    await store.declare("sales", child, "ada")
    await store.push("sales", [sale(1, 5, shop="Ulm"), sale(1, 6, shop="Bonn")], PushMode.APPEND, "till")
    assert (await store.delete_rows("sales", {"day": "2026-11-01", "shop": "Ulm"})).removed == 1
    assert await bodies(store) == [("2026-11-01", "Bonn", 6)]
    with pytest.raises(ParameterError, match="sales has this dataset as its parent"):
        await store.remove("shops")
    await store.remove("sales")
    await store.remove("shops")
    with pytest.raises(NoDataset):
        await store.find("sales")
    with pytest.raises(ParameterError, match="parent"):
        await store.declare("sales", child, "ada")
