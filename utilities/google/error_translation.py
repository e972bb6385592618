"""What every failure of the Google client means, as one of Foyer's own errors with a sentence to act on."""

import json
import re
import ssl
from dataclasses import dataclass
from http.client import HTTPException

import httplib2
from google.auth.exceptions import GoogleAuthError, RefreshError, TransportError
from googleapiclient.errors import Error as ApiError
from googleapiclient.errors import HttpError
from httplib2.decode import DecodeRatioError

from utilities.google.credentials import BadToken, TokenServerDown
from utilities.google.quota import exhausted
from utilities.model.errors import BadAnswer, SourceError, SourceMisconfigured, Unavailable
from utilities.model.text import clean_text

FAILURES = (
    ApiError,
    GoogleAuthError,
    httplib2.HttpLib2Error,
    HTTPException,
    OSError,
    DecodeRatioError,
    # The client trips over its own feet on answers it does not expect (an error message that is no string, a body
    # that is not UTF-8, JSON nested too deeply).
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    RecursionError,
)
"""Everything the client is known to raise."""

SERVER_ERRORS = (500, 503)  # those that Google counts, and locks a property out for
LINK = re.compile(r"https://console\.(?:developers|cloud)\.google\.com/[\w./?=&%-]+")


@dataclass(frozen=True)
class Asked:
    """Who was asked for what, for the sentences."""

    service: str  # "Google Analytics"
    account: str  # the service account's e-mail address
    grant: str  # what a person must do so that the account may read: "give it the role Viewer on property 1"
    page: str  # where the API is switched on
    endpoint: str  # the setting that holds the API's address


def counts_as_server_error(error: BaseException) -> bool:
    """Whether Google counts this against the property's server errors of the hour."""
    return isinstance(error, HttpError) and error.status_code in SERVER_ERRORS


def is_about_the_key(error: BaseException) -> bool:
    """Whether another key could help."""
    return isinstance(error, RefreshError) or (isinstance(error, HttpError) and error.status_code == 401)


def worth_another_try(error: BaseException | None) -> bool:
    """Whether the connection broke in a way that is often over at once; a server error is counted, so it is not."""
    error = bare(error)
    if isinstance(error, (TimeoutError, ssl.SSLError)):
        return False
    return isinstance(error, (ConnectionError, HTTPException, TokenServerDown))


def explain(error: BaseException | None, asked: Asked) -> SourceError:
    """The error to raise instead; one of FAILURES in, a SourceError out."""
    error = bare(error)
    if isinstance(error, HttpError):
        return explain_status(error, asked)
    if isinstance(error, RefreshError):
        return explain_sign_in(str(error.args[0] if error.args else error), asked)
    if isinstance(error, TokenServerDown):
        return Unavailable(f"Google's sign-in for service accounts is out of order: {error}")
    if isinstance(error, BadToken):
        return BadAnswer(f"Google's sign-in cannot be read: {error}; is there a proxy or a sign-in page in between?")
    if isinstance(error, ssl.SSLCertVerificationError):
        return Unavailable(
            f"the certificate {asked.service} shows is not trusted: {clean_text(error.verify_message, 120)}; "
            "behind a proxy that opens TLS, set HTTPLIB2_CA_CERTS to the company's certificates"
        )
    if isinstance(error, httplib2.ServerNotFoundError):
        return Unavailable(f"the name of {asked.service} cannot be resolved; is there a network?")
    if isinstance(error, TimeoutError):
        return Unavailable(f"{asked.service} did not answer in time")
    if isinstance(error, (OSError, HTTPException, GoogleAuthError)):
        return Unavailable(f"the connection to {asked.service} failed ({type(error).__name__})")
    return BadAnswer(f"{asked.service} answered something that cannot be read ({type(error).__name__})")


def bare(error: BaseException | None) -> BaseException | None:
    """What google-auth has wrapped, when a connection to the token server failed."""
    wrapped = error.args[0] if isinstance(error, TransportError) and error.args else None
    return wrapped if isinstance(wrapped, BaseException) else error


def explain_status(error: HttpError, asked: Asked) -> SourceError:
    status, message = error.status_code, said(error)
    if status == 429 or (status == 403 and "ateLimitExceeded" in text_of(error)):
        return exhausted(message, error.resp.get("retry-after"))
    if status == 401:
        return SourceMisconfigured(
            f"{asked.service} does not accept the sign-in of {asked.account}; "
            "look whether its key was deleted and whether this machine's clock is right"
        )
    if status == 403:
        return explain_forbidden(message, error, asked)
    if status in (408, 500, 502, 503, 504):
        return Unavailable(f"{asked.service} is out of order ({status}{': ' + message if message else ''})")
    if status == 400:
        return SourceMisconfigured(f"{asked.service} refuses the question: {message or 'no reason given'}")
    if status == 404 and message:
        return SourceMisconfigured(f"{asked.service} does not know what is asked for: {message}")
    return BadAnswer(
        f"{asked.service} answered {status} and nothing that can be read; look at {asked.endpoint}, "
        "and whether there is a proxy or a sign-in page in between"
    )


def explain_forbidden(message: str, error: HttpError, asked: Asked) -> SourceError:
    if "SERVICE_DISABLED" in text_of(error) or "has not been used in project" in message:
        found = LINK.search(message)
        return SourceMisconfigured(
            f"the API of {asked.service} is switched off; enable it at {found[0] if found else asked.page}"
        )
    if not message:
        return BadAnswer(f"{asked.service} answered 403 without a reason; is there a proxy in between?")
    if "Invalid property ID" in message:
        return SourceMisconfigured(f"GA4_PROPERTY_ID is not the number of a property: {message}")
    return SourceMisconfigured(f"{asked.account} may not read this; {asked.grant} ({asked.service}: {message})")


def explain_sign_in(message: str, asked: Asked) -> SourceError:
    """For the token server's own refusals (RFC 6749)."""
    said_ = clean_text(message, 200)
    if "short-lived token" in message or "iat" in message:
        return SourceMisconfigured(
            f"Google refuses the sign-in because this machine's clock is wrong; set it ({said_})"
        )
    if "Signature" in message:
        return SourceMisconfigured(f"the key of {asked.account} is no longer valid; make a new one ({said_})")
    if "account not found" in message:
        return SourceMisconfigured(f"the service account {asked.account} no longer exists; make a new one ({said_})")
    return SourceMisconfigured(f"Google refuses the sign-in of {asked.account}: {said_}")


def said(error: HttpError) -> str:
    """Google's own message, made fit to be shown; '' when the answer is not Google's JSON."""
    try:
        message = json.loads(error.content)["error"]["message"]
    except (ValueError, TypeError, LookupError, RecursionError):
        return ""
    return clean_text(message, 300).removesuffix(".") if isinstance(message, str) else ""


def text_of(error: HttpError) -> str:
    content = error.content
    return content.decode("utf-8", "replace") if isinstance(content, bytes) else ""
