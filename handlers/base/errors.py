"""Errors as a status, a title and a sentence; they never contain anything from the request."""

from collections.abc import Mapping
from http import HTTPStatus

from tornado.web import HTTPError

from utilities.model.errors import (
    FoyerError,
    Overloaded,
    ShareUsedUp,
    SignInRefused,
    SourceError,
    StateDown,
    StoreDown,
)

SIGN_IN_FAILED = "Sign-in failed"
STATUS_TITLES = {
    400: "This address or form does not work",
    401: "Please sign in",
    403: "Not for you",
    404: "There is no such page",
    405: "That cannot be done here",
    421: "Wrong address",
    429: "Too fast",
    503: "Not just now",
}
STATUS_SENTENCES = {
    400: "The address or the form is not one that Foyer made.",
    401: "This page is for people who have signed in.",
    403: "You may not see or do this.",
    404: "There is nothing at this address. It may have been renamed.",
    405: "This address exists, but not for what was tried.",
    421: "Foyer does not answer under this name. Use the address of PUBLIC_URL.",
    429: "Too many tries in a short time. Wait a minute.",
    503: "Something that Foyer needs does not answer. Try again in a moment.",
}
ERROR_STATUSES: dict[type[FoyerError], int] = {
    ShareUsedUp: 429,
    SignInRefused: 403,
    Overloaded: 503,
    SourceError: 503,
    StoreDown: 503,
    StateDown: 503,
}


UNAVAILABLE_RETRY_SECONDS = 5  # `Retry-After` of every 503: what Foyer needs is tried again each second


class HttpProblem(HTTPError):
    """A status with a sentence for the client; it contains nothing from the request, except for a 421 its host."""

    def __init__(
        self,
        status: int,
        sentence: str = "",
        headers: dict[str, str] | None = None,
        faults: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status)
        self.sentence = sentence
        self.headers = headers or {}
        self.faults = faults or {}  # what is wrong with which parameter


def status_for_error(error: BaseException | None, usual: int) -> int:
    """Returns the status for an error of Foyer's tree; `usual` for every other."""
    return next((status for kind, status in ERROR_STATUSES.items() if isinstance(error, kind)), usual)


def error_title(status: int, error: BaseException | None) -> str:
    """Returns the title of an error page."""
    if isinstance(error, SignInRefused):
        return SIGN_IN_FAILED
    return STATUS_TITLES.get(status, "Something broke" if status >= 500 else HTTPStatus(status).phrase)


def error_sentence(status: int, error: BaseException | None) -> str:
    """Returns the sentence of the error, or the usual one of the status."""
    if isinstance(error, HttpProblem) and error.sentence:
        return error.sentence
    if isinstance(error, SignInRefused):
        return str(error)
    usual = (
        "The fault is Foyer's, and it is in its log." if status >= 500 else "Foyer does not know what to do with this."
    )
    return STATUS_SENTENCES.get(status, usual)
