"""The cookies of sessions, televisions and sign-in attempts: their names, flags and signing keys."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from tornado.httputil import HTTPServerRequest, parse_cookie
from tornado.web import RequestHandler, create_signed_value, decode_signed_value

from utilities.accounts.database.sessions import SESSION_LIFETIME
from utilities.config.settings import Settings
from utilities.model.clock import Clock

SECONDS_PER_DAY = 86400
SCREEN_COOKIE_SECONDS = 400 * SECONDS_PER_DAY  # browsers allow no more; each visit renews it
SCREEN_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
MAX_CACHED_COOKIES = 10_000
MAX_ATTEMPT_COOKIES = 8
MAX_ATTEMPT_COOKIE_BYTES = 3_500  # besides a new one; nginx accepts 8 kB of cookies


class Cookies:
    """Signs, verifies, sets and clears the session cookie, and one cookie for each sign-in attempt."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.clock = clock
        self.secure = settings.address.startswith("https://")
        # `__Host-` binds a cookie to this very host, but browsers want https for it; plain http is loopback only.
        prefix = "__Host-" if self.secure else ""
        self.session_name = f"{prefix}foyer"
        self.screen_name = f"{prefix}foyer-screen"
        self.attempt_prefix = f"{prefix}foyer-sign-in-"
        self.keys, self.signing_version = versioned_keys(settings.secret_key.get_secret_value())
        self.verified_values: dict[str, str] = {}

    def sign_value(self, name: str, value: str) -> str:
        """Returns the value with a signature for the cookie of this name."""
        sealed = create_signed_value(
            dict(self.keys),
            name,
            value,
            version=2,
            key_version=self.signing_version,
            clock=lambda: self.clock().timestamp(),
        )
        return sealed.decode("ascii")

    def verify_value(self, name: str, sealed: str | None, seconds: float) -> str | None:
        """Returns a value that was signed for this cookie in the last `seconds`; None for anything else."""
        value = decode_signed_value(
            dict(self.keys),
            name,
            sealed,
            max_age_days=seconds / SECONDS_PER_DAY,
            clock=lambda: self.clock().timestamp(),
            min_version=2,
        )
        return None if value is None else value.decode("utf-8", "replace")

    def read_session(self, request: HTTPServerRequest) -> str | None:
        """Returns the secret id of the session, if the signature of its cookie is valid.

        A verified cookie is cached: its signature does not change, and the sessions decide how long one lasts.
        Tornado's own `cookies` would cost more than all the rest of a warm page.
        """
        sealed = parse_cookie(request.headers.get("Cookie", "")).get(self.session_name)
        secret = self.verified_values.get(sealed) if sealed else None
        if secret is None and sealed:
            secret = self.verify_value(self.session_name, sealed, SESSION_LIFETIME.total_seconds())
            if secret is not None:
                if len(self.verified_values) >= MAX_CACHED_COOKIES:
                    self.verified_values.clear()
                self.verified_values[sealed] = secret
        return secret

    def read_screen(self, request: HTTPServerRequest) -> str | None:
        """Returns the secret of a television. It has no signature: a new SECRET_KEY must not unpair televisions."""
        secret = parse_cookie(request.headers.get("Cookie", "")).get(self.screen_name, "")
        return secret if SCREEN_SECRET.fullmatch(secret) else None

    def set_screen(self, handler: RequestHandler, secret: str) -> None:
        """Sets the secret of a television for as long as browsers allow."""
        handler.set_cookie(self.screen_name, secret, max_age=SCREEN_COOKIE_SECONDS, **self._cookie_flags())

    def attempt_name(self, key: str) -> str:
        """Returns the name of an attempt's cookie: each tab has its own, so that several can sign in at once."""
        return f"{self.attempt_prefix}{key}"

    def set_attempt(self, handler: RequestHandler, key: str, value: str, seconds: float) -> None:
        """Sets the cookie of a new attempt; clears the others when a browser would have to send too much."""
        others = [name for name in handler.request.cookies if name.startswith(self.attempt_prefix)]
        size = sum(len(handler.get_cookie(name) or "") for name in others)
        if len(others) >= MAX_ATTEMPT_COOKIES or size > MAX_ATTEMPT_COOKIE_BYTES:
            for name in others:
                self.clear_cookie(handler, name)
        self.set_cookie(handler, self.attempt_name(key), value, seconds)

    def set_cookie(self, handler: RequestHandler, name: str, value: str, seconds: float) -> None:
        handler.set_cookie(name, self.sign_value(name, value), max_age=int(seconds), **self._cookie_flags())

    def clear_cookie(self, handler: RequestHandler, name: str) -> None:
        handler.clear_cookie(name, **self._cookie_flags())

    def _cookie_flags(self) -> dict[str, Any]:
        """Returns the flags. Lax: browsers would not send Strict cookies on the way back from the issuer."""
        return {"secure": self.secure, "httponly": True, "samesite": "Lax", "path": "/"}


def versioned_keys(secret: str) -> tuple[Mapping[int, str], int]:
    """Returns the keys by version, and the version that signs. `SECRET_KEY=new,old` rotates: `old` is only read.

    A key's version comes from the key itself, so it stays the same wherever the key stands in the list.
    """
    keys = [key.strip() for key in secret.split(",") if key.strip()]
    versions = [int.from_bytes(hashlib.sha256(b"version of " + key.encode()).digest()[:3]) for key in keys]
    return dict(zip(versions, keys, strict=True)), versions[0] if versions else 0
