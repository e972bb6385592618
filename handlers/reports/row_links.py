"""Filters of a desk page: rows whose name is a link that filters, and unknown parameters."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from utilities.model.errors import ParameterError
from utilities.model.frames import Column, Frame
from utilities.model.near_names import find_near_name
from utilities.sources import ROWS_PARAM

SCOPE_NAMES = frozenset({"site", "from", "to", "compare", ROWS_PARAM})
PAGE_STATE_NAMES = ("compare", ROWS_PARAM, "view", "sort", "q", "page", "part")
FILTER_OF_COLUMN = {
    "page": ("page",),
    "path": ("page",),
    "landing": ("landing",),
    "exit": ("exit",),
    **{name: (f"f.{name}", name) for name in ("channel", "source", "campaign", "referrer", "country", "language")},
    **{name: (f"f.{name}", name) for name in ("browser", "system", "device")},
}
"""The parameters that filter by a column's values, by its key; the first that a report accepts is used."""


def row_filter(columns: Sequence[Column], accepted: Collection[str]) -> tuple[int, str]:
    """Returns the first column whose values can filter the report, and the parameter; -1 and '' without any."""
    for place, column in enumerate(columns):
        for name in FILTER_OF_COLUMN.get(column.key, ()):
            if name in accepted:
                return place, name
    return -1, ""


def row_links(
    frame: Frame, cells: Iterable[Sequence[str]], accepted: Collection[str], link: Callable[..., str], params: Any
) -> tuple[int, list[str]]:
    """Returns the place of the linked column and the address for each row; '' for a name that is no value.

    A page must be a path: the parameter `page` with anything else is the page of the table.
    """
    place, name = row_filter(frame.columns, accepted)
    if not name:
        return -1, []
    return place, [
        link(params={**params, name: row[place]}) if is_filter_value(name, row[place]) else "" for row in cells
    ]


def is_filter_value(name: str, text: str) -> bool:
    """Whether a cell names a value, and not a rest like `(other)` or nothing."""
    return text.startswith("/") if name == "page" else bool(text) and text != "–" and not text.startswith("(")


def check_param_names(names: Iterable[str], accepted: Collection[str]) -> None:
    """Raises ParameterError for the first name that is not accepted, with the nearest accepted one.

    The message says which one by its place: nothing from a request is repeated.
    """
    for place, name in enumerate(names, 1):
        if name not in accepted:
            near = find_near_name(name, accepted)
            hint = f"; perhaps it should be `{near}`" if near else ""
            raise ParameterError(
                f"parameter {place} of the address is not one of this page{hint}. The page has {', '.join(accepted)}"
            )
