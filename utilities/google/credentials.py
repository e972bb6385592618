"""The service account Foyer signs in to Google with: its key file, and a token shared by all threads."""

import json
import threading
from http import HTTPStatus
from pathlib import Path
from typing import Any

from google.auth import exceptions
from google.auth.transport import DEFAULT_RETRYABLE_STATUS_CODES
from google.oauth2 import service_account

from utilities.model.errors import SourceMisconfigured

SETTING = "GOOGLE_APPLICATION_CREDENTIALS"
HOW = "make a JSON key for a service account in the Google Cloud console (IAM & Admin → Service Accounts → Keys)"


class TokenServerDown(exceptions.TransportError):
    """The token server answered with a status that means: later."""


class BadToken(exceptions.TransportError):
    """The token server answered 200 with something that is not a token."""


class WallCredentials(service_account.Credentials):
    """One token for all threads, fetched once however many ask, and no word to anyone but the token server."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)  # type: ignore[no-untyped-call]
        self.lock = threading.Lock()
        self.seen = threading.local()  # the token each thread sent last

    def _is_regional_access_boundary_lookup_required(self) -> bool:
        # google-auth >= 2.55 sends the bearer token to iamcredentials.googleapis.com from a thread of its own, and
        # has no switch for it.
        return False

    def before_request(self, request: Any, method: str, url: str, headers: dict[str, str]) -> None:
        super().before_request(request, method, url, headers)  # type: ignore[no-untyped-call]
        self.seen.token = headers["authorization"].removeprefix("Bearer ")

    def refresh(self, request: Any) -> None:
        """A new token, unless another thread has fetched one since this thread sent its last.

        `request` asks over a thread's own Connections, whose deadline is kept while waiting for the other thread.
        """
        if not self.lock.acquire(timeout=request.http.deadline.remaining()):
            raise TimeoutError("another thread has been waiting for a token too long")
        try:
            if not self.valid or self.token == getattr(self.seen, "token", None):
                super().refresh(TokenRequest(request))  # type: ignore[no-untyped-call]
        finally:
            self.lock.release()


class TokenRequest:
    """Asks the token server once, and refuses what google-auth would stumble over.

    Left to itself google-auth retries three times with sleeps in the pool thread, and ends in a TypeError on a page
    of HTML.
    """

    def __init__(self, request: Any) -> None:
        self.request = request

    def __call__(self, *args: Any, **named: Any) -> Any:
        response = self.request(*args, **named)
        if response.status in DEFAULT_RETRYABLE_STATUS_CODES:
            raise TokenServerDown(f"the token server answered {response.status}")  # type: ignore[no-untyped-call]
        try:
            body = json.loads(response.data)
        except (ValueError, RecursionError):
            body = None
        if response.status == HTTPStatus.OK and not is_token(body):
            raise BadToken("the token server answered without an access token")  # type: ignore[no-untyped-call]
        if not isinstance(body, dict):
            raise BadToken(f"the token server answered {response.status} and no JSON")  # type: ignore[no-untyped-call]
        return response


def is_token(body: object) -> bool:
    if not isinstance(body, dict) or not isinstance(body.get("access_token"), str) or not body["access_token"]:
        return False
    lifetime = body.get("expires_in")
    return lifetime is None or isinstance(lifetime, int) or (isinstance(lifetime, str) and lifetime.isdecimal())


def load_key(path: Path | None, scope: str) -> WallCredentials:
    """Credentials from a service account's key file; raises SourceMisconfigured with what is wrong with which file."""
    if path is None:
        raise SourceMisconfigured(f"{SETTING} is not set: {HOW} and set it to the file's path")
    try:
        info = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SourceMisconfigured(f"{SETTING} names {path}, and there is no such file") from error
    except OSError as error:
        raise SourceMisconfigured(f"{SETTING} names {path}, which cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise SourceMisconfigured(f"{path} is not JSON; {HOW}") from error
    kind = info.get("type") if isinstance(info, dict) else None
    if kind != "service_account":
        raise SourceMisconfigured(f"{path} is not the key of a service account (its type is {kind!r}); {HOW}")
    missing = [name for name in ("client_email", "private_key", "token_uri") if not isinstance(info.get(name), str)]
    if missing:
        raise SourceMisconfigured(f"{path} lacks {', '.join(missing)}; download the key again, whole")
    try:
        credentials: WallCredentials = WallCredentials.from_service_account_info(info, scopes=[scope])  # type: ignore[no-untyped-call]
    except (ValueError, TypeError, exceptions.GoogleAuthError) as error:
        raise SourceMisconfigured(f"the private_key in {path} cannot be read; download the key again, whole") from error
    return credentials
