"""/reports/<report>.svg and .png: a report as an image, for other pages, mail and chat."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from handlers.base.errors import HttpProblem
from handlers.reports.handler import RETRY_AFTER_SECONDS, ReportHandler, http_errors, parameter_problem
from handlers.reports.presenter import ReportView
from handlers.reports.report_query import ReportQuery, latest_reading_named
from utilities.model.errors import NotDrawn, Overloaded, ParameterError
from utilities.model.frames import Reading, ReadingState
from utilities.rendering.charts.embedded_fonts import embed_fonts, style_hash
from utilities.rendering.report_image import IMAGE_PARAMS, ImageOptions, ReportImageRenderer, parse_image_options
from utilities.runtime.idle_cache import IdleCache

MAX_CACHED_BYTES = 32_000_000  # of all files
MAX_CACHED_FILE_BYTES = 4_000_000
SVG_POLICY = "default-src 'none'; style-src {}; font-src data:; frame-ancestors 'none'"
IDLE_FILE_SECONDS = 3600.0
FILE_OVERHEAD_BYTES = 1_000  # of a file, besides its body

ImageKey = tuple[str, str, tuple[tuple[str, str], ...]]
"""Content type, report and parameters."""


@dataclass(frozen=True, slots=True)
class ImageFile:
    """An image file and what it shows."""

    query: ReportQuery
    reading: Reading
    state: ReadingState
    body: bytes
    etag: str
    policy: str  # a content security policy that allows its embedded fonts; "" for the usual one


class ImageFileCache(IdleCache[ImageKey, ImageFile]):
    """The image files that were sent last."""

    def __init__(self) -> None:
        super().__init__(MAX_CACHED_BYTES, IDLE_FILE_SECONDS, lambda file: len(file.body) + FILE_OVERHEAD_BYTES)


class ReportSvg(ReportHandler):
    """An image with a default for every parameter; 400 names a parameter that cannot be understood."""

    content_type = "image/svg+xml"
    etag: str | None = None  # of an answer that is an image

    async def get(self, name: str) -> None:
        # A wiki of the company shows it to people who have signed in; foreign sites cannot.
        self.set_header("Cross-Origin-Resource-Policy", "same-site")
        self.set_header("Cache-Control", "private, no-cache")
        await self.send_image(name, {each: self.get_query_argument(each) for each in self.request.query_arguments})

    async def send_image(self, name: str, params: Mapping[str, str]) -> None:
        """Answers with the image of a report with these parameters, cached while its reading is the same."""
        key = (self.content_type, name, tuple(sorted(params.items())))
        file = self.file_cache.get(key)
        if file is None or not self.is_current(file):
            file = await self.draw_image(name, params)
            if len(file.body) <= MAX_CACHED_FILE_BYTES:
                self.file_cache[key] = file
        self.etag = file.etag
        self.set_freshness_headers(file.query.describe(file.reading))
        self.set_header("Content-Type", self.content_type)
        if file.policy:
            self.set_header("Content-Security-Policy", file.policy)
        self.finish(file.body)

    def compute_etag(self) -> str | None:
        return self.etag

    @property
    def file_cache(self) -> ImageFileCache:
        cache: ImageFileCache = self.settings["image_files"]
        return cache

    def is_current(self, file: ImageFile) -> bool:
        """Whether the file shows the latest reading and its state."""
        report = file.query.report
        return (
            self.services.reports.get(report.name) is report
            and latest_reading_named(self.services, file.reading.report) is file.reading
            and file.query.state_of(file.reading) is file.state
            and file.query.is_settled(file.reading)
            and not file.query.names_other_days(file.reading)
        )

    async def draw_image(self, name: str, params: Mapping[str, str]) -> ImageFile:
        """Returns a new file; 400 for wrong parameters, 503 when it cannot be drawn now."""
        query, gallery = self.find_query(name), self.services.gallery
        with http_errors():
            query, options = parse_image_query(query, params)
        view = await self.wait_for_figures(query)
        renderer = ReportImageRenderer(self.services.views, gallery, self.services.workers)
        try:
            svg = await renderer.render_svg(query.report, view.reading, options, freshness_text(view))
            body = await self.encode_image(svg)
        except ParameterError as error:
            raise parameter_problem(error) from error
        except (NotDrawn, Overloaded) as error:
            raise HttpProblem(503, str(error), {"Retry-After": str(RETRY_AFTER_SECONDS)}) from error
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        return ImageFile(query, view.reading, view.state, body, etag, self.image_policy(body))

    def image_policy(self, body: bytes) -> str:
        """Returns the content security policy of a file that is opened by itself."""
        return SVG_POLICY.format(style_hash(body.decode()))

    async def encode_image(self, svg: str) -> bytes:
        return (await self.services.workers.run(lambda _: embed_fonts(svg))).encode()


class ReportPng(ReportSvg):
    """The same image as PNG, for mail and chat, with twice the pixels."""

    content_type = "image/png"

    def image_policy(self, body: bytes) -> str:
        return ""

    async def encode_image(self, svg: str) -> bytes:
        return await self.services.gallery.draw_png(svg)


def parse_image_query(query: ReportQuery, params: Mapping[str, str]) -> tuple[ReportQuery, ImageOptions]:
    """Returns the query with its parameters, and how to draw it.

    Raises ParameterError, for unknown parameters too: the image would show something else than the request means.
    """
    accepted = (*IMAGE_PARAMS, *query.filter_names, *(["compare"] if query.can_compare else []))
    if params.keys() - set(accepted):
        raise ParameterError(
            "", f"an image has the parameters {', '.join(f'`{each}`' for each in accepted)}, and no others"
        )
    options = parse_image_options({name: params[name] for name in IMAGE_PARAMS if name in params}, query.services.views)
    return query.with_params(lambda name: params.get(name, "")), options


def freshness_text(view: ReportView) -> str:
    """Returns when the figures are from, for an image that is not renewed."""
    taken_at = view.reading.measured_at
    if taken_at is None:
        return f"no figures: {view.error}" if view.error else "not answered yet"
    suffix = "" if view.state in (ReadingState.LIVE, ReadingState.AGEING) else ", out of date"
    return f"as of {taken_at:%H:%M} UTC on {taken_at.day} {taken_at:%b}{suffix}"
