"""Google service account: its key file, and one access token for all threads."""

import json
import os
import re
import threading
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from http import HTTPStatus
from pathlib import Path
from typing import Any

from google.auth import exceptions
from google.auth.transport import DEFAULT_RETRYABLE_STATUS_CODES
from google.oauth2 import credentials as oauth2
from google.oauth2 import service_account
from pydantic import SecretStr

from utilities.model.errors import SourceMisconfigured
from utilities.redaction import Redactor, parse_json_object

KEY_FILE_SETTING = "GOOGLE_APPLICATION_CREDENTIALS"
KEY_JSON_SETTING = "GOOGLE_APPLICATION_CREDENTIALS_JSON"
KEY_FIELDS = {
    "service_account": ("client_email", "private_key", "token_uri"),
    "authorized_user": ("client_id", "client_secret", "refresh_token"),
}
"""The types of keys, and the fields that each one needs."""
KEYLESS_TYPES = {
    "external_account": "workload identity federation",
    "external_account_authorized_user": "workforce identity federation",
    "gdch_service_account": "Google Distributed Cloud",
    "impersonated_service_account": "impersonation of a service account",
}
"""The types of files that Google's tools write, and that Foyer cannot use."""
MAKE_KEY_HINT = (
    "make a JSON key for a service account in the Google Cloud console (IAM & Admin → Service Accounts → Keys)"
)


class TokenServerUnavailable(exceptions.TransportError):
    """The token server answered with a status that means: retry later."""


class InvalidTokenResponse(exceptions.TransportError):
    """The token server answered 200, but without a token."""


class SharedCredentials:
    """Base of our credentials: one token for all threads, fetched once at a time, and only from the token server."""

    token: Any
    valid: bool
    account = "the person whose key this is"  # for messages
    redactor = Redactor()  # masks the key; that of a file is not among the settings

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.lock = threading.Lock()
        self.last_sent = threading.local()  # the token that each thread sent last

    def _is_regional_access_boundary_lookup_required(self) -> bool:
        """Returns False, because google-auth >= 2.55 sends the bearer token to iamcredentials.googleapis.com otherwise.

        It does so from a thread of its own, and there is no setting for it.
        """
        return False

    def before_request(self, request: Any, method: str, url: str, headers: dict[str, str]) -> None:
        """Adds the token to the headers, and remembers for this thread which one it was."""
        super().before_request(request, method, url, headers)  # type: ignore[misc]
        self.last_sent.token = headers["authorization"].removeprefix("Bearer ")

    def refresh(self, request: Any) -> None:
        """Fetches a new token, unless another thread has fetched one since this thread sent its last one.

        `request` uses the thread's own Connections; their deadline also limits the wait for the other thread.
        """
        if not self.lock.acquire(timeout=request.http.deadline.remaining_seconds()):
            raise TimeoutError("another thread is waiting too long for a token")
        try:
            if not self.valid or self.token == getattr(self.last_sent, "token", None):
                super().refresh(TokenRequest(request))  # type: ignore[misc]
        finally:
            self.lock.release()


class ServiceAccountCredentials(SharedCredentials, service_account.Credentials):
    """The key of a service account."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.account = str(self.service_account_email)


class UserCredentials(SharedCredentials, oauth2.Credentials):
    """A person's own key, as `gcloud auth application-default login` writes it."""


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


def load_credentials(key: Path | SecretStr | None, scope: str) -> SharedCredentials:
    """Reads a key from its file, or from JSON; raises SourceMisconfigured with the setting and what is wrong with it.

    The key is of a service account, or a person's own, as `gcloud auth application-default login` writes it.
    """
    if not key or (not isinstance(key, Path) and not key.get_secret_value()):
        raise SourceMisconfigured(
            f"{KEY_FILE_SETTING} is not set: {MAKE_KEY_HINT} and set it to the file's path, or {KEY_JSON_SETTING} to "
            "the key itself; Foyer takes no credentials from Google Cloud's metadata server"
        )
    setting = f"the file of {KEY_FILE_SETTING}" if isinstance(key, Path) else KEY_JSON_SETTING
    info = parse_json_object(read_key_file(key) if isinstance(key, Path) else key.get_secret_value())
    if info is None:
        raise SourceMisconfigured(f"{setting} is not JSON with a key; {MAKE_KEY_HINT}")
    kind = info.get("type")
    if isinstance(kind, str) and kind in KEYLESS_TYPES:
        raise SourceMisconfigured(f"{setting} is for {KEYLESS_TYPES[kind]}, which Foyer cannot use; {MAKE_KEY_HINT}")
    if not isinstance(kind, str) or kind not in KEY_FIELDS:
        raise SourceMisconfigured(f"{setting} is not a service account key; {MAKE_KEY_HINT}")
    missing = [name for name in KEY_FIELDS[kind] if not isinstance(info.get(name), str)]
    if missing:
        raise SourceMisconfigured(f"{setting} lacks {', '.join(missing)}; download the complete key again")
    try:
        credentials = parse_credentials(info, scope)
    except (ValueError, TypeError, exceptions.GoogleAuthError):
        # Not chained: the library's text can hold lines of the key.
        raise SourceMisconfigured(
            f"the private_key in {setting} cannot be read; download the complete key again"
        ) from None
    credentials.redactor = Redactor([json.dumps(info)])
    return credentials


def parse_credentials(info: dict[str, Any], scope: str) -> SharedCredentials:
    """Returns the credentials of a key; raises ValueError, TypeError and GoogleAuthError when it cannot be read."""
    if info["type"] == "authorized_user":
        person: UserCredentials = UserCredentials.from_authorized_user_info(info)  # type: ignore[no-untyped-call]
        return person  # with the scopes that the person has allowed
    info["private_key"] = re.sub(r"\\+(?:r\\+n|n)", "\n", str(info["private_key"]))  # escaped twice or more
    account: ServiceAccountCredentials = ServiceAccountCredentials.from_service_account_info(  # type: ignore[no-untyped-call]
        info, scopes=[scope]
    )
    return account


def read_key_file(path: Path) -> str:
    """Returns the text of a key file, also of one that an editor has stored as UTF-16; raises SourceMisconfigured."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise SourceMisconfigured(
            f"{KEY_FILE_SETTING} names a file that does not exist; a relative path begins in Foyer's folder"
        ) from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "the path is not valid"
        if isinstance(error, PermissionError):
            why = f"{why}; this is user {os.geteuid()}, so run `sudo chown {os.geteuid()}` on it"
        raise SourceMisconfigured(f"the file of {KEY_FILE_SETTING} cannot be read: {why}") from None
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    has_no_mark = b"\0" in data[:4]  # UTF-16 all the same: JSON begins with two ASCII letters
    encoding = "utf-8-sig" if not has_no_mark else "utf-16-be" if data[0] == 0 else "utf-16-le"
    return data.decode(encoding, "replace")
