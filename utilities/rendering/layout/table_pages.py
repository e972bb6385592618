"""A table page by page, for tiles with more rows than fit: the wall shows one page after the other."""

from dataclasses import replace

from utilities.model.frames import Frame
from utilities.rendering.layout import Box
from utilities.rendering.layout.table_rows import TableContent, TablePage, with_headline_words

PAGE_SECONDS = 12  # as in static/pages.js
MAX_TABLE_PAGES = 10
EXTENT_WORDS = (("row ", "rows "), ("", ""), None)  # before the numbers: of one row, of several; None without numbers


def split_pages(frame: Frame, content: TableContent, capacity: int, room: float, box: Box) -> TableContent:
    """Returns the rows in pages of `capacity`, each with `rows 1–10 of 41` where that fits next to the headline.

    The columns are those of all rows, so that they stay where they are.
    """
    total = max(len(content.rows), len(frame.rows), frame.total_rows or 0)
    parts = [content.rows[start : start + capacity] for start in range(0, len(content.rows), capacity)]
    for words in EXTENT_WORDS:  # the same for every page
        extents = [describe_page(words, 1 + capacity * place, len(part), total) for place, part in enumerate(parts)]
        widest = max(extents, key=len)
        headed = with_headline_words(frame, content, room, box, (widest,) if widest else ())
        if headed.extent == widest:
            break
    pages = tuple(TablePage(part, extent) for part, extent in zip(parts, extents, strict=True))
    stale_extent = extents[0] if headed.stale_extent else ""
    return replace(headed, rows=parts[0], extent=extents[0], stale_extent=stale_extent, pages=pages, full=False)


def describe_page(words: tuple[str, str] | None, first: int, count: int, total: int) -> str:
    """Returns `rows 1–10 of 41`, `row 41 of 41`, or '' without words."""
    if words is None:
        return ""
    which = f"{words[0]}{first}" if count == 1 else f"{words[1]}{first}–{first + count - 1}"
    return f"{which} of {total:,}"
