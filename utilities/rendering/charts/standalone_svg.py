"""A chart as a file of its own, for mail, chat and other pages: with a background, its title and its days."""

from xml.sax.saxutils import escape

from utilities.rendering.charts import ChartSpec
from utilities.rendering.charts.colours import DARK, recolour_svg
from utilities.rendering.charts.svg import FONT_FAMILIES, INVALID_XML_CHARS, SVG_NAMESPACE
from utilities.rendering.layout import Box
from utilities.rendering.layout.text_width import text_width, truncate_words

IMAGE_PADDING_EM = 1.2  # around everything, in em of text
IMAGE_HEAD_EM = 2.0  # the title and the air below it, in em of text
IMAGE_FOOT_EM = 1.9  # the line of small text, in em of text


def chart_box(width: float, height: float, text: float) -> Box:
    """Returns the room that an image of this size leaves to its chart; figures are a step larger than the text."""
    inner_height = height - (2 * IMAGE_PADDING_EM + IMAGE_HEAD_EM + IMAGE_FOOT_EM) * text
    return Box(width - 2 * IMAGE_PADDING_EM * text, inner_height, text, round(text * 1.25))


def standalone_svg(svg: str, spec: ChartSpec, foot: str, width: int, height: int, text: float, theme: str) -> str:
    """Returns an SVG file of this size in px around a chart."""
    padding = IMAGE_PADDING_EM * text
    room = width - 2 * padding
    title = truncate_line(spec.title, 1.15 * text, room)
    foot = truncate_line(foot, 0.85 * text, room)
    sized = svg.replace('width="100%" height="100%"', f'width="{spec.width}" height="{spec.height}"', 1)
    placed = sized.replace("<svg ", f'<svg x="{padding:g}" y="{(IMAGE_PADDING_EM + IMAGE_HEAD_EM) * text:g}" ', 1)
    file = (
        f'<svg xmlns="{SVG_NAMESPACE}" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" '
        f'font-family="{FONT_FAMILIES}"><title>{escape_text(spec.title)}</title>'
        f'<rect width="{width}" height="{height}" fill="{DARK.ground}"/>'
        f"{text_line(title, padding, (IMAGE_PADDING_EM + 1.05) * text, 1.15 * text, DARK.title)}"
        f"{placed}{text_line(foot, padding, height - padding, 0.85 * text, DARK.quiet)}</svg>"
    )
    return recolour_svg(file, theme)


def text_line(text: str, left: float, baseline: float, size: float, colour: str) -> str:
    """Returns an SVG text element; titles are bold."""
    weight = ' font-weight="600"' if colour == DARK.title else ""
    return (
        f'<text x="{left:g}" y="{baseline:g}" font-size="{size:g}"{weight} fill="{colour}">{escape_text(text)}</text>'
    )


def escape_text(text: str) -> str:
    """Returns the text as XML, without the characters that XML cannot hold."""
    return escape(INVALID_XML_CHARS.sub("", text))


def truncate_line(text: str, size: float, room: float) -> str:
    """Returns as much of the text as fits on one line of `room` px."""
    return text if text_width(text, size, weight=600) <= room else truncate_words(text, size, room, 1)
