"""/reports/<report>.json and .csv: a report for programs and for spreadsheets."""

from typing import Any

from tornado.escape import json_encode

from handlers.base.errors import HttpProblem
from handlers.reports.handler import RETRY_AFTER_SECONDS, ReportHandler
from handlers.reports.presenter import ReportView
from utilities.model.csv_export import frame_to_csv
from utilities.model.frames import DateRange


class ReportJson(ReportHandler):
    """A report for programs; always 200, and `state` says how fresh the figures are."""

    async def get(self, name: str) -> None:
        view = await self.wait_for_view(self.parse_report_query(name))
        self.set_header("Content-Type", "application/json; charset=UTF-8")
        self.finish(await self.run_in_worker(lambda: json_encode(report_json(view)).encode()))


class ReportCsv(ReportHandler):
    """A report for spreadsheets; with parameters 503 until there are figures, because an empty table would mislead."""

    async def get(self, name: str) -> None:
        view = await self.wait_for_view(self.parse_report_query(name))
        if view.query_string and view.reading.frame is None:
            reason = f"There are no figures: {view.error}" if view.error else "The answer is not there yet."
            raise HttpProblem(503, f"{reason} Try again in some seconds.", {"Retry-After": str(RETRY_AFTER_SECONDS)})
        self.set_header("Content-Type", "text/csv; charset=UTF-8")
        self.set_header("Content-Disposition", f'attachment; filename="{name}.csv"')
        self.finish(await self.run_in_worker(lambda: frame_to_csv(view.frame).encode()))


def report_json(view: ReportView) -> dict[str, Any]:
    """Returns the contract of `/reports/<report>.json`: raw values, times in UTC."""
    taken_at = view.reading.taken_at
    return {
        "report": view.report.name,
        "title": view.report.title,
        "state": view.state,
        "taken_at": taken_at.isoformat() if taken_at else None,
        "columns": [{"key": each.key, "heading": each.heading, "kind": each.kind} for each in view.frame.columns],
        "rows": view.frame.rows,
        **({"before": date_range_json(before)} if (before := view.frame.previous_range) else {}),
        "notes": [*view.frame.setup_hint, *view.notes, *([view.error] if view.error else [])],
    }


def date_range_json(dates: DateRange) -> dict[str, str]:
    """Returns the days of a range, and the local time at which its last day is cut off."""
    return {
        "first": dates.first.isoformat(),
        "last": dates.last.isoformat(),
        "zone": dates.zone,
        "until": dates.until,
    }
