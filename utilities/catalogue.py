"""The catalogue: reports, views and sources from their folders, and the reports that board files define."""

from collections.abc import Mapping, Sequence

from pydantic import ValidationError

from utilities.config.boards import Board, Inline
from utilities.model.errors import BoardError
from utilities.model.near_names import find_near_name
from utilities.rendering.views import View
from utilities.reports import Report, report_from_fields
from utilities.sources import SourceType


class Catalogue:
    """Owned by the event loop's thread; `reports` stays the same dict while boards come and go."""

    def __init__(self, reports: Sequence[Report], views: Sequence[View], kinds: Sequence[SourceType]) -> None:
        self.built_in = {report.name: report for report in reports}
        self.reports = dict(self.built_in)
        self.views = {view.name: view for view in views}
        self.kinds = {kind.name: kind for kind in kinds}
        self._board_reports: dict[str, Mapping[str, Report]] = {}

    def add_board(self, board: Board) -> None:
        """Checks a board and registers its own reports, in place of those it had before. Raises as `check_board`."""
        self._replace_reports(board.name, self.check_board(board))

    def remove_board(self, board_name: str) -> None:
        """Forgets the reports of a board whose file is gone."""
        self._replace_reports(board_name, {})

    def check_board(self, board: Board) -> Mapping[str, Report]:
        """Returns the reports the board defines. Changes nothing.

        Raises BoardError for an unknown report, view or source, and for an option that the view does not have.
        """
        own = {name: self._define_report(board, name, inline) for name, inline in board.reports.items()}
        available = self.built_in | own
        for index, tile in enumerate(board.tiles):
            if tile.report not in available:
                raise board.fault(unknown_name("report", tile.report, available), "tiles", index, "report")
            if tile.view not in self.views:
                raise board.fault(unknown_name("view", tile.view, self.views), "tiles", index, "view")
            if tile.trend and tile.trend not in available:
                raise board.fault(unknown_name("report", tile.trend, available), "tiles", index, "trend")
            if tile.trend and self.views[tile.view].draws_trend is None:
                raise board.fault(f"the view {tile.view} draws no trend; `number` does", "tiles", index, "trend")
            self._check_options(board, index)
        return own

    def _replace_reports(self, board_name: str, own: Mapping[str, Report]) -> None:
        """Registers the reports of a board; one that it has no longer stays while another board has it."""
        before = self._board_reports.pop(board_name, {})
        self.reports |= own
        for name in before.keys() - own.keys():
            others = (reports[name] for reports in self._board_reports.values() if name in reports)
            if (report := next(others, None)) is None:
                del self.reports[name]
            else:
                self.reports[name] = report
        if own:
            self._board_reports[board_name] = own

    def _define_report(self, board: Board, name: str, inline: Inline) -> Report:
        if inline.source not in self.kinds:
            raise board.fault(unknown_name("source", inline.source, self.kinds), "reports", name, "source")
        try:
            report = report_from_fields(
                name,
                inline.title,
                self.kinds[inline.source],
                inline.query_fields,
                refresh_every=inline.pace,
                stale_after=inline.stale,
                headings=inline.headings,
                ranks=inline.ranks,
            )
        except BoardError as error:
            raise board.fault(str(error), "reports", name) from error
        elsewhere = [
            reports[name] for other, reports in self._board_reports.items() if other != board.name and name in reports
        ]
        if name in self.built_in or any(other != report for other in elsewhere):  # a copied board has the same report
            raise board.fault(f"there is already a report with the name {name}: choose another name", "reports", name)
        return report

    def _check_options(self, board: Board, index: int) -> None:
        tile = board.tiles[index]
        try:
            self.views[tile.view].parse_options(tile.options)
        except ValidationError as error:
            fault = error.errors()[0]
            name = fault["loc"][0] if fault["loc"] else ""
            why = f"the view {tile.view} and the option {name}: {fault['msg']}"
            raise board.fault(why, "tiles", index, "options", str(name)) from error


def unknown_name(what: str, name: str, existing: Mapping[str, object]) -> str:
    """Returns the message for a name that does not exist, with those that do."""
    near = find_near_name(name, existing)
    hint = f"did you mean {near}? There" if near else "there"
    return f"there is no {what} {name!r}; {hint} are {', '.join(sorted(existing))}"
