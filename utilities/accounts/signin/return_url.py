"""The address after sign-in: a page of this site and nothing else."""

import re

DEFAULT_RETURN_URL = "/"
MAX_RETURN_URL_CHARS = 512
# An allow rule: plain segments only. No escape, backslash, `//`, `@`, `:` or `;` can be written in such a path,
# whatever anybody decodes later; a query cannot leave the site.
INTERNAL_URL = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?(\?([A-Za-z0-9._~=&+-]|%[0-9A-Fa-f]{2})*)?", re.ASCII)
SIGN_IN_PATHS = ("/login", "/login-page", "/sign-out")


def safe_return_url(url: str) -> str:
    """Returns `url` if it is a page of this site, the start page for everything else."""
    if not url.startswith("/") or len(url) > MAX_RETURN_URL_CHARS or not INTERNAL_URL.fullmatch(url):
        return DEFAULT_RETURN_URL
    path = url.partition("?")[0].rstrip("/")
    return DEFAULT_RETURN_URL if path in SIGN_IN_PATHS or path.startswith("/login/") else url
