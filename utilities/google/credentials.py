"""Google service account: its key file, and one access token for all threads."""

import json
import threading
from http import HTTPStatus
from pathlib import Path
from typing import Any

from google.auth import exceptions
from google.auth.transport import DEFAULT_RETRYABLE_STATUS_CODES
from google.oauth2 import service_account

from utilities.model.errors import SourceMisconfigured

KEY_FILE_SETTING = "GOOGLE_APPLICATION_CREDENTIALS"
MAKE_KEY_HINT = (
    "make a JSON key for a service account in the Google Cloud console (IAM & Admin → Service Accounts → Keys)"
)


class TokenServerUnavailable(exceptions.TransportError):
    """The token server answered with a status that means: retry later."""


class InvalidTokenResponse(exceptions.TransportError):
    """The token server answered 200, but without a token."""


class ServiceAccountCredentials(service_account.Credentials):
    """One access token for all threads, fetched once at a time, and only from the token server."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)  # type: ignore[no-untyped-call]
        self.lock = threading.Lock()
        self.last_sent = threading.local()  # the token that each thread sent last

    def _is_regional_access_boundary_lookup_required(self) -> bool:
        """Returns False, because google-auth >= 2.55 sends the bearer token to iamcredentials.googleapis.com otherwise.

        It does so from a thread of its own, and there is no setting for it.
        """
        return False

    def before_request(self, request: Any, method: str, url: str, headers: dict[str, str]) -> None:
        """Adds the token to the headers, and remembers for this thread which one it was."""
        super().before_request(request, method, url, headers)  # type: ignore[no-untyped-call]
        self.last_sent.token = headers["authorization"].removeprefix("Bearer ")

    def refresh(self, request: Any) -> None:
        """Fetches a new token, unless another thread has fetched one since this thread sent its last one.

        `request` uses the thread's own Connections; their deadline also limits the wait for the other thread.
        """
        if not self.lock.acquire(timeout=request.http.deadline.remaining_seconds()):
            raise TimeoutError("another thread is waiting too long for a token")
        try:
            if not self.valid or self.token == getattr(self.last_sent, "token", None):
                super().refresh(TokenRequest(request))  # type: ignore[no-untyped-call]
        finally:
            self.lock.release()


class TokenRequest:
    """Sends one request to the token server, and rejects responses that google-auth cannot handle.

    google-auth itself retries three times with sleeps in the pool thread, and raises TypeError for an HTML page.
    """

    def __init__(self, request: Any) -> None:
        self.request = request

    def __call__(self, *args: Any, **named: Any) -> Any:
        response = self.request(*args, **named)
        if response.status in DEFAULT_RETRYABLE_STATUS_CODES:
            raise TokenServerUnavailable(f"the token server answered {response.status}")  # type: ignore[no-untyped-call]
        try:
            body = json.loads(response.data)
        except (ValueError, RecursionError):
            body = None
        if response.status == HTTPStatus.OK and not is_token_response(body):
            raise InvalidTokenResponse("the token server answered without an access token")  # type: ignore[no-untyped-call]
        if not isinstance(body, dict):
            raise InvalidTokenResponse(f"the token server answered {response.status} without JSON")  # type: ignore[no-untyped-call]
        return response


def is_token_response(body: object) -> bool:
    """Whether the JSON body has an access token, and a lifetime that can be read if it has one."""
    if not isinstance(body, dict) or not isinstance(body.get("access_token"), str) or not body["access_token"]:
        return False
    lifetime = body.get("expires_in")
    return lifetime is None or isinstance(lifetime, int) or (isinstance(lifetime, str) and lifetime.isdecimal())


def load_credentials(path: Path | None, scope: str) -> ServiceAccountCredentials:
    """Reads a service account's key file; raises SourceMisconfigured with the file and what is wrong with it."""
    if path is None:
        raise SourceMisconfigured(f"{KEY_FILE_SETTING} is not set: {MAKE_KEY_HINT} and set it to the file's path")
    try:
        info = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SourceMisconfigured(f"{KEY_FILE_SETTING} names {path}, which does not exist") from error
    except OSError as error:
        raise SourceMisconfigured(f"{KEY_FILE_SETTING} names {path}, which cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise SourceMisconfigured(f"{path} is not JSON; {MAKE_KEY_HINT}") from error
    kind = info.get("type") if isinstance(info, dict) else None
    if kind != "service_account":
        raise SourceMisconfigured(f"{path} is not a service account key (its type is {kind!r}); {MAKE_KEY_HINT}")
    missing = [name for name in ("client_email", "private_key", "token_uri") if not isinstance(info.get(name), str)]
    if missing:
        raise SourceMisconfigured(f"{path} lacks {', '.join(missing)}; download the complete key again")
    try:
        credentials: ServiceAccountCredentials = ServiceAccountCredentials.from_service_account_info(
            info, scopes=[scope]
        )  # type: ignore[no-untyped-call]
    except (ValueError, TypeError, exceptions.GoogleAuthError) as error:
        raise SourceMisconfigured(
            f"the private_key in {path} cannot be read; download the complete key again"
        ) from error
    return credentials
