"""Joins the columns of the share networks into two: all shares, and the network with most of them."""

import re
from collections.abc import Sequence

from utilities.model.formats import MISSING_VALUE, format_value
from utilities.model.frames import Column, Frame, Value, ValueKind
from utilities.rendering.layout.table_columns import NumericColumn

TOTAL_RANK, NETWORK_RANK = 1, 2
"""The network is dropped before the total where there is no room."""

TOTAL_HEADING = "All shares"
JOINED_KEYS = ("shares", "mostlyOn")
"""The keys of the two columns."""

NETWORK_NAME = re.compile(r"\bon ([A-Z]\w*(?: [A-Z]\w*)*)")
"""The network's name in the description of its column: `points and comments on Hacker News`."""


def join_share_columns(frame: Frame, networks: Sequence[Column]) -> list[NumericColumn]:
    """Returns the total of each row, with `≥` where a network gave no figure, and the name of the largest network."""
    places = [frame.column_index(network.key) for network in networks]
    named = [network_name(network) for network in networks]
    names = list(dict.fromkeys(named))
    counts = [network_counts([row[place] for place in places], named) for row in frame.rows]
    return [
        NumericColumn(JOINED_KEYS[0], TOTAL_HEADING, tuple(total_text(row) for row in counts), TOTAL_RANK, ""),
        NumericColumn(
            JOINED_KEYS[1],
            "mostly on",
            tuple(largest_network(row, names) for row in counts),
            NETWORK_RANK,
            "",
            is_text=True,
        ),
    ]


def network_counts(counts: Sequence[Value], named: Sequence[str]) -> list[Value]:
    """Returns one count of each network, in order of first appearance: two providers may count the same network.

    The largest counts, because neither has a share that is not on that network.
    """
    largest: dict[str, Value] = {}
    for name, count in zip(named, counts, strict=True):
        before = largest.get(name)
        if isinstance(count, int | float) and (not isinstance(before, int | float) or count > before):
            largest[name] = count
        else:
            largest.setdefault(name, count)
    return list(largest.values())


def total_text(counts: Sequence[Value]) -> str:
    """Returns the sum of what the networks gave; a dash when none gave a figure."""
    available = [count for count in counts if isinstance(count, int | float)]
    if not available:
        return MISSING_VALUE
    text = format_value(sum(available), ValueKind.INTEGER)
    return text if len(available) == len(counts) else f"≥ {text}"


def largest_network(counts: Sequence[Value], names: Sequence[str]) -> str:
    """Returns the name of the network with most shares, the first of equals; '' when there is none."""
    most, name = 0.0, ""
    for count, network in zip(counts, names, strict=True):
        if isinstance(count, int | float) and count > most:
            most, name = count, network
    return name


def network_name(network: Column) -> str:
    """Returns the name in full, because a heading such as `HN` means nothing in a hall."""
    name = NETWORK_NAME.search(network.description)
    return name[1] if name else network.heading
