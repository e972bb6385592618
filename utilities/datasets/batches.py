"""Reads the rows of a push: JSON, a JSON object on each line, or CSV, perhaps compressed with gzip."""

import csv
import io
import json
import zlib
from collections.abc import Iterator
from enum import StrEnum
from itertools import islice

from utilities.datasets.cells import read_csv_value
from utilities.datasets.pushes import MAX_BATCH_ROWS
from utilities.datasets.schema import DataColumn, DatasetSchema
from utilities.model.errors import FoyerError

MAX_BATCH_BYTES = 10 * 1024 * 1024  # also after it is decompressed
GZIP_MAGIC = b"\x1f\x8b"
CSV_DELIMITERS = ",;\t"
MAX_SHOWN_HEADINGS = 10


class BatchUnreadable(FoyerError):
    """The body of a push cannot be read, so that no row can be named."""


class BatchTooLarge(BatchUnreadable):
    """The body of a push is larger than 10 MB."""


class BatchFormat(StrEnum):
    """How rows are written."""

    JSON = "application/json"
    LINES = "application/x-ndjson"
    CSV = "text/csv"


def check_batch_size(size: int) -> None:
    """Raises BatchTooLarge."""
    if size > MAX_BATCH_BYTES:
        raise BatchTooLarge(f"A push may have {MAX_BATCH_BYTES // 2**20} MB: send the rows in several.")


def decompress_batch(body: bytes) -> bytes:
    """Returns a body without gzip; never more than may be read. Raises BatchUnreadable."""
    if not body.startswith(GZIP_MAGIC):
        return body
    stream = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        text = stream.decompress(body, MAX_BATCH_BYTES + 1)
    except zlib.error:
        raise BatchUnreadable("The rows are damaged: they begin as gzip does, and cannot be decompressed.") from None
    check_batch_size(len(text))
    if not stream.eof:
        raise BatchUnreadable("The rows are damaged: the end of the gzip data is missing.")
    return text


def read_batch(body: bytes, batch_format: BatchFormat, schema: DatasetSchema) -> list[object]:
    """Returns the rows as they came, at most one more than a push may have. Raises BatchUnreadable."""
    check_batch_size(len(body))
    text = decode_text(decompress_batch(body))
    if batch_format is BatchFormat.CSV:
        return list(islice(read_csv_rows(text, schema), MAX_BATCH_ROWS + 1))
    if batch_format is BatchFormat.LINES:
        lines = (line for line in text.splitlines() if line.strip())
        return [parse_json(line, f"Line {number}") for number, line in enumerate(lines, start=1)]
    rows = parse_json(text, "The body")
    if isinstance(rows, dict) and rows.keys() == {"rows"}:
        rows = rows["rows"]
    if not isinstance(rows, list):
        raise BatchUnreadable('The rows must be a list of objects, as `{"rows": [{"day": "2026-11-27", "sales": 3}]}`.')
    return rows


def decode_text(body: bytes) -> str:
    """Returns the text without a byte-order mark. Raises BatchUnreadable."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BatchUnreadable("The rows must be in UTF-8.") from None


def parse_json(text: str, what: str) -> object:
    """Returns the value of a JSON text. Raises BatchUnreadable with the line and column of the first error."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        where = f" at line {error.lineno}, column {error.colno}" if what == "The body" else f" at column {error.colno}"
        raise BatchUnreadable(f"{what} is no JSON{where}.") from None
    except (RecursionError, ValueError):
        raise BatchUnreadable(
            f"{what} cannot be read: it is nested too deep, or has a number that is too long."
        ) from None


def read_csv_rows(text: str, schema: DatasetSchema) -> Iterator[dict[str, object]]:
    """Yields a row for each line of CSV under a line with the names or headings of columns.

    Raises BatchUnreadable for a heading that is no column, and for a line with more cells than there are headings.
    """
    first_line = text.partition("\n")[0]
    delimiter = max(CSV_DELIMITERS, key=first_line.count)
    lines = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    try:
        headings = next(lines, None)
        if headings is None:
            raise BatchUnreadable("The file is empty: its first line must name the columns.")
        columns = [find_csv_column(heading.strip(), schema) for heading in headings]
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) > len(columns):
                raise BatchUnreadable(f"Line {lines.line_num} has {len(cells)} cells under {len(columns)} headings.")
            pairs = zip(columns, cells, strict=False)
            has_comma = delimiter == ";"  # where lists are separated so, numbers have a decimal comma
            yield {column.name: read_csv_value(cell, column, decimal_comma=has_comma) for column, cell in pairs}
    except csv.Error as error:
        raise BatchUnreadable(f"Line {lines.line_num} of the file cannot be read: {error}.") from None


def find_csv_column(heading: str, schema: DatasetSchema) -> DataColumn:
    """Returns the column with this name or heading. Raises BatchUnreadable."""
    for column in schema.columns:
        if heading in (column.name, column.title):
            return column
    names = ", ".join(column.name for column in schema.columns[:MAX_SHOWN_HEADINGS])
    raise BatchUnreadable(f"The first line must name the columns, and one of its names is none of them: {names}.")
