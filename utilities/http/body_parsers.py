"""The styles of body the networks answer in, read into plain Python."""

import json
import re
from enum import StrEnum

from utilities.model.errors import BadAnswer


class Style(StrEnum):
    """How a body is dressed."""

    JSON = "json"
    JSONP = "jsonp"  # one JSON value given to one function
    JS_CALL = "js-call"  # a function call with several JSON values: read as a list


# A name may be dotted or indexed (`VK.Share.count`, `a["b"]`); a comment in front is the Rosetta Flash guard.
CALL = re.compile(r"\s*(?:/\*.*?\*/)?\s*(?:typeof [\w$.]+ === 'function' && )?[\w$.\[\]'\"]+\s*\((.*)\)\s*;?\s*", re.S)
GUARD = re.compile(r"""^\s*(?:\)\]\}',?\s*\n|while\s*\(1\);|for\s*\(;;\);)""")


def read(body: bytes, style: Style = Style.JSON) -> object:
    """The value in `body`; raises BadAnswer with what was found in its place."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadAnswer("answered something that is not text") from None
    if not text.strip():
        raise BadAnswer("answered with an empty body")
    if text.lstrip().startswith("<"):
        raise BadAnswer("answered with a web page")
    if style is Style.JSON:
        return from_json(GUARD.sub("", text, count=1))
    call = CALL.fullmatch(text)
    if not call:
        raise BadAnswer("answered something that is not a function call")
    inside = call[1]
    return from_json(inside) if style is Style.JSONP else from_json(f"[{in_double_quotes(inside)}]")


def from_json(text: str) -> object:
    try:
        return json.loads(text, parse_constant=no_constant)
    except (ValueError, RecursionError):
        raise BadAnswer("answered something that is not JSON") from None


def no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def in_double_quotes(text: str) -> str:
    """JavaScript's own strings as JSON's: `'1','0'` is `"1","0"`; strings in double quotes stay as they are."""
    return re.sub(r""""(?:[^"\\]|\\.)*"|'((?:[^'\\]|\\.)*)'""", quoted, text)


def quoted(found: re.Match[str]) -> str:
    inside = found[1]
    return found[0] if inside is None else '"' + inside.replace("\\'", "'").replace('"', '\\"') + '"'
