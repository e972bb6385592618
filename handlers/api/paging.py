"""Pages of long answers: a cursor holds the next index and a hash of the version of the answer."""

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from typing import TypeVar

from handlers.api.problems import ApiProblem
from handlers.base.errors import HttpProblem

PagedItem = TypeVar("PagedItem")

INVALID_CURSOR = "`cursor` must be a value from `next`"
CHANGED_SINCE_FIRST_PAGE = "The answer has changed since the first page. Start again without the cursor."


def paginate_items(
    items: Sequence[PagedItem], limit: int, cursor: str, version: object
) -> tuple[Sequence[PagedItem], str | None]:
    """Returns at most `limit` items from the cursor on, and the cursor of the rest, None without a rest.

    Raises ApiProblem 422 for a cursor that cannot be read, and HttpProblem 409 for one of another version.
    """
    version_hash = hash_version(version)
    start = decode_cursor(cursor, version_hash) if cursor else 0
    end = start + limit
    return items[start:end], encode_cursor(end, version_hash) if end < len(items) else None


def hash_version(version: object) -> str:
    """Returns what a cursor holds of the version of an answer."""
    return hashlib.sha256(repr(version).encode()).hexdigest()[:12]


def encode_cursor(index: int, version_hash: str) -> str:
    return base64.urlsafe_b64encode(f"{index}.{version_hash}".encode()).decode().rstrip("=")


def decode_cursor(cursor: str, version_hash: str) -> int:
    """Returns the index in a cursor. Raises as `paginate_items`."""
    try:
        decoded = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        raise ApiProblem(422, {"cursor": INVALID_CURSOR}) from None
    match = re.fullmatch(r"([0-9]{1,9})\.([0-9a-f]{12})", decoded)
    if match is None:
        raise ApiProblem(422, {"cursor": INVALID_CURSOR})
    if match[2] != version_hash:
        raise HttpProblem(409, CHANGED_SINCE_FIRST_PAGE)
    return int(match[1])
