"""How the processes of one machine talk about page views: lines of JSON, and nothing in them that is not plain."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from utilities.model import errors
from utilities.model.errors import FoyerError

LONGEST = 64 * 1024 * 1024  # bytes of one line: an answer, or a lot of page views
MARKS = {"$moment": datetime.fromisoformat, "$day": date.fromisoformat}


def marked(value: object) -> Mapping[str, str]:
    match value:
        case datetime():
            return {"$moment": value.astimezone(UTC).isoformat()}
        case date():
            return {"$day": value.isoformat()}
    raise TypeError(f"{type(value).__name__} does not go over the wire")


def unmarked(found: dict[str, Any]) -> Any:
    if len(found) == 1:
        (name, value), *_ = found.items()
        if name in MARKS:
            return MARKS[name](value)
    return found


def line(message: object) -> bytes:
    return json.dumps(message, default=marked, separators=(",", ":")).encode() + b"\n"


def message(data: bytes) -> Any:
    """What `line` made the data of; ValueError when it did not."""
    return json.loads(data, object_hook=unmarked)


def told(error: Exception) -> Mapping[str, str]:
    return {"error": type(error).__name__, "text": str(error)}


def error_of(answer: Mapping[str, str]) -> Exception:
    """The error that `told` told of, as the class it was."""
    kind = getattr(errors, answer["error"], None)
    if isinstance(kind, type) and issubclass(kind, FoyerError):
        return kind(answer["text"])
    return ValueError(answer["text"])
