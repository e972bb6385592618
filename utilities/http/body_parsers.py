"""Parsers for the body formats of the share networks."""

import json
import re
from enum import StrEnum

from utilities.model.errors import BadAnswer


class BodyFormat(StrEnum):
    """How the JSON in a body is wrapped."""

    JSON = "json"
    JSONP = "jsonp"  # a function call with one JSON value
    JS_CALL = "js-call"  # a function call with several JSON values, parsed as a list


# A name may be dotted or indexed (`VK.Share.count`, `a["b"]`). A leading comment protects against Rosetta Flash.
JS_CALL = re.compile(
    r"\s*(?:/\*.*?\*/)?\s*(?:typeof [\w$.]+ === 'function' && )?[\w$.\[\]'\"]+\s*\((.*)\)\s*;?\s*", re.S
)
JSON_GUARD = re.compile(r"""^\s*(?:\)\]\}',?\s*\n|while\s*\(1\);|for\s*\(;;\);)""")


def parse_body(body: bytes, body_format: BodyFormat = BodyFormat.JSON) -> object:
    """Returns the value in `body`; raises BadAnswer with what the body is instead."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadAnswer("answered something that is not text") from None
    if not text.strip():
        raise BadAnswer("answered with an empty body")
    if text.lstrip().startswith("<"):
        raise BadAnswer("answered with a web page")
    if body_format is BodyFormat.JSON:
        return parse_strict_json(JSON_GUARD.sub("", text, count=1))
    call = JS_CALL.fullmatch(text)
    if not call:
        raise BadAnswer("answered something that is not a function call")
    inside = call[1]
    return (
        parse_strict_json(inside)
        if body_format is BodyFormat.JSONP
        else parse_strict_json(f"[{to_double_quotes(inside)}]")
    )


def parse_strict_json(text: str) -> object:
    """Parses JSON without NaN and Infinity; raises BadAnswer."""
    try:
        return json.loads(text, parse_constant=reject_constant)
    except (ValueError, RecursionError):
        raise BadAnswer("answered something that is not JSON") from None


def reject_constant(name: str) -> object:
    """Raises ValueError for NaN and Infinity."""
    raise ValueError(f"{name} is not JSON")


def to_double_quotes(text: str) -> str:
    """Converts JavaScript strings in single quotes to JSON strings: `'1','0'` becomes `"1","0"`."""
    return re.sub(r""""(?:[^"\\]|\\.)*"|'((?:[^'\\]|\\.)*)'""", _requote, text)


def _requote(match: re.Match[str]) -> str:
    """Returns one string in double quotes."""
    inside = match[1]
    return match[0] if inside is None else '"' + inside.replace("\\'", "'").replace('"', '\\"') + '"'
