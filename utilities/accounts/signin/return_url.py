"""Where somebody may be sent after signing in: to a page of ours and nowhere else."""

import re

DEFAULT_RETURN_URL = "/"
MAX_RETURN_URL_CHARS = 512
# An allow rule: plain segments only. No escape, backslash, `//`, `@`, `:` or `;` can be written in such a path,
# whatever anybody decodes later; a query cannot leave the site.
INTERNAL_URL = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?(\?([A-Za-z0-9._~=&+-]|%[0-9A-Fa-f]{2})*)?", re.ASCII)
SIGN_IN_PATHS = ("/login", "/login-page", "/sign-out")


def safe_return_url(wanted: str) -> str:
    """`wanted` when it is a page of ours, HOME for everything else."""
    if not wanted.startswith("/") or len(wanted) > MAX_RETURN_URL_CHARS or not INTERNAL_URL.fullmatch(wanted):
        return DEFAULT_RETURN_URL
    path = wanted.partition("?")[0].rstrip("/")
    return DEFAULT_RETURN_URL if path in SIGN_IN_PATHS or path.startswith("/login/") else wanted
