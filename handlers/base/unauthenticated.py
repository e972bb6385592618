"""What clients get that have not signed in: the way to the sign-in page, or how to authenticate."""

from tornado.escape import url_escape

from handlers.base.permissions import Route
from utilities.model.principals import ApiClient

BEARER_CHALLENGE = 'Bearer realm="Foyer"'


def sign_in_url(return_url: str) -> str:
    """Returns the address of the sign-in page that leads to `return_url` afterwards."""
    from utilities.accounts.signin.return_url import safe_return_url  # not in a process that only collects

    return "/login-page?next=" + url_escape(safe_return_url(return_url))


def unauthenticated_answer(bearer: str | None, route: Route) -> tuple[str, dict[str, str]]:
    """Returns the message and headers of a 401: how to authenticate (RFC 6750)."""
    if bearer is not None:
        return "This token is unknown or revoked, or the person who made it may no longer sign in.", {
            "WWW-Authenticate": f'{BEARER_CHALLENGE}, error="invalid_token"'
        }
    return "", {"WWW-Authenticate": BEARER_CHALLENGE} if ApiClient in route.allow else {}
