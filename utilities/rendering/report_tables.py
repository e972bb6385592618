"""Reports without a usual chart as images: their figures, each with its change, or their table."""

from utilities.model.figure_change import compare_figures
from utilities.model.formats import format_value
from utilities.model.frames import Column, Frame, Value
from utilities.rendering.charts import ChartSpec, build_chart_spec
from utilities.rendering.charts.axes import Option, base_option, caption_element, rectangle_element, text_element
from utilities.rendering.charts.colours import DARK
from utilities.rendering.charts.labels import one_line, shorten_middle
from utilities.rendering.layout import Box
from utilities.rendering.layout.text_width import text_width

TABLE_LINE_EM = 1.7  # a row of the table, in em of text
COLUMN_SPACE_EM = 1.2  # between two columns, in em of text
MAX_NAMES_WIDTH = 0.6  # the most that all columns of names take of the width
FIGURE_BLOCK_EM = 4.6  # a figure with its heading and its change, in em of text


def draw_frame(frame: Frame, box: Box) -> ChartSpec:
    """Returns the figures of a frame of one row without names, the table of any other, or words when it is empty."""
    figures = frame.numeric_columns
    if not frame.rows or not figures:
        words = text_element("No figures yet" if not frame.rows else "No figures", 0, 0, box.text, DARK.quiet)
        return build_chart_spec(base_option(box) | {"graphic": [words]}, box, "")
    is_totals = len(frame.rows) == 1 and all(c.is_numeric for c in frame.columns)
    return draw_totals(frame, box) if is_totals else draw_table(frame, box)


def draw_totals(frame: Frame, box: Box) -> ChartSpec:
    """Returns every figure with its heading and its change; a single one as large as its room allows."""
    figures = frame.numeric_columns
    row = dict(zip((column.key for column in frame.columns), frame.rows[0], strict=True))
    texts = [format_value(row[column.key], column.kind) for column in figures]
    lines = max(1, min(len(figures), int(box.height / (FIGURE_BLOCK_EM * box.text))))
    across = -(-len(figures) // lines)
    width, height = box.width / across, box.height / lines
    room = width - COLUMN_SPACE_EM * box.text
    widest = max(text_width(text, 1, weight=700) for text in texts)
    size = max(box.text, min(room / widest, (height - 3.4 * box.text) / 1.15, 8 * box.text))
    elements: list[Option] = []
    for place, (column, text) in enumerate(zip(figures, texts, strict=True)):
        left, top = place % across * width, place // across * height
        change = compare_figures(row[column.key], row.get(column.previous_key), column)
        change_text = change.sentence if change else ""
        elements += [
            text_element(text, left, top, size, DARK.ink, weight=700),
            text_element(
                shorten_middle(one_line(column.heading), box.text, room), left, top + 1.1 * size, box.text, DARK.quiet
            ),
            text_element(
                shorten_middle(change_text, box.text, room), left, top + 1.1 * size + 1.3 * box.text, box.text, DARK.ink
            ),
        ]
    said = ", ".join(f"{one_line(column.heading)} {text}" for column, text in zip(figures, texts, strict=True))
    return build_chart_spec(base_option(box) | {"graphic": elements}, box, f"{said}.")


def draw_table(frame: Frame, box: Box) -> ChartSpec:
    """Returns the rows that fit, with as many columns as fit, and a line that counts the rows that do not."""
    names = [column for column in frame.columns if not column.is_numeric]
    room = MAX_NAMES_WIDTH * box.width if frame.numeric_columns else box.width
    capacity = max(1, int(box.height / (TABLE_LINE_EM * box.text)) - 1)
    is_cut = len(frame.rows) > capacity or (frame.is_cut and not frame.has_rest)
    rows = frame.rows[: max(1, capacity - 1) if is_cut else capacity]
    elements: list[Option] = []
    left = 0.0
    for column in names:
        wide = room / len(names) - COLUMN_SPACE_EM * box.text
        cells = [one_line(format_value(row[frame.column_index(column.key)], column.kind)) for row in rows]
        elements += column_elements(
            [shorten_middle(c, box.text, wide) for c in (one_line(column.heading), *cells)], left, "left", box
        )
        left += room / len(names)
    right = box.width
    for column in fitting_figures(frame, rows, box.width - left, box):
        cells = [format_value(row[frame.column_index(column.key)], column.kind) for row in rows]
        texts = [one_line(column.heading), *cells]
        elements += column_elements(texts, right, "right", box)
        right -= max(text_width(text, box.text) for text in texts) + COLUMN_SPACE_EM * box.text
    for place in range(len(rows)):
        elements.append(
            rectangle_element(0, (place + 1) * TABLE_LINE_EM * box.text - 0.25 * box.text, box.width, 1, DARK.line)
        )
    caption = f"{len(rows):,} of {max(len(frame.rows), frame.total_rows or 0):,} rows"
    if is_cut:
        elements.append(caption_element(caption, box))
    return build_chart_spec(base_option(box) | {"graphic": elements}, box, f"{caption}.")


def fitting_figures(frame: Frame, rows: tuple[tuple[Value, ...], ...], room: float, box: Box) -> list[Column]:
    """Returns the columns of figures that fit, the last first; at least one."""
    fitting: list[Column] = []
    for column in frame.numeric_columns:
        cells = (format_value(row[frame.column_index(column.key)], column.kind) for row in rows)
        room -= max(text_width(text, box.text) for text in (one_line(column.heading), *cells))
        if fitting and room < 0:
            break
        fitting.append(column)
        room -= COLUMN_SPACE_EM * box.text
    return fitting[::-1]


def column_elements(texts: list[str], at: float, side: str, box: Box) -> list[Option]:
    """Returns a heading and the cells below it."""
    return [
        text_element(
            text, at, place * TABLE_LINE_EM * box.text, box.text, DARK.ink if place else DARK.quiet, at=f"{side} top"
        )
        for place, text in enumerate(texts)
    ]
