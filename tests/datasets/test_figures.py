"""Figures of datasets: columns, filters, groups and order; their state follows the last push."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.noon import FRIDAY_NOON
from utilities.datasets.cells import RowsRefused, check_rows
from utilities.datasets.declarations import Dataset
from utilities.datasets.figures import DatasetQuery, build_dataset_frame
from utilities.datasets.schema import DatasetSchema
from utilities.model.errors import SourceMisconfigured
from utilities.model.formats import format_value
from utilities.model.frames import Reading, ReadingState
from utilities.store.reading_codec import decode_reading, encode_reading

SCHEMA = DatasetSchema.model_validate(
    {
        "columns": [
            {"name": "quarter", "kind": "date"},
            {"name": "company", "kind": "text", "parent": "companies"},
            {"name": "revenue", "kind": "money", "currency": "EUR"},
            {"name": "margin", "kind": "fraction", "optional": True},
            {"name": "closed_at", "kind": "datetime", "optional": True},
        ],
        "expect_every": "1h",
    }
)
ROWS = [
    ("2026-04-01", "Acme", 20, 0.2, None),
    ("2026-01-01", "Acme", 10.5, 0.1, "2026-01-02T09:12:00+01:00"),
    ("2026-01-01", "bolt", 5, None, None),
    ("2026-04-01", "Zeta", 1, None, None),
]
SALES = Dataset(1, "sales", SCHEMA, 3, len(ROWS), "ada", FRIDAY_NOON, "till", FRIDAY_NOON, None, "")


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ({"columns": ("company", "revenue")}, [("Acme", 20), ("Acme", 10.5), ("bolt", 5), ("Zeta", 1)]),
        ({"columns": ("quarter", "revenue"), "parent": "Acme"}, [("2026-01-01", 10.5), ("2026-04-01", 20)]),
        ({"columns": ("revenue",), "where": {"company": "bolt"}}, [(5,)]),
        ({"columns": ("revenue",), "where": {"company": "nobody"}}, []),
        ({"group_by": "quarter"}, [("2026-01-01", 15.5), ("2026-04-01", 21)]),
        ({"group_by": "company", "order": "-revenue"}, [("Acme", 30.5), ("bolt", 5), ("Zeta", 1)]),
        ({"columns": ("company",), "order": "-company", "limit": 2}, [("Zeta",), ("bolt",)]),
        (
            {"columns": ("company", "margin"), "order": "margin"},
            [("Acme", 0.1), ("Acme", 0.2), ("bolt", None), ("Zeta", None)],
        ),
        ({"columns": ("quarter", "revenue"), "limit": 1}, [("2026-04-01", 1)]),
        ({"group_by": "company", "columns": ("revenue",), "limit": 1}, [("Acme", 30.5), ("(other)", 6)]),
    ],
)
def test_query_chooses_filters_groups_and_orders(query: dict[str, Any], rows: list[Any]):
    frame = build_dataset_frame(SALES, ROWS, DatasetQuery("sales", **query))
    assert list(frame.rows) == rows
    assert frame.total_rows == (None if "limit" not in query else {2: 4, 1: frame.total_rows}[query["limit"]])


@pytest.mark.parametrize(
    "query", [{"columns": ("revenu",)}, {"group_by": "company", "order": "sum"}, {"where": {"x": 1}}]
)
def test_column_that_is_not_there_is_named_with_those_that_are(query: dict[str, Any]):
    with pytest.raises(SourceMisconfigured, match="quarter, company, revenue"):
        build_dataset_frame(SALES, ROWS, DatasetQuery("sales", **query))


@pytest.mark.parametrize(
    ("after", "state"),
    [("0m", ReadingState.LIVE), ("60m", ReadingState.LIVE), ("61m", ReadingState.AGEING), ("121m", ReadingState.STALE)],
)
def test_figures_age_by_their_push_and_not_by_their_query(after: str, state: ReadingState):
    now = FRIDAY_NOON + timedelta(minutes=int(after[:-1]))
    reading = Reading("sales", build_dataset_frame(SALES, ROWS, DatasetQuery("sales")), taken_at=now)
    stored = decode_reading("sales", encode_reading(reading, 1), now).reading
    assert stored == reading
    assert stored.state_at(now, timedelta(minutes=5), timedelta(hours=6)) is state
    assert stored.age_at(now) == now - FRIDAY_NOON


def test_dataset_without_a_rule_stays_live_and_one_without_a_push_says_so():
    relaxed = replace(SALES, schema=SCHEMA.model_copy(update={"expect_every": None}))
    later = FRIDAY_NOON + timedelta(days=9)
    reading = Reading("sales", build_dataset_frame(relaxed, ROWS, DatasetQuery("sales")), taken_at=later)
    assert reading.state_at(later, timedelta(minutes=5), timedelta(hours=6)) is ReadingState.LIVE
    empty = build_dataset_frame(replace(SALES, pushed_at=None), [], DatasetQuery("sales"))
    assert empty.setup_hint[0] == "Waiting for the first push"
    refused = build_dataset_frame(replace(SALES, failure="row 2, day: …"), ROWS, DatasetQuery("sales"))
    assert [note.short for note in refused.whole_notes] == ["push refused"]


def test_money_and_moments_are_written_for_people():
    frame = build_dataset_frame(SALES, ROWS, DatasetQuery("sales", order="revenue"))
    assert [column.heading for column in frame.columns] == ["Quarter", "Company", "Revenue, EUR", "Margin", "Closed at"]
    assert format_value(1234.5, frame.columns[2].kind) == "1,234.50"
    assert format_value("2026-01-02T09:12:00+01:00", frame.columns[4].kind) == "Fri 2 Jan 09:12"


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("text", ["", "=cmd()", "x" * 2000], ["x" * 2001, 3, None, ["a"]]),
        ("integer", [0, -3, 4.0, 10**15], [4.5, True, "4", 10**16, float("nan")]),
        ("decimal", [0.1, -1e15], ["0.1", float("inf"), {}]),
        ("fraction", [0, 1, 0.5], [1.01, -0.1, 50]),
        ("seconds", [3.5, 0], ["1:00"]),
        ("date", ["2026-02-28"], ["2026-02-30", "20260228", "28.2.2026", 20260228, "2026-02-28T00:00"]),
        ("datetime", ["2026-02-28T09:00:00Z", "2026-02-28T09:00+01:00"], ["2026-02-28T09:00:00", "now", 1772269200]),
    ],
)
def test_value_has_the_kind_of_its_column(kind: str, good: list[Any], bad: list[Any]):
    schema = DatasetSchema.model_validate({"columns": [{"name": "value", "kind": kind}]})
    assert len(check_rows([{"value": value} for value in good], schema)) == len(good)
    with pytest.raises(RowsRefused) as refused:
        check_rows([{"value": value} for value in bad], schema)
    assert [error.row for error in refused.value.errors] == list(range(1, len(bad) + 1))
