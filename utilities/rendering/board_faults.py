"""Faults of a board that show before its sources have answered: columns that do not exist, and what has no room."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

from utilities.config.boards import Board, Tile
from utilities.model.errors import ParameterError
from utilities.model.figure_errors import UnknownColumn
from utilities.model.frames import PREVIOUS, Column, Frame, Value, ValueKind
from utilities.model.time_ranges import parse_range
from utilities.rendering.layout import Box, ScreenShape
from utilities.rendering.layout.faults import describe_needed_cells, layout_faults
from utilities.rendering.layout.placement import split_for_trend
from utilities.rendering.layout.portrait import tile_boxes
from utilities.rendering.layout.share_columns import JOINED_KEYS
from utilities.rendering.views import View
from utilities.reports import Report, report_columns
from utilities.sources import SourceType

SAMPLE_VALUES: Mapping[ValueKind, Value] = {
    ValueKind.TEXT: "A page with a name of usual length",
    ValueKind.INTEGER: 12_345,
    ValueKind.DECIMAL: 123.45,
    ValueKind.FRACTION: 0.1234,
    ValueKind.MONEY: 12_345.67,
    ValueKind.DATETIME: "2026-11-27T09:12:00Z",
    ValueKind.SECONDS: 754.0,
    ValueKind.SHARE: 1_234,
}
"""Values of usual width, by the kind of their column."""

TIME_COUNTS = {"hour": 24, "weekday": 7, "dayOfWeek": 7, "dayOfWeekName": 7}
"""How many names a column of times has, by its key."""

SAMPLE_NAMES = 3  # in a column of other texts
MAX_SAMPLE_DAYS = 1200
SAMPLE_DAY = date(2026, 9, 1)


def board_faults(
    board: Board,
    views: Mapping[str, View],
    reports: Mapping[str, Report],
    kinds: Mapping[str, SourceType],
    *,
    days: int,
    now: datetime,
) -> list[str]:
    """Returns a sentence for everything that is wrong; `days` is the range of reports that name none."""
    faults = layout_faults(board, views, {name: report.title for name, report in reports.items()})
    for name, inline in board.reports.items():
        keys = [column.key for column in report_columns(reports[name], kinds)]
        faults += _unknown_columns(f"report {name}, headings and ranks", [*inline.headings, *inline.ranks], keys)
    for tile in board.tiles:
        report, trend = reports.get(tile.report), reports.get(tile.trend)
        columns = report_columns(report, kinds) if report else ()
        if report and columns:
            unknown = list(_column_faults(tile, views[tile.view], columns))
            if trend and tile.options.get("key"):
                keys = [column.key for column in report_columns(trend, kinds)]
                unknown += _unknown_columns(f"tile {tile.name}, trend {trend.name}", [tile.options["key"]], keys)
            frame = None if unknown else sample_frame(columns, count_query_days(report.query, days, now))
            faults += unknown if frame is None else _room_faults(board, tile, views, frame, report.title)
    return faults


def _column_faults(tile: Tile, view: View, columns: tuple[Column, ...]) -> Iterator[str]:
    """Yields a fault for each column that an option names and the report does not have."""
    extra = JOINED_KEYS if tile.options.get("shares") == "sum" else ()
    named = [key for key in view.named_columns(tile.options) if key not in extra]
    return _unknown_columns(f"tile {tile.name}, options", named, [column.key for column in columns])


def _unknown_columns(where: str, named: Iterable[str], keys: Sequence[str]) -> Iterator[str]:
    """Yields a fault for each named column that is not among the keys; nothing where the keys are not known."""
    for key in dict.fromkeys(named) if keys else ():
        if key.removesuffix(PREVIOUS) not in keys:
            yield f"{where}: {UnknownColumn(key, keys)}"


def _room_faults(board: Board, tile: Tile, views: Mapping[str, View], frame: Frame, title: str) -> list[str]:
    """Returns what of usual figures has no room in the tile; on other shapes of screen columns give way by rank."""
    view = views[tile.view]

    def omitted_in(box: Box) -> str:
        return view.omitted_text(frame, split_for_trend(box, tile.trend)[0], tile.options)

    box = tile_boxes(board, tile, views, tile.title or title)[ScreenShape.LANDSCAPE]
    omitted = omitted_in(box)
    if not omitted:
        return []
    needed = describe_needed_cells(board, tile, lambda box: not omitted_in(box), box.title)
    return [f"tile {tile.name}: {omitted}; {needed or 'not even all of the grid is enough: show less'}"]


def sample_frame(columns: tuple[Column, ...], days: int) -> Frame:
    """Returns a frame with values of usual width, and as many days, hours and weekdays as the report has."""
    texts = [column for column in columns if not column.is_numeric][:2]
    names = [_sample_names(column, days) for column in texts]
    rows = []
    for row_names in product(*names):
        by_key = dict(zip((column.key for column in texts), row_names, strict=True))
        rows.append(tuple(by_key.get(column.key, SAMPLE_VALUES.get(column.kind)) for column in columns))
    return Frame(columns, tuple(rows))


def _sample_names(column: Column, days: int) -> list[str]:
    if column.kind is ValueKind.DATE:
        return [(SAMPLE_DAY + timedelta(days=day)).isoformat() for day in range(min(days, MAX_SAMPLE_DAYS))]
    name = str(SAMPLE_VALUES[ValueKind.TEXT])
    return [f"{number} {name}" for number in range(TIME_COUNTS.get(column.key, SAMPLE_NAMES))]


def count_query_days(query: object, default: int, now: datetime) -> int:
    """Returns the days of a query's range, as far as it says them itself; `default` otherwise."""
    first, last = getattr(query, "first", ""), getattr(query, "last", "")
    if first:
        try:
            days = parse_range(first, last or "now", ZoneInfo("UTC"), now).date_range
        except ParameterError:
            return default
        return (days.last - days.first).days + 1
    return int(getattr(query, "days", None) or default)
