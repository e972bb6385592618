"""The messages of the local socket: one line of JSON each, with tags for dates and times."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from utilities.model import errors
from utilities.model.errors import FoyerError

MAX_MESSAGE_BYTES = 64 * 1024 * 1024
TAG_PARSERS = {"$moment": datetime.fromisoformat, "$day": date.fromisoformat}


def tag_value(value: object) -> Mapping[str, str]:
    """Returns a datetime or date as a JSON object with a tag; TypeError for other values."""
    match value:
        case datetime():
            return {"$moment": value.astimezone(UTC).isoformat()}
        case date():
            return {"$day": value.isoformat()}
    raise TypeError(f"{type(value).__name__} cannot be sent through the local socket")


def untag_value(data: dict[str, Any]) -> Any:
    """Returns the value of a tagged object, and every other object unchanged."""
    if len(data) == 1:
        (name, value), *_ = data.items()
        if name in TAG_PARSERS:
            return TAG_PARSERS[name](value)
    return data


def encode_message(message: object) -> bytes:
    """Returns the message as a line of JSON."""
    return json.dumps(message, default=tag_value, separators=(",", ":")).encode() + b"\n"


def decode_message(line: bytes) -> Any:
    """Returns the message of a line; raises ValueError when it is not JSON."""
    return json.loads(line, object_hook=untag_value)


def encode_error(error: Exception) -> Mapping[str, str]:
    """Returns the class name and the text of an error."""
    return {"error": type(error).__name__, "text": str(error)}


def decode_error(answer: Mapping[str, str]) -> Exception:
    """Returns the error with its own class; ValueError for a class that is not a FoyerError."""
    kind = getattr(errors, answer["error"], None)
    if isinstance(kind, type) and issubclass(kind, FoyerError):
        return kind(answer["text"])
    return ValueError(answer["text"])
