"""CSV has raw values, or formatted ones, and no cell that a spreadsheet would run as a formula."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from utilities.model.csv_export import FORMULA_STARTS, SIGNED_FIGURE, frame_to_csv
from utilities.model.frames import Column, Frame, Value, ValueKind

CELLS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), min_size=1, max_size=5)


def parse_csv(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@given(CELLS, CELLS)
def test_no_cell_begins_a_formula_and_none_is_lost(headings: list[str], cells: list[str]):
    columns = tuple(Column(str(place), text, ValueKind.TEXT) for place, text in enumerate(headings))
    row = tuple((cells * len(columns))[: len(columns)])
    rows = parse_csv(frame_to_csv(Frame(columns, (row,))))
    assert [len(each) for each in rows] == [len(columns)] * 2
    written = [cell for each in rows for cell in each if not SIGNED_FIGURE.fullmatch(cell)]
    assert not [cell for cell in written if cell.lstrip(" ").startswith(FORMULA_STARTS)]


@pytest.mark.parametrize("text", ["+01:00", "-09:30", "-5", "+3.5%", "-1,234.5"])
def test_signed_figure_stays_as_it_is(text: str):
    frame = Frame((Column("a", "A", ValueKind.TEXT),), ((text,),))
    assert parse_csv(frame_to_csv(frame)) == [["A"], [text]]


@pytest.mark.parametrize(
    "payload",
    [
        "=cmd|' /C calc'!A0",
        "+1+1",
        "-1:2+3",
        "+1 ",
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
    assert parse_csv(frame_to_csv(frame)) == [["Day"], ["2026-11-20"], ["(other)"]]
    assert parse_csv(frame_to_csv(frame, formatted=True)) == [["Day"], ["Fri 20 Nov"], ["(other)"]]


@pytest.mark.parametrize(
    ("kind", "value", "raw", "formatted"),
    [
        (ValueKind.INTEGER, 52504, "52504", '"52,504"'),
        (ValueKind.INTEGER, -7, "-7", '"-7"'),
        (ValueKind.FRACTION, 0.5989, "0.5989", '"59.89%"'),
        (ValueKind.SECONDS, 123.25, "123.25", '"0:02:03"'),
        (ValueKind.SHARE, None, '""', '"–"'),
        (ValueKind.DATE, "2025-12-31", '"2025-12-31"', '"Wed 31 Dec"'),
    ],
)
def test_raw_value_is_one_that_programs_read(kind: ValueKind, value: Value, raw: str, formatted: str):
    frame = Frame((Column("a", "A", kind),), ((value,),))
    assert frame_to_csv(frame) == f'"A"\r\n{raw}\r\n'
    assert frame_to_csv(frame, formatted=True) == f'"A"\r\n{formatted}\r\n'


def test_cell_with_quotes_commas_and_lines_stays_one_cell():
    text = 'a "b", c\nd'
    assert parse_csv(frame_to_csv(Frame((Column("a", "A", ValueKind.TEXT),), ((text,),)))) == [["A"], [text]]
