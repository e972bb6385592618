"""What is wrong with boards as a whole, so that playlists can skip them."""

from collections.abc import Iterable, Mapping

from utilities.config.boards import Board, Tile
from utilities.model.clock import Clock
from utilities.model.frames import Reading, ReadingState
from utilities.playlists.model import BoardTrouble, TakeoverRule
from utilities.reports import Report
from utilities.store import Store

CURRENT_STATES = (ReadingState.LIVE, ReadingState.AGEING)


class BoardTroubles:
    """Reads the state of every board from the readings of its reports."""

    def __init__(self, boards: Iterable[Board], reports: Mapping[str, Report], store: Store, clock: Clock) -> None:
        self.boards = boards
        self.reports = reports
        self.store = store
        self.clock = clock

    def find(self, names: Iterable[str]) -> dict[str, BoardTrouble]:
        """Returns the troubles of those of these boards that have one; the others can be shown."""
        boards = {board.name: board for board in self.boards}
        found = {name: self._find_trouble(boards.get(name)) for name in names}
        return {name: trouble for name, trouble in found.items() if trouble is not None}

    def read_figure(self, rule: TakeoverRule) -> float | None:
        """Returns the figure of a tile for a threshold; None where there is none that is current.

        It is the total of the column where the report has one, else its first row, as a tile of one number shows.
        """
        tile = self._find_tile(rule)
        report = self.reports.get(tile.report) if tile is not None else None
        reading = self.store.latest(report.name) if report is not None else None
        if report is None or reading is None:
            return None
        now = self.clock()
        frame = reading.current_at(now).frame
        if frame is None or reading.state_at(now, report.refresh_every, report.stale_after) not in CURRENT_STATES:
            return None
        keys = [column.key for column in frame.numeric_columns if rule.column in ("", column.key)]
        if not keys:
            return None
        values = (frame.totals.get(keys[0]), *frame.column_values(keys[0])[:1])
        return next((float(each) for each in values if isinstance(each, int | float)), None)

    def watches_private_tile(self, rule: TakeoverRule | None) -> bool:
        """Whether the tile of a rule is hidden from visitors; a rule or a tile that is gone may have been."""
        tile = self._find_tile(rule) if rule is not None else None
        return tile is None or tile.private

    def _find_tile(self, rule: TakeoverRule) -> Tile | None:
        board_name, _, tile_name = rule.tile.partition("/")
        board = next((each for each in self.boards if each.name == board_name), None)
        return board.tile(tile_name) if board is not None else None

    def _find_trouble(self, board: Board | None) -> BoardTrouble | None:
        if board is None:
            return BoardTrouble.MISSING
        now = self.clock()
        states, has_rows = [], False
        for tile in board.tiles:
            report, reading = self.reports.get(tile.report), self.store.latest(tile.report)
            if report is None:
                continue
            reading = reading or Reading(tile.report)
            states.append(reading.state_at(now, report.refresh_every, report.stale_after))
            frame = reading.current_at(now).frame
            has_rows |= frame is not None and bool(frame.rows)
        if not states or any(state in CURRENT_STATES for state in states):
            return None if has_rows or not states else BoardTrouble.EMPTY
        if all(state is ReadingState.FAILED for state in states):
            return BoardTrouble.FAILED
        if any(state is ReadingState.STALE for state in states):
            return BoardTrouble.STALE
        return BoardTrouble.EMPTY  # nothing has come yet
