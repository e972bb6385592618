"""Translation of the Google client's exceptions into Foyer's errors, with messages that tell what to do."""

import json
import re
import ssl
from dataclasses import dataclass, field
from http.client import HTTPException

import httplib2
import socks
from google.auth.exceptions import GoogleAuthError, RefreshError, TransportError
from googleapiclient.errors import Error as ApiError
from googleapiclient.errors import HttpError
from httplib2.decode import DecodeRatioError

from utilities.google.credentials import InvalidTokenResponse, TokenServerUnavailable
from utilities.google.quota import quota_error
from utilities.google.refusals import DISABLED_RETRY_SECONDS, QUOTA_REASONS, Refusal, read_refusal
from utilities.model import wall_words as words
from utilities.model.errors import BadAnswer, SourceError, SourceMisconfigured, Unavailable
from utilities.model.text import clean_text
from utilities.redaction import MASK, Redactor

CLIENT_ERRORS = (
    ApiError,
    GoogleAuthError,
    httplib2.HttpLib2Error,
    HTTPException,
    OSError,
    DecodeRatioError,
    # The client raises these for responses it does not expect (an error message that is not a string, a body that is
    # not UTF-8, JSON nested too deeply).
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    RecursionError,
)
"""Everything that the client raises."""

MAX_QUOTED_CHARS = 16_000  # of a server's message; the rest is not looked at
COUNTED_STATUSES = (500, 503)  # Google counts these, and locks the property out after too many


@dataclass(frozen=True)
class CallContext:
    """Names for error messages: the service, what a person must do, and the account."""

    service: str  # "Google Analytics"
    how_to_grant: str  # how the account gets access: "give it the role Viewer on property 1"
    enable_url: str  # where the API is enabled
    endpoint_setting: str  # the setting with the API's address
    account: str = ""  # the service account's e-mail address
    token: str = field(default="", repr=False)  # the access token, which no message may quote
    redactor: Redactor = field(default_factory=Redactor, repr=False)  # masks the account's key

    def quote_message(self, message: str) -> str:
        """Returns a server's message as clean text of at most 300 characters, without the token and the key."""
        masked = message.replace(self.token, MASK) if self.token else message
        return clean_text(self.redactor.mask_secrets(masked[:MAX_QUOTED_CHARS]))


def is_counted_server_error(error: BaseException) -> bool:
    """Whether Google counts this against the property's server errors of the hour."""
    return isinstance(error, HttpError) and error.status_code in COUNTED_STATUSES


def is_credential_error(error: BaseException) -> bool:
    """Whether another key file could help."""
    return isinstance(error, RefreshError) or (isinstance(error, HttpError) and error.status_code == 401)


def is_retryable(error: BaseException | None) -> bool:
    """Whether an immediate retry is worth it: the connection broke. Server errors are not retried, they are counted."""
    error = unwrap_error(error)
    if isinstance(error, (TimeoutError, ssl.SSLError)):
        return False
    return isinstance(error, (ConnectionError, HTTPException, TokenServerUnavailable))


def translate_error(error: BaseException | None, context: CallContext) -> SourceError:
    """Returns the SourceError to raise for one of CLIENT_ERRORS."""
    error = unwrap_error(error)
    if isinstance(error, HttpError):
        return translate_status(error, context)
    if isinstance(error, RefreshError):
        return translate_sign_in_error(str(error.args[0] if error.args else error), context)
    if isinstance(error, TokenServerUnavailable):
        return Unavailable(f"Google's token server has failed: {error}", wall_text=words.GOOGLE_BROKEN)
    if isinstance(error, InvalidTokenResponse):
        return BadAnswer(
            f"Google's token server gave no token: {error}; check for a proxy or a sign-in page in between"
        )
    if isinstance(error, ssl.SSLCertVerificationError):
        return Unavailable(
            f"the certificate of {context.service} is not trusted: {clean_text(error.verify_message, 120)}; "
            "behind a proxy that inspects TLS, set HTTPLIB2_CA_CERTS to the company's certificates",
            wall_text=words.GOOGLE_UNTRUSTED,
        )
    if isinstance(error, httplib2.ServerNotFoundError):
        return Unavailable(
            f"the host name of {context.service} cannot be resolved; check the network",
            wall_text=words.GOOGLE_UNRESOLVED,
        )
    if isinstance(error, socks.ProxyError):
        return Unavailable(
            f"the proxy of HTTPS_PROXY does not connect to {context.service}; "
            "check its address, user name and password",
            wall_text=words.PROXY_BLOCKS,
        )
    if isinstance(error, TimeoutError):
        return Unavailable(f"{context.service} did not answer in time", wall_text=words.TIMEOUT)
    if isinstance(error, ssl.SSLError):
        name = type(error).__name__
        return Unavailable(f"the TLS connection to {context.service} failed ({name})", wall_text=words.GOOGLE_UNTRUSTED)
    if isinstance(error, (OSError, HTTPException, GoogleAuthError)):
        return Unavailable(f"the connection to {context.service} failed ({type(error).__name__})")
    return BadAnswer(f"the answer of {context.service} cannot be read ({type(error).__name__})")


def unwrap_error(error: BaseException | None) -> BaseException | None:
    """Returns the error that google-auth has wrapped when a connection to the token server failed."""
    wrapped = error.args[0] if isinstance(error, TransportError) and error.args else None
    return wrapped if isinstance(wrapped, BaseException) else error


def translate_status(error: HttpError, context: CallContext) -> SourceError:
    status, message = error.status_code, google_message(error, context)
    refusal = read_refusal(error)
    if status == 429 or (status == 403 and not QUOTA_REASONS.isdisjoint(refusal.reasons)):
        return quota_error(message, error.resp.get("retry-after"))
    if status == 401:
        return SourceMisconfigured(
            f"{context.service} does not accept the token of {context.account}; "
            "check that its key still exists and that this machine's clock is right",
            wall_text=words.GOOGLE_REVOKED,
        )
    if status == 403:
        return translate_forbidden(message, refusal, context)
    if status in (408, 500, 502, 503, 504):
        text = f"{context.service} has failed ({status}{': ' + message if message else ''})"
        return Unavailable(text, wall_text=words.GOOGLE_BROKEN)
    if status == 400:
        text = f"{context.service} rejects the request: {message or 'it gives no reason'}"
        return SourceMisconfigured(text, wall_text=words.GOOGLE_REJECTS)
    if status == 404 and message:
        text = f"{context.service} does not find what was requested: {message}"
        return SourceMisconfigured(text, wall_text=words.GOOGLE_NO_PROPERTY)
    return BadAnswer(
        f"{context.service} answered {status} with a body that cannot be read; check {context.endpoint_setting}, "
        "and whether there is a proxy or a sign-in page in between"
    )


def translate_forbidden(message: str, refusal: Refusal, context: CallContext) -> SourceError:
    """Returns the error for a 403, by its reason; only one without a reason is about the account's role."""
    if remedy := refusal.find_remedy():
        account, enable_url = context.account, context.enable_url
        text = refusal.describe_remedy(remedy, service=context.service, account=account, enable_url=enable_url)
        retry_after = DISABLED_RETRY_SECONDS if remedy == "SERVICE_DISABLED" else None
        wall_text = words.GOOGLE_API_DISABLED if remedy == "SERVICE_DISABLED" else words.GOOGLE_REVOKED
        return SourceMisconfigured(text, retry_after=retry_after, wall_text=wall_text)
    if not message:
        return BadAnswer(f"{context.service} answered 403 without a reason; check for a proxy in between")
    if re.search(r"\bInvalid property ID\b", message):
        text = f"GA4_PROPERTY_ID is not the number of a property: {message}"
        return SourceMisconfigured(text, wall_text=words.GOOGLE_NO_PROPERTY)
    if refusal.info_reason and refusal.info_reason != "IAM_PERMISSION_DENIED":
        reason = context.quote_message(refusal.info_reason)
        text = f"{context.service} refuses the request of {context.account}: {message} ({reason})"
        return SourceMisconfigured(text, wall_text=words.GOOGLE_FORBIDS)
    return SourceMisconfigured(
        f"{context.account} may not read this; {context.how_to_grant} ({context.service}: {message})",
        wall_text=words.GOOGLE_FORBIDS,
    )


def translate_sign_in_error(message: str, context: CallContext) -> SourceError:
    """Returns the error for a response of the token server (RFC 6749)."""
    reason = context.quote_message(message)
    if re.search(r"\bshort-lived token\b|\biat\b", message):
        text = f"Google rejects the key because this machine's clock is wrong; set the clock ({reason})"
        return SourceMisconfigured(text, wall_text=words.CLOCK_WRONG)
    text = f"Google rejects the key of {context.account}: {reason}"
    if re.search(r"\bSignature\b", message):
        text = f"the key of {context.account} is no longer valid; make a new one ({reason})"
    elif re.search(r"\baccount not found\b", message):
        text = f"the service account {context.account} no longer exists; make a new one ({reason})"
    return SourceMisconfigured(text, wall_text=words.GOOGLE_REVOKED)


def google_message(error: HttpError, context: CallContext) -> str:
    """Returns Google's own message as it may be quoted; '' when the body is not Google's JSON."""
    try:
        message = json.loads(error.content)["error"]["message"]
    except (ValueError, TypeError, LookupError, RecursionError):
        return ""
    if not isinstance(message, str):
        return ""
    return context.quote_message(message).removesuffix(".")
