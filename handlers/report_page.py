"""/reports/<report>: one report for people at desks, drawn and as a table."""

from dataclasses import replace
from typing import cast

from handlers.asking import PERIODS, Asked, query
from handlers.drawing import TABLE, Drawn, Offers, drawn
from handlers.errors import Refusal
from handlers.looks import Look
from handlers.pasting import inline, tile
from handlers.reports import LOOK_AGAIN, ReportHandler
from handlers.tables import sifted
from utilities.frames import State
from utilities.refresh.variants import Variants
from utilities.reports import Report

SOON, SELDOM, VARIED = 2, 60, 25  # seconds until a page looks again: for awaited figures; at most; for another time
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
            raise Refusal(400, "`part` must be a whole number from 1.")
        return int(text)

    def view(self) -> str:
        name = self.get_query_argument("view", "")
        if name and name not in self.services.views:
            raise Refusal(400, f"`view` must be one of {', '.join(sorted(self.services.views))}.")
        return name

    def again(self, look: Look) -> int:
        """Seconds until it is worth looking again."""
        if look.awaits:
            return SOON
        if look.state is State.AGEING:  # it has just been asked for, by this page
            return OFTEN
        return VARIED if look.said else int(max(OFTEN, min(SELDOM, look.report.pace.total_seconds())))

    def ranged(self, report: Report) -> bool:
        """Whether it can be asked for another time; a report of this moment is not."""
        variants = self.services.variants
        return variants is not None and not report.pulse and "from" in variants.parameters(report)


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
            periods=PERIODS if ranged else (),
            compares=ranged and variants is not None and variants.compares(look.report),
            picture=query(asked.said | ({"view": view} if asked.view else {})),
            paste=self.paste(look.report, asked, "number" if look.summary else view),
            again=self.again(look),
            reload=LOOK_AGAIN,
            now=self.services.clock(),
        )

    async def drawn(self, look: Look, view: str) -> Drawn | None:
        if view == TABLE or self.services.gallery is None:
            return None
        return await drawn(look.report.title, self.services.views[view], look.frame, self.services.gallery)

    def paste(self, report: Report, asked: Asked, view: str) -> str:
        """The YAML of a tile; '' where a board file cannot say what is shown."""
        if asked.range:
            adjusted = cast(Variants, self.services.variants).adjusted(report, asked.said, compare=asked.compare)
            return inline(adjusted, view) if report.compose is None else ""
        elsewhere = any(report.name in board.reports for board in self.services.boards)
        return inline(replace(report), view) if elsewhere else tile(report, view)
