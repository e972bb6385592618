"""/reports/<report>.svg and .png: a report as a picture, for other pages, mail and chat."""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass

from handlers.base.errors import HttpProblem
from handlers.reports.list_and_exports import LOOK_AGAIN, ReportHandler
from handlers.reports.presenter import Look
from utilities.model.errors import NotDrawn, Overloaded, ParameterError
from utilities.model.frames import Reading, ReadingState
from utilities.rendering.charts.png import png_of
from utilities.rendering.report_image import NAMES, ReportImageRenderer, parse_image_options
from utilities.reports import Report

MOST_KEPT = 300  # files
LARGEST = 2_000_000  # bytes of one that is kept


@dataclass(frozen=True, slots=True)
class Kept:
    """A file as it was last sent, and what it shows."""

    report: Report
    reading: Reading
    state: ReadingState
    body: bytes
    etag: str


class Files:
    """The files that were sent last, by address; the longest unused goes first."""

    def __init__(self) -> None:
        self.kept: OrderedDict[str, Kept] = OrderedDict()

    def find(self, address: str) -> Kept | None:
        kept = self.kept.get(address)
        if kept is not None:
            self.kept.move_to_end(address)
        return kept

    def keep(self, address: str, kept: Kept) -> None:
        if len(kept.body) <= LARGEST:
            self.kept[address] = kept
            self.kept.move_to_end(address)
        while len(self.kept) > MOST_KEPT:
            self.kept.popitem(last=False)


class ReportSvg(ReportHandler):
    """A picture with a default for every parameter; 400 names what cannot be understood."""

    form = "image/svg+xml"
    etag: str | None = None  # of an answer that is a picture

    async def get(self, name: str) -> None:
        await self.draw(name)

    async def draw(self, name: str) -> None:
        """The picture of the report, as the parameters of this request want it."""
        address = f"{self.form} {name} {self.request.query}"
        file = self.files.find(address)
        if file is None or not self.holds(file):
            file = await self.drawn(name)
            if file.reading.frame is not None:
                self.files.keep(address, file)
        self.etag = file.etag
        self.set_header("Content-Type", self.form)
        self.finish(file.body)

    def compute_etag(self) -> str | None:
        return self.etag

    @property
    def files(self) -> Files:
        files: Files | None = self.settings.get("files")
        if files is None:
            files = self.settings["files"] = Files()
        return files

    def holds(self, file: Kept) -> bool:
        """Whether the file shows what there is: the same figures, and as fresh. Nothing is composed for it."""
        report, reading = file.report, file.reading
        return (
            self.services.reports.get(report.name) is report
            and self.latest(reading.report) is reading
            and reading.state_at(self.services.clock(), report.refresh_every, report.stale_after) is file.state
        )

    def latest(self, stored: str) -> Reading | None:
        """The reading under the name it is stored by, which for a variant is not the report's."""
        services = self.services
        if stored in services.reports:
            services.refresher.keep_fresh(stored)
            return services.store.latest(stored)
        return services.variants.latest_by_name(stored) if services.variants is not None else None

    async def drawn(self, name: str) -> Kept:
        seen = await self.awaited(name)
        body = await self.made(seen)
        return Kept(seen.report, seen.reading, seen.state, body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')

    async def made(self, seen: Look) -> bytes:
        gallery = self.services.gallery
        if gallery is None:
            raise HttpProblem(503)
        self.refuse_unknown(seen)
        try:
            want = parse_image_options(
                {name: self.get_query_argument(name) for name in NAMES if name in self.request.query_arguments},
                self.services.views,
            )
            svg = await ReportImageRenderer(self.services.views, gallery).svg(
                seen.report, seen.reading, want, freshness(seen)
            )
            return await self.encoded(svg)
        except ParameterError as error:
            raise HttpProblem(400, f"{error}.") from error
        except (NotDrawn, Overloaded) as error:
            raise HttpProblem(503, str(error), {"Retry-After": str(LOOK_AGAIN)}) from error

    async def encoded(self, svg: str) -> bytes:
        return svg.encode()

    def refuse_unknown(self, seen: Look) -> None:
        """A misspelt parameter would draw something else than was wanted."""
        variants = self.services.variants
        known = (*NAMES, *(variants.parameter_names(seen.report) if variants is not None else ()))
        for name in self.request.query_arguments:
            if name not in known:
                raise HttpProblem(
                    400, f"There are the parameters {', '.join(f'`{each}`' for each in known)}, and no others."
                )


class ReportPng(ReportSvg):
    """The same for mail and chat, twice as fine."""

    form = "image/png"

    async def encoded(self, svg: str) -> bytes:
        return await png_of(svg)


def freshness(seen: Look) -> str:
    """When the figures are from, in the words of a picture that nobody renews."""
    taken = seen.reading.taken_at
    if taken is None:
        return f"no figures: {seen.trouble}" if seen.trouble else "not answered yet"
    old = "" if seen.state in (ReadingState.LIVE, ReadingState.AGEING) else ", out of date"
    return f"as of {taken:%H:%M} UTC on {taken.day} {taken:%b}{old}"
