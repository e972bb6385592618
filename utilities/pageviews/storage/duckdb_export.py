"""Exports a DuckDB table day by day: sorting all rows at once would need much more memory than a day's."""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from utilities.pageviews.sql.columns import PAGE_VIEWS_TABLE
from utilities.pageviews.storage.interface import ExportFormat

RunQuery = Callable[[str, Mapping[str, Any]], Awaitable[list[tuple[Any, ...]]]]
COPY_OPTIONS = {
    ExportFormat.CSV: "FORMAT csv, HEADER {header}",
    ExportFormat.PARQUET: "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480",  # each thread holds a row group
}
DAYS_SQL = f"SELECT DISTINCT CAST(moment AS DATE) FROM {PAGE_VIEWS_TABLE} {{where}} ORDER BY 1"  # noqa: S608


async def export_by_day(
    run_query: RunQuery, scratch_folder: Path, file: Path, format: ExportFormat, site: str = "", columns: str = "*"
) -> int:
    """Writes `columns` of every row (of one site) to `file`, oldest first, and returns how many rows.

    Raises what `run_query` raises, and OSError. Parts are written to a folder in `scratch_folder`, which is deleted.
    """
    where, values = ("WHERE site = $site", {"site": site}) if site else ("", {})
    days = [day for (day,) in await run_query(DAYS_SQL.format(where=where), values)] or [date(1970, 1, 1)]
    rows = 0
    with tempfile.TemporaryDirectory(prefix="export-", dir=scratch_folder) as folder:
        parts: list[Path] = []
        for day in days:
            part = Path(folder) / f"{day:%Y%m%d}.{format}"
            rows += await _export_day(run_query, part, format, site, columns, day, is_first=not parts)
            parts.append(part)
            if format is ExportFormat.CSV:
                await asyncio.to_thread(_append_part, part, file, is_first=len(parts) == 1)
        if format is ExportFormat.PARQUET:
            names = ", ".join(map(_quote, parts))
            await run_query(_copy_sql(f"FROM read_parquet([{names}])", file, COPY_OPTIONS[format]), {})
    return rows


async def _export_day(
    run_query: RunQuery, part: Path, format: ExportFormat, site: str, columns: str, day: date, *, is_first: bool
) -> int:
    values: dict[str, object] = {"since": day, "until": day + timedelta(days=1)}
    condition = "moment >= $since AND moment < $until"
    if site:
        condition, values = f"{condition} AND site = $site", values | {"site": site}
    query = f"SELECT {columns} FROM {PAGE_VIEWS_TABLE} WHERE {condition} ORDER BY moment, id"  # noqa: S608
    [(rows,)] = await run_query(_copy_sql(query, part, COPY_OPTIONS[format].format(header=is_first)), values)
    return int(rows)


def _copy_sql(query: str, file: Path, options: str) -> str:
    return f"COPY ({query}) TO {_quote(file)} ({options})"


def _quote(file: Path) -> str:
    """Returns a path as an SQL string."""
    return "'" + str(file).replace("'", "''") + "'"


def _append_part(part: Path, file: Path, *, is_first: bool) -> None:
    """Moves the content of a part to the end of the file."""
    with part.open("rb") as source, file.open("wb" if is_first else "ab") as out:
        shutil.copyfileobj(source, out)
    part.unlink()
