"""Finds the name that somebody probably meant, and refuses names that there are not."""

from collections.abc import Collection, Iterable
from difflib import get_close_matches

from utilities.model.errors import ParameterError

MAX_COMPARED_CHARS = 100  # the time for a comparison grows with the length


def find_near_name(name: str, names: Iterable[str], similarity: float = 0.6) -> str:
    """Returns the most similar of the names; '' when none is similar enough, from 0 for any to 1 for equal."""
    return next(iter(get_close_matches(name[:MAX_COMPARED_CHARS], list(names), 1, similarity)), "")


def check_param_names(names: Iterable[str], accepted: Collection[str]) -> None:
    """Raises ParameterError for the first name that is not accepted, with the nearest accepted one.

    The message says which one by its place: nothing from a request is repeated.
    """
    for place, name in enumerate(names, 1):
        if name not in accepted:
            near = find_near_name(name, accepted)
            hint = f"; perhaps it should be `{near}`" if near else ""
            raise ParameterError(
                "",
                f"parameter {place} of the address is not one of this page{hint}. The page has {', '.join(accepted)}",
            )
