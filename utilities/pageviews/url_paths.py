"""One spelling for each path of a URL (RFC 3986, 6.2.2)."""

import re

from utilities.model.text import JOINERS, is_visible

ESCAPED_TEXT = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
UNRESERVED_CHARACTER = re.compile(r"[A-Za-z0-9\-._~]")
UNUSUAL = re.compile(r"[^\x21\x23-\x3b\x3d\x3f-\x5d\x5f\x61-\x7a\x7c\x7e]")
"""Characters that may have to be escaped; most paths have none of them."""
ALWAYS_ESCAPED = frozenset('"<>^`{}')
"""Browsers escape these in a path; a client that does not means the same page."""
SESSION_PARAMETER = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;]*", re.IGNORECASE)
"""A session's id, which application servers write into the path of browsers without cookies."""


def normalize_path(path: str) -> str:
    """Returns the path as people read it, the same for all its spellings.

    Escaped letters are decoded: `/caf%C3%A9` is `/café` and `/%61` is `/a`. Escapes that mean something else than the
    character (`%2F`) stay, in upper case, and so do those of what cannot be shown.
    `.` and `..` are resolved. The id of a session is removed.
    """
    if ";" in path:
        path = SESSION_PARAMETER.sub("", path)
    if "%" in path:
        path = ESCAPED_TEXT.sub(decode_escaped_text, path)
    if UNUSUAL.search(path):
        path = "".join(c if c == " " or is_shown(c) else escape_character(c) for c in path)
    return remove_dot_segments(path) if "/." in path else path


def replace_backslashes(url: str) -> str:
    """Returns the URL with `/` for `\\` before its query, as browsers read it: the host ends there."""
    if "\\" not in url:
        return url
    end = next((at for at, character in enumerate(url) if character in "?#"), len(url))
    return url[:end].replace("\\", "/") + url[end:]


def decode_escaped_text(match: re.Match[str]) -> str:
    """Returns a run of escapes with its readable characters decoded."""
    text = bytes.fromhex(match[0].replace("%", "")).decode("utf-8", "surrogateescape")
    return "".join(
        c if UNRESERVED_CHARACTER.match(c) or (c > "\x9f" and is_shown(c)) else escape_character(c) for c in text
    )


def is_shown(character: str) -> bool:
    """Whether a path shows this character as it is."""
    if character.isspace() or character in ALWAYS_ESCAPED:
        return False
    return character in JOINERS or is_visible(character)


def escape_character(character: str) -> str:
    """Returns the UTF-8 bytes of a character as `%XX`; a byte that was not UTF-8 as itself."""
    errors = "surrogateescape" if "\udc80" <= character <= "\udcff" else "replace"
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", errors))


def remove_dot_segments(path: str) -> str:
    """Resolves `.` and `..`, as browsers do before they send a path; nothing is above `/`."""
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments[1:]:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)
