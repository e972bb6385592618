"""Where somebody may be sent after signing in: to a page of ours and nowhere else."""

import re

HOME = "/"
LONGEST = 512
# An allow rule: plain segments only. No escape, backslash, `//`, `@`, `:` or `;` can be written in such a path,
# whatever anybody decodes later; a query cannot leave the site.
INTERNAL = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?(\?([A-Za-z0-9._~=&+-]|%[0-9A-Fa-f]{2})*)?", re.ASCII)
OUTSIDE = ("/login", "/login-page", "/sign-out")


def destination(wanted: str) -> str:
    """`wanted` when it is a page of ours, HOME for everything else."""
    if not wanted.startswith("/") or len(wanted) > LONGEST or not INTERNAL.fullmatch(wanted):
        return HOME
    path = wanted.partition("?")[0].rstrip("/")
    return HOME if path in OUTSIDE or path.startswith("/login/") else wanted
