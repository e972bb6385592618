"""What is wrong with boards as a whole, so that playlists can skip them."""

from collections.abc import Iterable, Mapping

from utilities.config.boards import Board
from utilities.model.clock import Clock
from utilities.model.frames import Reading, ReadingState
from utilities.playlists.model import BoardTrouble
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
