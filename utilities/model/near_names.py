"""Finds the name that somebody probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches

MAX_COMPARED_CHARS = 100  # the time for a comparison grows with the length


def find_near_name(name: str, names: Iterable[str], similarity: float = 0.6) -> str:
    """Returns the most similar of the names; '' when none is similar enough, from 0 for any to 1 for equal."""
    return next(iter(get_close_matches(name[:MAX_COMPARED_CHARS], list(names), 1, similarity)), "")
