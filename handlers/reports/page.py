"""/reports/<report>: one report for people at desks, drawn and as a table."""

from dataclasses import replace
from typing import cast

from handlers.base.errors import HttpProblem
from handlers.reports.chart import Drawn, Offers, drawn
from handlers.reports.list_and_exports import LOOK_AGAIN, ReportHandler
from handlers.reports.presenter import Look
from handlers.reports.query_params import PERIODS, Asked, query
from handlers.reports.table import sifted
from handlers.reports.yaml_snippet import inline, tile
from utilities.model.frames import ReadingState, ValueKind
from utilities.refresh.parameterized_reports import ParameterizedReports
from utilities.rendering.views import TABLE
from utilities.reports import Report
from utilities.sources import ROWS

SOON, SELDOM, VARIED = 2, 60, 25  # seconds until a page looks again: for awaited figures; at most; for another time
UNRANKED = 3  # rows at most that Google's answers have beyond those asked for
MORE = 1000  # rows that are asked for when those of the wall are not enough
OFTEN = 5  # seconds at least
LONGEST = 200  # characters that are looked for


class DeskHandler(ReportHandler):
    """What pages with a range picker share."""

    @property
    def offers(self) -> Offers:
        offers: Offers = self.settings.setdefault("offers", Offers())
        return offers

    def words(self, name: str, longest: int = LONGEST) -> str:
        return self.get_query_argument(name, "")[:longest]

    def part(self) -> int:
        text = self.get_query_argument("part", "1")
        if not (text.isascii() and text.isdigit() and 0 < len(text) < 7 and int(text)):
            raise HttpProblem(400, "`part` must be a whole number from 1.")
        return int(text)

    def view(self) -> str:
        name = self.get_query_argument("view", "")
        if name and name not in self.services.views:
            raise HttpProblem(400, f"`view` must be one of {', '.join(sorted(self.services.views))}.")
        return name

    def again(self, look: Look) -> int:
        """Seconds until it is worth looking again."""
        if look.awaits:
            return SOON
        if look.state is ReadingState.AGEING:  # it has just been asked for, by this page
            return OFTEN
        return VARIED if look.said else int(max(OFTEN, min(SELDOM, look.report.refresh_every.total_seconds())))


class ReportPage(DeskHandler):
    """The state of the page is its address; it waits for its drawing, and never for figures."""

    async def get(self, name: str) -> None:
        look = self.look(name)
        asked = Asked(
            self.said(look.report),
            self.compare(look.report),
            self.view(),
            self.words("sort"),
            self.words("q").strip(),
            self.part(),
        )
        offered = self.offers.of(name + look.said, look.report, look.frame, self.services.views)
        view = asked.view if asked.view in (*offered, TABLE) else next(iter(offered), TABLE)
        plain = {name: value for name, value in asked.said.items() if name != ROWS}
        ranged, variants = self.ranged(look.report), self.services.variants
        self.page(
            "report.html",
            here="/reports",
            look=look,
            asked=asked,
            table=sifted(look.frame, asked.q, asked.sort, asked.part),
            drawn=await self.drawn(look, view),
            view=view,
            offered=[*offered, TABLE] if offered else [],
            views=self.services.views,
            periods=PERIODS if ranged else (),
            compares=ranged and variants is not None and variants.can_compare(look.report),
            more=self.more(look, asked),
            picture=query(plain | ({"view": view} if asked.view else {})),
            paste=self.paste(look.report, asked, "number" if look.summary else view),
            again=self.again(look),
            reload=LOOK_AGAIN,
            now=self.services.clock(),
        )

    def more(self, look: Look, asked: Asked) -> str:
        """The address of the same with more rows, '' where there are no more."""
        limit = int(asked.said.get(ROWS, 0)) or getattr(look.report.ask, "limit", 0)
        named = bool(look.frame.columns) and look.frame.columns[0].kind is ValueKind.TEXT
        full = limit <= len(look.frame.rows) <= limit + UNRANKED  # days and hours are there whatever the limit
        wanted = self.counted(look.report) and named and full and 0 < limit < MORE
        return asked.link(said={**asked.said, ROWS: str(MORE)}) if wanted else ""

    async def drawn(self, look: Look, view: str) -> Drawn | None:
        if view == TABLE or self.services.gallery is None:
            return None
        return await drawn(look.report.title, self.services.views[view], look.frame, self.services.gallery)

    def paste(self, report: Report, asked: Asked, view: str) -> str:
        """The YAML of a tile; '' where a board file cannot say what is shown."""
        if asked.range:
            adjusted = cast(ParameterizedReports, self.services.variants).with_params(
                report, asked.said, compare=asked.compare
            )
            return inline(adjusted, view) if report.build is None else ""
        elsewhere = any(report.name in board.reports for board in self.services.boards)
        return inline(replace(report), view) if elsewhere else tile(report, view)
