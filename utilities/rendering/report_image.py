"""Reports as pictures of their own: what may be asked for, and the drawing of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from utilities.model.errors import ParameterError
from utilities.model.formats import format_date_range
from utilities.model.frames import Frame, Reading
from utilities.rendering.charts import ChartSpec
from utilities.rendering.charts.renderer import ChartRenderer
from utilities.rendering.charts.standalone_svg import card, figure, inner
from utilities.rendering.layout import Box
from utilities.rendering.views import View, default_view
from utilities.reports import Report

WIDTHS, HEIGHTS = (200, 2400), (120, 1600)
THEMES = ("light", "dark")


@dataclass(frozen=True)
class ImageOptions:
    """What a picture is to be like; every part has a default."""

    view: str = ""
    series: tuple[str, ...] = ()
    width: int = 960
    height: int = 480
    theme: str = "light"

    @property
    def text(self) -> float:
        """The size of its text, px: what reads well at a desk, larger in larger pictures."""
        return max(11.0, min(20.0, round(min(self.width / 64, self.height / 28))))


NAMES = tuple(field.name for field in fields(ImageOptions))


def parse_image_options(said: Mapping[str, str], views: Mapping[str, View]) -> ImageOptions:
    """From the parameters of a request; raises ParameterError, which names the parameter and what is allowed."""
    drawing = sorted(name for name, view in views.items() if view.is_chart)
    view = one_of("view", said.get("view", ""), ["", *drawing])
    series = tuple(key for key in said.get("series", "").split(",") if key)
    width = between("width", said.get("width", ""), 960, WIDTHS)
    height = between("height", said.get("height", ""), 480, HEIGHTS)
    return ImageOptions(view, series, width, height, one_of("theme", said.get("theme", "light"), THEMES))


def one_of(name: str, value: str, allowed: Sequence[str]) -> str:
    if value not in allowed:
        raise ParameterError(f"`{name}` must be one of {', '.join(filter(None, allowed))}")
    return value


def between(name: str, text: str, usual: int, ends: tuple[int, int]) -> int:
    value = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else usual if not text else -1
    if not ends[0] <= value <= ends[1]:
        raise ParameterError(f"`{name}` must be a whole number of px from {ends[0]} to {ends[1]}")
    return value


class ReportImageRenderer:
    """Draws readings; holds nothing itself, the gallery keeps the drawings."""

    def __init__(self, views: Mapping[str, View], gallery: ChartRenderer) -> None:
        self.views = views
        self.gallery = gallery

    async def svg(self, report: Report, reading: Reading, want: ImageOptions, foot: str) -> str:
        """A file of its own. Raises ParameterError for a view or series these figures do not have, and NotDrawn."""
        frame = reading.frame or Frame((), ())
        picture = replace(self.picture(report, frame, want), title=report.title)
        days = format_date_range(frame.date_range) if frame.date_range else ""
        drawing = await self.gallery.draw(picture)
        words = " · ".join(filter(None, (days, foot)))
        return card(drawing, picture, words, want.width, want.height, want.text, want.theme)

    def picture(self, report: Report, frame: Frame, want: ImageOptions) -> ChartSpec:
        """What is drawn: the view that was asked for, or the usual one; a lone figure, or words when there is none."""
        box = inner(want.width, want.height, want.text)
        name = want.view or report.view or default_view(frame, self.views)
        if not frame.rows or not self.views[name].is_chart:
            return alone(frame, box)
        made = self.views[name].build_content(frame, box, self.options(name, frame, want))
        return made if isinstance(made, ChartSpec) else alone(frame, box)

    def options(self, name: str, frame: Frame, want: ImageOptions) -> dict[str, Any]:
        """The columns that were asked for, as the view calls them."""
        figures = [column.key for column in frame.numeric_columns]
        for key in want.series:
            if key not in figures:
                raise ParameterError(f"`series` must be some of {', '.join(figures)}")
        known = {field.name for field in fields(self.views[name].options)}
        if not want.series:
            return {}
        return {"series": want.series} if "series" in known else {"key": want.series[0]} if "key" in known else {}


def alone(frame: Frame, box: Box) -> ChartSpec:
    """The first figure there is, or that there is none."""
    column = next(iter(frame.numeric_columns), None)
    value = frame.rows[0][frame.column_index(column.key)] if column and frame.rows else None
    return figure(value, column, box)
