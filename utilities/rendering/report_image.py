"""A report as an image of its own: the options a request may set, and the drawing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any

from utilities.model.errors import ParameterError
from utilities.model.frames import Frame, Reading
from utilities.model.period_words import compared_days, describe_full_days
from utilities.rendering.charts import ChartSpec
from utilities.rendering.charts.renderer import ChartRenderer
from utilities.rendering.charts.standalone_svg import chart_box, standalone_svg
from utilities.rendering.report_tables import draw_frame
from utilities.rendering.views import View, fitting_views
from utilities.reports import Report
from utilities.runtime.worker_pool import WorkerPool

WIDTH_LIMITS, HEIGHT_LIMITS = (200, 2400), (120, 1600)  # px
MIN_FIT = 40  # of a chart in the place of a report's own table or figure
IMAGE_THEMES = ("light", "dark")


@dataclass(frozen=True)
class ImageOptions:
    """How an image is drawn; every option has a default."""

    view: str = ""
    series: tuple[str, ...] = ()
    width: int = 960
    height: int = 480
    theme: str = "light"

    @property
    def text_size(self) -> float:
        """The size of the text in px, for reading at a desk; larger in larger images."""
        return max(11.0, min(20.0, round(min(self.width / 64, self.height / 28))))


IMAGE_PARAMS = tuple(field.name for field in fields(ImageOptions))


def parse_image_options(params: Mapping[str, str], views: Mapping[str, View]) -> ImageOptions:
    """Returns the options of a request. Raises ParameterError, which names the parameter and what is allowed."""
    chart_views = sorted(name for name, view in views.items() if view.is_chart)
    view = parse_choice("view", params.get("view", ""), ["", *chart_views])
    series = tuple(key for key in params.get("series", "").split(",") if key)
    width = parse_pixels("width", params.get("width", ""), ImageOptions.width, WIDTH_LIMITS)
    height = parse_pixels("height", params.get("height", ""), ImageOptions.height, HEIGHT_LIMITS)
    theme = parse_choice("theme", params.get("theme", ImageOptions.theme), IMAGE_THEMES)
    return ImageOptions(view, series, width, height, theme)


def parse_choice(name: str, value: str, allowed: Sequence[str]) -> str:
    """Returns the value. Raises ParameterError when it is not allowed."""
    if value not in allowed:
        raise ParameterError(name, f"must be one of {', '.join(filter(None, allowed))}")
    return value


def parse_pixels(name: str, text: str, default: int, limits: tuple[int, int]) -> int:
    """Returns the number of px. Raises ParameterError when it is not within the limits."""
    value = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else default if not text else -1
    if not limits[0] <= value <= limits[1]:
        raise ParameterError(name, f"must be a whole number of px from {limits[0]} to {limits[1]}")
    return value


class ReportImageRenderer:
    """Draws readings as SVG files; the chart renderer caches the charts."""

    def __init__(self, views: Mapping[str, View], gallery: ChartRenderer, workers: WorkerPool) -> None:
        self._views = views
        self._gallery = gallery
        self._workers = workers

    async def render_svg(self, report: Report, reading: Reading, options: ImageOptions, footer: str) -> str:
        """Returns a standalone SVG file.

        Raises ParameterError for a view or series that the figures do not have, NotDrawn, and Overloaded.
        """
        frame = reading.frame or Frame((), ())
        prepare = partial(prepare_image, report.view or "", frame, options, self._views)
        picture = replace(await self._workers.run(lambda _: prepare()), title=report.title)
        drawing = await self._gallery.draw(picture)
        caption = " · ".join(filter(None, (describe_full_days(frame, compared_days(frame)), footer)))
        size = (options.width, options.height, options.text_size)
        return await self._workers.run(lambda _: standalone_svg(drawing, picture, caption, *size, options.theme))


def prepare_image(report_view: str, frame: Frame, options: ImageOptions, views: Mapping[str, View]) -> ChartSpec:
    """Returns the picture of the requested or the default view; the figures or the table where that draws none."""
    box = chart_box(options.width, options.height, options.text_size)
    name = options.view or choose_chart_view(report_view, frame, views)
    view = views.get(name)
    if not frame.rows or view is None:
        series_options(None, frame, options)
        return draw_frame(frame, box)
    try:
        picture = view.build_content(frame, box, series_options(view, frame, options))
    except ValueError as error:
        raise ParameterError("", str(error)) from error
    return picture if isinstance(picture, ChartSpec) else draw_frame(frame, box)


def choose_chart_view(name: str, frame: Frame, views: Mapping[str, View]) -> str:
    """Returns the report's view where it is a chart, else the view that is made for such frames; "" for none."""
    if name and views[name].is_chart:
        return name
    best = next(iter(fitting_views(frame, views)), "")
    return best if best and (not name or views[best].fits(frame) >= MIN_FIT) else ""


def series_options(view: View | None, frame: Frame, options: ImageOptions) -> dict[str, Any]:
    """Returns the requested columns under the name that the view has for them."""
    figures = [column.key for column in frame.numeric_columns]
    for key in options.series:
        if key not in figures:
            raise ParameterError("series", f"must be some of {', '.join(figures)}")
    if not options.series or view is None:
        return {}
    accepted = {field.name for field in fields(view.options)}
    if "series" in accepted:
        return {"series": options.series}
    return {"key": options.series[0]} if "key" in accepted else {}
