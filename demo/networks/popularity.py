"""Generated share counts: the same for the same address, and slowly growing."""

import hashlib
from datetime import UTC, datetime

from yarl import URL

BEGAN = datetime(2026, 10, 1, tzinfo=UTC)


def share_count(network: str, url: str, most: int, now: datetime, silent: float = 0.0) -> int:
    """Returns an integer up to about `most`; pages near the top of a site have more.

    A part `silent` (0 to 1) of all pages was never shared on this network.
    """
    page = URL(url)
    luck = number_from_names(network, page.path)
    if luck < silent:
        return 0
    depth = max(len([part for part in page.path.split("/") if part]), 1)
    popular = ((luck - silent) / (1 - silent)) ** 2 / depth**0.7
    grown = (now - BEGAN).total_seconds() / 3600 * popular * most / 2000
    return int(popular * most + max(grown, 0.0))


def number_from_names(*names: str) -> float:
    """Returns a number from 0 to 1 that depends only on the names."""
    digest = hashlib.sha256("|".join(names).encode()).digest()
    return int.from_bytes(digest[:6]) / 2**48
