"""Reads what a tile shows now from the store, and when its first figures are expected."""

from collections.abc import Mapping
from datetime import datetime

from utilities.config.boards import Tile
from utilities.model.frames import ReadingState
from utilities.model.period_words import day_of_figures
from utilities.rendering.walls.tile_context import HIDDEN_STATE, TileState, next_full_minute
from utilities.reports import Report
from utilities.store import Store


class TileStates:
    """The states of tiles; owned by the hub."""

    def __init__(self, reports: Mapping[str, Report], store: Store) -> None:
        self._reports = reports
        self._store = store
        self._expected_at: dict[str, datetime] = {}  # the first figures, by report that waits for them

    def read_for_visitors(self, tile: Tile, now: datetime) -> TileState:
        """Does as `read`, but a private tile has no reading."""
        return HIDDEN_STATE if tile.private else self.read(tile, now)

    def read(self, tile: Tile, now: datetime) -> TileState:
        """Returns the readings of a tile, and their state."""
        report, reading = self._reports.get(tile.report), self._store.latest(tile.report)
        if report is None or reading is None:
            return TileState(None, ReadingState.WAITING, expected_at=self._expect_figures(tile.report, now))
        state = reading.state_at(now, report.refresh_every, report.stale_after)
        trend = self._store.latest(tile.trend) if tile.trend else None
        shown, day = reading.current_at(now), day_of_figures(reading.frame, now)
        expected_at = self._expect_figures(tile.report, now) if state is ReadingState.WAITING else None
        if state is not ReadingState.WAITING:
            self._expected_at.pop(tile.report, None)
        return TileState(shown, state, trend and trend.current_at(now), expected_at=expected_at, day=day)

    def _expect_figures(self, report: str, now: datetime) -> datetime | None:
        """Returns when the first figures come, the same while they are awaited; None once that time is over."""
        expected_at = self._expected_at.setdefault(report, next_full_minute(now))
        return expected_at if now <= expected_at else None
