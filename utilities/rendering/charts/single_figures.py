"""The figures of a single day or hour, where a line or a bar would be one lonely mark."""

from utilities.rendering.charts import ChartSpec, build_chart_spec
from utilities.rendering.charts.axes import UNFINISHED_LABEL, base_option, text_element
from utilities.rendering.charts.colours import DARK
from utilities.rendering.charts.labels import shorten_middle
from utilities.rendering.charts.number_formats import format_short
from utilities.rendering.charts.series import ChartRows, describe_rows
from utilities.rendering.layout import Box
from utilities.rendering.layout.text_width import text_width

MAX_FIGURE_EM = 4.0  # in em of text
FIGURE_LINES_EM = 2.9  # the words below a figure, in em of text


def single_figures(rows: ChartRows, box: Box) -> ChartSpec:
    """Returns each value of the only row in large type, with its name and its day below."""
    room = box.width / len(rows.series)
    texts = [format_short(each.values[0], each.kind) for each in rows.series]
    widest = max(text_width(text, 1, weight=700) for text in texts)
    fitting = min((room - box.text) / widest, (box.height - FIGURE_LINES_EM * box.text) / 1.15)
    size = max(box.text, min(fitting, MAX_FIGURE_EM * box.text))
    when = rows.labels[0] + (f", {UNFINISHED_LABEL}" if rows.running is not None else "")
    elements = []
    for place, (each, text) in enumerate(zip(rows.series, texts, strict=True)):
        before = each.previous[0] if each.previous else None
        words = when if before is None else f"{when}; before: {format_short(before, each.kind)}"
        elements.append(text_element(text, place * room, 0, size, DARK.series[place], weight=700))
        elements += [
            text_element(
                shorten_middle(line, box.text, room - 0.5 * box.text),
                place * room,
                1.15 * size + 1.3 * at * box.text,
                box.text,
                DARK.quiet if at else DARK.ink,
            )
            for at, line in enumerate((each.name, words))
        ]
    return build_chart_spec(base_option(box) | {"graphic": elements}, box, describe_rows(rows))
