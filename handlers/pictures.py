"""/reports/<report>.svg and .png: a report as a picture, for other pages, mail and chat."""

from collections import OrderedDict
from dataclasses import dataclass

from handlers.errors import Refusal
from handlers.looks import Look
from handlers.reports import LOOK_AGAIN, ReportHandler
from utilities.cards import NAMES, Cards, wanted
from utilities.charts.png import png_of
from utilities.errors import NotDrawn, Overrun, ParameterError
from utilities.frames import Frame, State

MOST_KEPT = 300  # files
LARGEST = 2_000_000  # bytes of one that is kept


@dataclass(frozen=True, slots=True)
class Kept:
    """A file as it was last sent, and the figures it shows."""

    frame: Frame
    state: State
    body: bytes


class Files:
    """The files that were sent last, by address; the longest unused goes first."""

    def __init__(self) -> None:
        self.kept: OrderedDict[str, Kept] = OrderedDict()

    def find(self, address: str, frame: Frame, state: State) -> bytes | None:
        """The file, while the figures are the same and as fresh."""
        kept = self.kept.get(address)
        if kept is None or kept.frame is not frame or kept.state is not state:
            return None
        self.kept.move_to_end(address)
        return kept.body

    def keep(self, address: str, frame: Frame, state: State, body: bytes) -> None:
        if len(body) <= LARGEST:
            self.kept[address] = Kept(frame, state, body)
            self.kept.move_to_end(address)
        while len(self.kept) > MOST_KEPT:
            self.kept.popitem(last=False)


class ReportSvg(ReportHandler):
    """A picture with a default for every parameter; 400 names what cannot be understood."""

    form = "image/svg+xml"

    async def get(self, name: str) -> None:
        await self.draw(name)

    async def draw(self, name: str) -> None:
        """The picture of the report, as the parameters of this request want it."""
        seen = await self.awaited(name)
        frame, files = seen.reading.frame, self.files
        address = f"{self.form} {name} {self.request.query}"
        body = files.find(address, frame, seen.state) if frame is not None else None
        if body is None:
            body = await self.made(seen)
            if frame is not None:
                files.keep(address, frame, seen.state, body)
        self.set_header("Content-Type", self.form)
        self.finish(body)

    @property
    def files(self) -> Files:
        files: Files = self.settings.setdefault("files", Files())
        return files

    async def made(self, seen: Look) -> bytes:
        gallery = self.services.gallery
        if gallery is None:
            raise Refusal(503)
        self.refuse_unknown(seen)
        try:
            want = wanted(
                {name: self.get_query_argument(name) for name in NAMES if name in self.request.query_arguments},
                self.services.views,
            )
            svg = await Cards(self.services.views, gallery).svg(seen.report, seen.reading, want, freshness(seen))
            return await self.encoded(svg)
        except ParameterError as error:
            raise Refusal(400, f"{error}.") from error
        except (NotDrawn, Overrun) as error:
            raise Refusal(503, str(error), {"Retry-After": str(LOOK_AGAIN)}) from error

    async def encoded(self, svg: str) -> bytes:
        return svg.encode()

    def refuse_unknown(self, seen: Look) -> None:
        """A misspelt parameter would draw something else than was wanted."""
        variants = self.services.variants
        known = (*NAMES, *(variants.parameters(seen.report) if variants is not None else ()))
        for name in self.request.query_arguments:
            if name not in known:
                raise Refusal(
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
    old = "" if seen.state in (State.LIVE, State.AGEING) else ", out of date"
    return f"as of {taken:%H:%M} UTC on {taken.day} {taken:%b}{old}"
