"""For whom something is done, so that nobody uses up what is everybody's."""

from contextvars import ContextVar

from utilities.model.principals import ApiClient, PairedScreen, Person, Principal

REQUEST_VIEWER: ContextVar[str] = ContextVar("REQUEST_VIEWER", default="")
"""Who sends the request that is being answered, as `viewer_key` returns it."""
QUERY_VIEWER: ContextVar[str | None] = ContextVar("QUERY_VIEWER", default=None)
"""For whom a source is queried just now; None for walls, alerts and everything on a schedule."""


def viewer_key(principal: Principal) -> str:
    """Returns the name under which shares are counted; '' for everybody who is not identified."""
    if isinstance(principal, Person):
        return f"person {principal.number}"
    if isinstance(principal, ApiClient):
        return f"token {principal.number}"
    return f"screen {principal.number}" if isinstance(principal, PairedScreen) else ""
