"""Filters of a desk page: rows whose name is a link that filters, and unknown parameters."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from utilities.model.frames import REST_NAME, Column
from utilities.sources import ROWS_PARAM

SCOPE_NAMES = frozenset({"site", "from", "to", "compare", ROWS_PARAM})
PAGE_STATE_NAMES = ("compare", ROWS_PARAM, "view", "series", "sort", "q", "page", "part", "filter", "value")
FILTER_OF_COLUMN = {
    **dict.fromkeys(("page", "path", "pagePath", "landing", "exit"), "page"),
    **dict.fromkeys(("referrer", "referrer_host"), "referrer"),
    **dict.fromkeys(("channel", "sessionDefaultChannelGroup"), "channel"),
    **dict.fromkeys(("source", "sessionSource"), "source"),
    **dict.fromkeys(("medium", "sessionMedium"), "medium"),
    **dict.fromkeys(("campaign", "sessionCampaignName"), "campaign"),
    **dict.fromkeys(("device", "deviceCategory"), "device"),
    **dict.fromkeys(("system", "operatingSystem"), "system"),
    **{name: name for name in ("country", "browser")},
}
"""The parameter that filters by a column's values, by the key of the column."""

VALUELESS_CELLS = frozenset({"", "–", REST_NAME, "(not set)", "(data not available)"})
"""Cells that name no value."""


def column_filters(columns: Sequence[Column], accepted: Collection[str]) -> dict[int, str]:
    """Returns the parameter for each column whose values can filter the report, by the column's place."""
    names = {place: FILTER_OF_COLUMN.get(column.key, "") for place, column in enumerate(columns)}
    return {place: name for place, name in names.items() if name in accepted}


def row_filter(columns: Sequence[Column], accepted: Collection[str]) -> tuple[int, str]:
    """Returns the first column whose values can filter the report, and the parameter; -1 and '' without any."""
    return next(iter(column_filters(columns, accepted).items()), (-1, ""))


def row_links(
    cells: Iterable[Sequence[str]], filters: Mapping[int, str], params: Mapping[str, str], link: Callable[..., str]
) -> list[dict[int, str]]:
    """Returns for each row the addresses of its cells that filter, by place; none for a cell that names no value.

    A cell that the report is filtered by already has no link: it would lead to the same page.
    """
    return [
        {
            place: link(params={**params, name: row[place]})
            for place, name in filters.items()
            if is_filter_value(name, row[place]) and params.get(name) != row[place]
        }
        for row in cells
    ]


def is_filter_value(name: str, text: str) -> bool:
    """Whether a cell names a value, and not a rest like `(other)`; a page is a path, a number is the table's page."""
    return text.startswith("/") if name == "page" else text not in VALUELESS_CELLS
