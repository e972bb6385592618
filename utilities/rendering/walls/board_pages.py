"""How long it takes until a board has shown all pages of its tables."""

from collections.abc import Iterable

from utilities.rendering.layout.table_pages import PAGE_SECONDS
from utilities.rendering.layout.table_rows import TableContent
from utilities.rendering.walls.board_variants import BoardVariants


def count_page_seconds(variants: Iterable[BoardVariants], board: str) -> float:
    """Returns the seconds of the tile with the most pages, on whichever screen; 0 for a board without pages."""
    tables = [
        face.content
        for each in variants
        if each.board.name == board
        for rendered in each.full.rendered.values()
        for face in (rendered.tile.content.faces if rendered.tile.content is not None else ())
    ]
    return PAGE_SECONDS * max((len(each.pages) for each in tables if isinstance(each, TableContent)), default=0)
