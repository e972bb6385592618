"""The address after sign-in: a page of this site and nothing else."""

import re
from urllib.parse import quote

DEFAULT_RETURN_URL = "/"
MAX_RETURN_URL_CHARS = 8_000  # what usual proxies accept as one request line
# The path is an allow rule: no `//`, backslash, `@`, `:`, `;`, escaped ASCII character or segment that begins with a
# dot can be in it, whatever anybody decodes later. A query and a fragment cannot leave the site: they are escaped only.
INTERNAL_PATH = re.compile(r"(/(?:[A-Za-z0-9_~-]|%[89A-F][0-9A-F])(?:[A-Za-z0-9._~-]|%[89A-F][0-9A-F])*)*/?", re.ASCII)
ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f]")
PLAIN_CHARACTER = re.compile(r"[A-Za-z0-9._~-]", re.ASCII)
QUERY_CHARACTERS = "/?:@!$&'()*+,;=-._~%"  # RFC 3986, 3.4; `%` begins an escape that is there already
SIGN_IN_PATHS = ("/login", "/login-page", "/sign-out")


def safe_return_url(url: str) -> str:
    """Returns `url`, escaped for a Location header, if it is a page of this site; the start page for everything else.

    Of an address that is too long only the path is returned.
    """
    if not url.startswith("/") or CONTROL_CHARACTER.search(url):
        return DEFAULT_RETURN_URL
    address, hash_mark, fragment = url.partition("#")
    path, question_mark, query = address.partition("?")
    path = ESCAPE.sub(_normalize_escape, quote(path, safe="/%!$&'()*+,;=:@~", errors="replace"))
    if not INTERNAL_PATH.fullmatch(path) or len(path) > MAX_RETURN_URL_CHARS:
        return DEFAULT_RETURN_URL
    if path.rstrip("/") in SIGN_IN_PATHS or path.startswith("/login/"):
        return DEFAULT_RETURN_URL
    kept = f"{path or '/'}{question_mark}{_escape(query)}{hash_mark}{_escape(fragment)}"
    return kept if len(kept) <= MAX_RETURN_URL_CHARS else path or DEFAULT_RETURN_URL


def _escape(text: str) -> str:
    return quote(BARE_PERCENT.sub("%25", text), safe=QUERY_CHARACTERS, errors="replace")


def _normalize_escape(escape: re.Match[str]) -> str:
    """Returns the character for an escape that was not needed, as browsers do; any other escape in upper case."""
    character = chr(int(escape[1], 16))
    return character if PLAIN_CHARACTER.fullmatch(character) else escape[0].upper()
