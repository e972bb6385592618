"""The reports and views there are: those that are found, and the reports that board files define."""

from collections.abc import Mapping, Sequence

from pydantic import ValidationError

from utilities.config.boards import Board, Inline
from utilities.model.errors import BoardError
from utilities.rendering.views import View
from utilities.reports import Report, report_from_fields
from utilities.sources import SourceType


class Catalogue:
    """Owned by the event loop's thread; `reports` stays one dict while boards come and go."""

    def __init__(self, reports: Sequence[Report], views: Sequence[View], kinds: Sequence[SourceType]) -> None:
        self.found = {report.name: report for report in reports}
        self.reports = dict(self.found)
        self.views = {view.name: view for view in views}
        self.kinds = {kind.name: kind for kind in kinds}
        self.of_board: dict[str, Mapping[str, Report]] = {}

    def check(self, board: Board) -> None:
        """Takes in a board's own reports; raises BoardError for a name that does not exist or an option no view has."""
        own = {name: self.define(board, name, inline) for name, inline in board.reports.items()}
        known = self.found | own
        for place, tile in enumerate(board.tiles):
            if tile.report not in known:
                raise board.fault(unknown("report", tile.report, known), "tiles", place, "report")
            if tile.view not in self.views:
                raise board.fault(unknown("view", tile.view, self.views), "tiles", place, "view")
            if tile.trend and tile.trend not in known:
                raise board.fault(unknown("report", tile.trend, known), "tiles", place, "trend")
            if tile.trend and self.views[tile.view].draws_trend is None:
                raise board.fault(f"a {tile.view} draws no trend; a number does", "tiles", place, "trend")
            self.check_options(board, place)
        self.of_board[board.name] = own
        self.gather()

    def forget(self, board: str) -> None:
        """A board has gone, and its own reports with it."""
        self.of_board.pop(board, None)
        self.gather()

    def gather(self) -> None:
        for name in self.reports.keys() - self.found.keys():
            del self.reports[name]
        for reports in self.of_board.values():
            self.reports |= reports

    def define(self, board: Board, name: str, inline: Inline) -> Report:
        elsewhere = (reports for other, reports in self.of_board.items() if other != board.name)
        if name in self.found or any(name in reports for reports in elsewhere):
            raise board.fault(f"there is a report called {name} already: choose another name", "reports", name)
        if inline.source not in self.kinds:
            raise board.fault(unknown("source", inline.source, self.kinds), "reports", name, "source")
        try:
            return report_from_fields(
                name,
                inline.title,
                self.kinds[inline.source],
                inline.ask,
                refresh_every=inline.pace,
                stale_after=inline.stale,
                headings=inline.headings,
                ranks=inline.ranks,
            )
        except BoardError as error:
            raise board.fault(str(error), "reports", name) from error

    def check_options(self, board: Board, place: int) -> None:
        tile = board.tiles[place]
        try:
            self.views[tile.view].parse_options(tile.options)
        except ValidationError as error:
            fault = error.errors()[0]
            name = fault["loc"][0] if fault["loc"] else ""
            why = f"the view {tile.view} and the option {name}: {fault['msg']}"
            raise board.fault(why, "tiles", place, "options", str(name)) from error


def unknown(what: str, name: str, known: Mapping[str, object]) -> str:
    return f"there is no {what} {name!r}; there are {', '.join(sorted(known))}"
