"""Long answers in parts: a cursor says where to go on, and in which edition of the answer."""

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from typing import TypeVar

from handlers.api.problems import ApiProblem
from handlers.base.errors import HttpProblem

Item = TypeVar("Item")

ANOTHER = "`cursor` must be as `next` has it"
CHANGED = "What was asked for has changed since the first page. Begin again without the cursor."


def part(items: Sequence[Item], limit: int, cursor: str, edition: object) -> tuple[Sequence[Item], str | None]:
    """So many items from the cursor on, and the cursor of the rest; None when there is no rest.

    Raises ApiProblem 422 for what was never a cursor, and HttpProblem 409 for one of another edition.
    """
    mark = hashlib.sha256(repr(edition).encode()).hexdigest()[:12]
    begin = place(cursor, mark) if cursor else 0
    end = begin + limit
    return items[begin:end], cursor_of(end, mark) if end < len(items) else None


def cursor_of(place: int, mark: str) -> str:
    return base64.urlsafe_b64encode(f"{place}.{mark}".encode()).decode().rstrip("=")


def place(cursor: str, mark: str) -> int:
    try:
        read = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        raise ApiProblem(422, {"cursor": ANOTHER}) from None
    found = re.fullmatch(r"([0-9]{1,9})\.([0-9a-f]{12})", read)
    if found is None:
        raise ApiProblem(422, {"cursor": ANOTHER})
    if found[2] != mark:
        raise HttpProblem(409, CHANGED)
    return int(found[1])
