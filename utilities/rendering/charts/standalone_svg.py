"""A drawing that stands by itself, for mail, chat and other pages: on its ground, with its title and its days."""

from xml.sax.saxutils import escape

from utilities.model.formats import format_value
from utilities.model.frames import Column, Value
from utilities.rendering.charts import ChartSpec, build_chart_spec
from utilities.rendering.charts.axes import base, words
from utilities.rendering.charts.colours import DARK, recoloured
from utilities.rendering.charts.svg import FONT, SPACE, UNREADABLE
from utilities.rendering.layout import Box
from utilities.rendering.layout.text_width import text_width, truncate_words

PAD = 1.2  # around everything, in em of text
HEAD = 2.0  # the title and the air below it, in em of text
FOOT = 1.9  # the line of small words, in em of text


def inner(wide: float, high: float, text: float) -> Box:
    """The room that a card of this size leaves to its chart; the figures are a step larger than the text."""
    return Box(wide - 2 * PAD * text, high - (2 * PAD + HEAD + FOOT) * text, text, round(text * 1.25))


def card(svg: str, picture: ChartSpec, foot: str, wide: int, high: int, text: float, theme: str) -> str:
    """A file of its own, in px."""
    room = wide - 2 * PAD * text
    inside = svg.replace('width="100%" height="100%"', f'width="{picture.width}" height="{picture.height}"', 1)
    placed = inside.replace("<svg ", f'<svg x="{PAD * text:g}" y="{(PAD + HEAD) * text:g}" ', 1)
    whole = (
        f'<svg xmlns="{SPACE}" width="{wide}" height="{high}" viewBox="0 0 {wide} {high}" role="img" '
        f'font-family="{FONT}"><title>{said(picture.title)}</title>'
        f'<rect width="{wide}" height="{high}" fill="{DARK.ground}"/>'
        f"{line(shortened(picture.title, 1.15 * text, room), PAD * text, (PAD + 1.05) * text, 1.15 * text, DARK.title)}"
        f"{placed}"
        f"{line(shortened(foot, 0.85 * text, room), PAD * text, high - PAD * text, 0.85 * text, DARK.quiet)}</svg>"
    )
    return recoloured(whole, theme)


def line(text: str, left: float, foot: float, size: float, colour: str) -> str:
    weight = ' font-weight="600"' if colour == DARK.title else ""
    return f'<text x="{left:g}" y="{foot:g}" font-size="{size:g}"{weight} fill="{colour}">{said(text)}</text>'


def said(text: str) -> str:
    return escape(UNREADABLE.sub("", text))


def shortened(text: str, size: float, room: float) -> str:
    return text if text_width(text, size, weight=600) <= room else truncate_words(text, size, room, 1)


def figure(value: Value, column: Column | None, box: Box) -> ChartSpec:
    """One figure, as large as its room allows; words where there is none."""
    if column is None or value is None:
        return build_chart_spec(
            base(box) | {"graphic": [words("No figures yet", 0, 0, box.text, DARK.quiet)]}, *size(box), ""
        )
    text = format_value(value, column.kind)
    large = min(box.width / max(1.0, text_width(text, 1, weight=700)), 0.7 * box.height, 8 * box.text)
    marks = [
        words(text, 0, 0, large, DARK.ink, weight=700),
        words(column.heading, 0, 1.1 * large, box.text, DARK.quiet),
    ]
    return build_chart_spec(base(box) | {"graphic": marks}, *size(box), f"{column.heading}: {text}.")


def size(box: Box) -> tuple[float, float]:
    return box.width, box.height
