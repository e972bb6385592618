"""/flow: where people come in and where they leave, for people at desks."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from markupsafe import Markup

from handlers.base.errors import status_of
from handlers.base.handler import BaseHandler
from utilities.flow.model import Bands, Flow
from utilities.flow.query import CHANNELS, DEVICES, GOOGLE, MOST, OURS, PERIODS, Wanted, wanted
from utilities.flow.service import Flows, Ways
from utilities.model.errors import NotDrawn, Overloaded, ParameterError, SourceError
from utilities.model.formats import format_date_text
from utilities.pageviews.classify.countries import country, names
from utilities.pageviews.sql.flow import Depth
from utilities.rendering.charts.renderer import ChartRenderer
from utilities.rendering.charts.sankey import OTHER, SIDES, SankeyChart, SankeyLink, SankeyNode, sankey, share
from utilities.rendering.charts.sankey_links import add_sankey_links
from utilities.rendering.layout import Box

SAW = ("Entered at", "Saw")
"""What the sides are called where nobody knows who left where."""

PARTS = ("flow", "day", "node")
"""Elements of the page that are fetched alone."""


@dataclass(frozen=True)
class Seen:
    """A flow as the page shows it, on one day or over the range."""

    flow: Flow
    bands: Bands
    total: int  # of the range
    wide: Markup | None
    narrow: Markup | None
    ways: Ways | None

    def place(self, day: date | None) -> int:
        """Where the slider stands: 0 for the whole range."""
        return self.flow.days.index(day) + 1 if day else 0

    @property
    def daily(self) -> list[int]:
        """The sum of each day."""
        return [self.flow.of(day).total for day in self.flow.days]


class FlowPage(BaseHandler):
    """The whole page, or the part of it that a script asks for; the address says everything."""

    async def get(self) -> None:
        want, seen, fault = Wanted(), None, ""
        try:
            want = wanted({name: self.get_query_arguments(name) for name in self.request.query_arguments})
            if want.asked:
                flow = await self.flows.flow(want)
                want = replace(want, day=self.day(flow, want))
                seen = await self.seen(flow, want)
        except (ParameterError, SourceError) as error:
            fault = f"{str(error)[:1].upper()}{str(error)[1:].rstrip('.')}."
            self.set_status(400 if isinstance(error, ParameterError) else status_of(error, 503))
        if not fault and not self.part and self.crooked:
            self.redirect(want.href())
        else:
            self.show(want, seen, fault)

    @property
    def crooked(self) -> bool:
        """Whether a form without a script has made the address longer than it needs to be."""
        return any(not all(values) for values in self.request.query_arguments.values()) or bool(
            self.get_query_argument("nth", "")
        )

    @property
    def flows(self) -> Flows:
        if self.services.flows is None:
            raise SourceError("Page views are not kept here")
        return self.services.flows

    def day(self, flow: Flow, want: Wanted) -> date | None:
        """The day that is shown: what the slider says, for the range it was made for; else what the address says."""
        place = self.get_query_argument("nth", "")
        if place and self.get_query_argument("span", "") == span_of(flow) and re.fullmatch("[0-9]{1,3}", place):
            return flow.days[int(place) - 1] if 0 < int(place) <= len(flow.days) else None
        return want.day if want.day in flow.days else None

    async def seen(self, flow: Flow, want: Wanted) -> Seen:
        bands = flow.of(want.day)
        ways = None
        if want.node and want.source != GOOGLE:
            ways = await self.flows.ways(want)
        sides = SAW if want.source == GOOGLE else SIDES
        svgs: list[Markup | None] = [None, None]
        if self.services.gallery is not None and self.part != "node":
            svgs = await asyncio.gather(
                *(picture(bands, want, box, sides, self.services.gallery) for box in boxes(want, bands))
            )
        return Seen(flow, bands, flow.of(None).total, svgs[0], svgs[1], ways)

    @property
    def part(self) -> str:
        """The part that a script asks for; '' for the whole page."""
        headers = self.request.headers
        target = headers.get("HX-Target", "") if "HX-History-Restore-Request" not in headers else ""
        return target if headers.get("HX-Request") == "true" and target in PARTS else ""

    def show(self, want: Wanted, seen: Seen | None, fault: str) -> None:
        self.set_header("Vary", "HX-Request, HX-Target")
        if self.part and not fault:
            stepped = self.part == "day"
            self.set_header("HX-Replace-Url" if stepped else "HX-Push-Url", want.href())
        self.page(
            f"flow/{self.part}.html" if self.part else "flow.html",
            here="/flow",
            want=want,
            seen=seen,
            fault=fault,
            span=span_of(seen.flow) if seen else "",
            google=self.services.flows is not None and self.services.flows.has_google,
            sites=[(name, name) for name in self.services.flows.site_names()] if self.services.flows else [],
            options=OPTIONS,
            sides=SAW if want.source == GOOGLE else SIDES,
            country=country,
            day_of=lambda day: format_date_text(day.isoformat()),
            share=share,
            OTHER=OTHER,
            unit=unit_of(want),
            compared=compared(want),
        )


OPTIONS = {
    "sources": ((OURS, "Our own"), (GOOGLE, "Google's: entered at A, saw B")),
    "periods": (*PERIODS.items(), ("", "These days:")),
    "depths": ((Depth.SEGMENT.value, "First part: /blog"), (Depth.PATH.value, "Whole address")),
    "most": tuple((str(number), f"Largest {number}") for number in MOST),
    "channels": (("", "Any"), *((each, each) for each in CHANNELS)),
    "devices": (("", "Any"), *((each, each.capitalize()) for each in DEVICES)),
    "countries": sorted(names().items(), key=lambda each: each[1]),
}
"""What the form offers: values and words."""


def span_of(flow: Flow) -> str:
    return f"{flow.days[0]}_{flow.days[-1]}" if flow.days else ""


def boxes(want: Wanted, bands: Bands) -> tuple[Box, Box]:
    """For a desk and for the hand, as high as the pages need."""
    lines = min(want.most + 1, max(len(bands.side(0)), len(bands.side(1)), 1))
    return Box(1072, max(300, 34 * lines + 60), 14, 14), Box(358, max(260, 30 * lines + 60), 13, 13)


async def picture(
    bands: Bands, want: Wanted, box: Box, sides: tuple[str, str], gallery: ChartRenderer
) -> Markup | None:
    """The drawing with its links; None when there is nothing to draw or it cannot be drawn."""
    links = [SankeyLink(landing, exit_, chosen, visits) for landing, exit_, chosen, visits in bands]
    called = (compared(want), "the rest") if want.compares else None
    drawn = sankey(links, box, want.most, sides=sides, called=called, say=lambda value: f"{value:,.0f}")
    if drawn is None:
        return None
    try:
        svg = await gallery.draw(drawn.spec)
    except (NotDrawn, Overloaded):
        return None
    return Markup(add_sankey_links(svg, drawn, lambda name: address(want, name), telling(drawn, want)))  # noqa: S704 (escaped)


def address(want: Wanted, name: str) -> str:
    return "" if name == OTHER or want.source == GOOGLE else want.href(node=name)


def compared(want: Wanted) -> str:
    """The countries and regions that are compared with the rest, by name."""
    said = [*(country(code) for code in want.countries), *want.regions]
    return ", ".join(said) if len(said) < 4 else f"{len(said)} {'places' if want.regions else 'countries'}"


def telling(drawn: SankeyChart, want: Wanted) -> Callable[[SankeyLink | SankeyNode], str]:
    """What a band or a node says of itself."""
    whole = sum(link.value for link in drawn.links)
    unit = unit_of(want)
    sides = ("Entered at {}", "Saw {}") if want.source == GOOGLE else ("Came in at {}", "Left from {}")
    called = (compared(want), "the rest") if want.compares else ("", "")

    def tell(it: SankeyLink | SankeyNode) -> str:
        said = f"{it.value:,.0f} {unit}, {share(it.value, whole)}"
        if isinstance(it, SankeyNode):
            return f"{sides[it.side].format(it.name)}: {said}"
        who = called[not it.highlighted]
        return f"{it.landing} → {it.exit}{f', {who}' if who else ''}: {said}"

    return tell


def unit_of(want: Wanted) -> str:
    return "sessions" if want.source == GOOGLE else "visits"
