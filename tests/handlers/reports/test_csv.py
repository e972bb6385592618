"""CSV has the formatted values, and no cell that a spreadsheet would run as a formula."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from utilities.model.csv_export import FORMULA_STARTS, frame_to_csv
from utilities.model.frames import Column, Frame, ValueKind

CELLS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), min_size=1, max_size=5)


def parse_csv(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@given(CELLS, CELLS)
def test_no_cell_begins_a_formula_and_none_is_lost(headings: list[str], cells: list[str]):
    columns = tuple(Column(str(place), text, ValueKind.TEXT) for place, text in enumerate(headings))
    row = tuple((cells * len(columns))[: len(columns)])
    rows = parse_csv(frame_to_csv(Frame(columns, (row,))))
    assert [len(each) for each in rows] == [len(columns)] * 2
    assert not [cell for each in rows for cell in each if cell.lstrip(" ").startswith(FORMULA_STARTS)]


@pytest.mark.parametrize(
    "payload",
    [
        "=cmd|' /C calc'!A0",
        "+1+1",
        "-2+3+cmd|' /C calc'!D2",
        "@SUM(1+1)*cmd|' /C calc'!A0",
        "\t=1",
        "\r=1",
        "\n=1",
        "\0=1",
        " =1",
        "＝1",
        "＠A1",
    ],
)
def test_payload_is_text(payload: str):
    ((heading,), (cell,)) = parse_csv(frame_to_csv(Frame((Column("a", payload, ValueKind.TEXT),), ((payload,),))))
    assert (heading[0], cell[0]) == ("'", "'")


def test_day_that_is_none_is_text():
    frame = Frame((Column("date", "Day", ValueKind.DATE),), (("2026-11-20",), ("(other)",)))
    assert parse_csv(frame_to_csv(frame)) == [["Day"], ["Fri 20 Nov"], ["(other)"]]


def test_cell_with_quotes_commas_and_lines_stays_one_cell():
    text = 'a "b", c\nd'
    assert parse_csv(frame_to_csv(Frame((Column("a", "A", ValueKind.TEXT),), ((text,),)))) == [["A"], [text]]
