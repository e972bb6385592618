"""/reports/<report>.json and .csv: a report for programs and for spreadsheets."""

import re
from collections.abc import Sequence
from functools import partial
from typing import Any

from tornado.escape import json_encode

from handlers.reports.handler import ReportHandler
from handlers.reports.presenter import ReportView, cut_rows_text
from handlers.reports.report_query import MAX_REPORT_ROWS, ReportQuery
from utilities.model.csv_export import frame_to_csv
from utilities.model.date_ranges import DateRange
from utilities.model.frames import Frame
from utilities.model.period_words import compared_days
from utilities.sources import ROWS_PARAM

BYTE_ORDER_MARK = "\ufeff"  # Excel reads a file without it in the code page of the machine
CSV_FORMATS = ("raw", "display")
MISSING_ROWS_HEADER = "X-Foyer-Rows"


class ReportJson(ReportHandler):
    """A report for programs; always 200, and `state` says how fresh the figures are."""

    async def get(self, name: str) -> None:
        query = self.parse_strict_query(name)
        view = await self.wait_for_view(query)
        self.set_freshness_headers(view)
        self.set_header("Content-Type", "application/json; charset=UTF-8")
        notes = missing_rows_notes(query, view.frame)
        self.finish(await self.run_in_worker(lambda: json_encode(report_json(view, notes)).encode()))


class ReportCsv(ReportHandler):
    """A report for spreadsheets, with all rows; 503 until there are figures: an empty table would mislead."""

    async def get(self, name: str) -> None:
        requested = self.parse_strict_query(name, "format", "bom")
        formatted = self.get_choice("format", CSV_FORMATS) == "display"
        mark = BYTE_ORDER_MARK if self.get_choice("bom", ("false", "true")) == "true" else ""
        query = requested.with_all_rows()
        view = await self.wait_for_figures(query)
        is_cut = query.is_cut(view.frame)
        sentences = [cut_rows_text(view.frame), *missing_rows_notes(query, view.frame)]
        last_line = next(filter(None, sentences), "") if ROWS_PARAM not in requested.params else ""
        self.set_header(MISSING_ROWS_HEADER, f"{len(view.frame.named_rows)}; complete={'?0' if is_cut else '?1'}")
        self.set_header("Content-Type", "text/csv; charset=UTF-8")
        self.set_header("Content-Disposition", f'attachment; filename="{csv_file_name(query, view)}"')
        write = partial(frame_to_csv, view.frame, formatted=formatted, last_line=last_line)
        self.finish((mark + await self.run_in_worker(write)).encode())


def csv_file_name(query: ReportQuery, view: ReportView) -> str:
    """Returns a file name with the report, the site and the days of the figures, where there are any."""
    days = view.frame.date_range
    parts = [query.report.name, query.site_name, *(dict.fromkeys((str(days.first), str(days.last))) if days else ())]
    return "_".join(re.sub(r"[^A-Za-z0-9.-]+", "-", part).strip("-.") for part in parts if part) + ".csv"


def missing_rows_notes(query: ReportQuery, frame: Frame) -> list[str]:
    """Returns the sentence about a table that its limit has cut, or about how to get more of its rows."""
    limit = query.row_limit
    if not query.is_cut(frame):
        return []
    more = f"`rows` can be up to {MAX_REPORT_ROWS:,}" if limit < MAX_REPORT_ROWS else ""
    if frame.is_cut:
        return [more] if more else []
    return [f"These are the first {limit:,} rows; the rest is missing{f': {more}' if more else ''}"]


def report_json(view: ReportView, notes: Sequence[str] = ()) -> dict[str, Any]:
    """Returns the contract of `/reports/<report>.json`: raw values, times in UTC."""
    taken_at, days, before = view.reading.measured_at, view.frame.date_range, compared_days(view.frame)
    return {
        "report": view.report.name,
        "title": view.report.title,
        "state": view.state,
        "taken_at": taken_at.isoformat() if taken_at else None,
        "columns": [{"key": each.key, "heading": each.heading, "kind": each.kind} for each in view.frame.columns],
        "rows": view.frame.rows,
        **({"covers": date_range_json(days)} if days and (before or not days.has_ended) else {}),
        **({"before": date_range_json(before)} if before else {}),
        **({"total_rows": view.frame.total_rows, "totals": view.frame.totals} if view.frame.is_cut else {}),
        "notes": [*view.frame.setup_hint, *view.notes, *notes, *([view.error] if view.error else [])],
    }


def date_range_json(dates: DateRange) -> dict[str, str | bool | int]:
    """Returns the days of a range, and how much of them the figures cover."""
    return {
        "first": dates.first.isoformat(),
        "last": dates.last.isoformat(),
        "zone": dates.zone,
        "until": dates.until,
        "has_ended": dates.has_ended,
        "minutes": dates.window_minutes,
    }
