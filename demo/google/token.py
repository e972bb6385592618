"""The token endpoint: takes signed assertions and returns access tokens, with checks in Google's order."""

import base64
import binascii
import json
import secrets
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from demo.clock import VirtualClock
from demo.google.front import FrontHandler
from demo.google.key import ServiceAccount

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
AUDIENCE = "https://oauth2.googleapis.com/token"
"""The audience that google-auth signs for, whatever `token_uri` is."""

PREFIX = "https://www.googleapis.com/auth/"
SCOPES = frozenset(
    PREFIX + name
    for name in ("analytics", "analytics.readonly", "webmasters", "webmasters.readonly", "cloud-platform", "drive")
)
WINDOW = (
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
    "Check your iat and exp values in the JWT claim."
)
LIFETIME = 3599


class TokenRefused(Exception):
    """An error of RFC 6749, which does not have the error envelope of Google's APIs."""

    def __init__(self, error: str, description: str) -> None:
        self.body = {"error": error, "error_description": description}
        super().__init__(description)


@dataclass(frozen=True)
class IssuedToken:
    """An issued access token."""

    scopes: frozenset[str]
    until: datetime


class Tokens:
    """The issued tokens, by the virtual clock."""

    def __init__(self, account: ServiceAccount, clock: VirtualClock) -> None:
        self.account = account
        self.clock = clock
        self.issued: dict[str, IssuedToken] = {}

    def find_token(self, bearer: str) -> IssuedToken | None:
        """Returns the token while it is valid."""
        token = self.issued.get(bearer)
        return token if token is not None and token.until > self.clock() else None

    def issue_token(self, assertion: str) -> dict[str, Any]:
        """Answers a valid assertion; without `access_token` when none of its scopes exists, as Google does."""
        claims = self.verify_assertion(assertion)
        scopes = frozenset(str(claims.get("scope", "")).split())
        if not scopes & SCOPES:
            return {"id_token": "eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmVk"}
        bearer = "ya29.c." + secrets.token_urlsafe(48)
        self.issued[bearer] = IssuedToken(scopes, self.clock() + timedelta(seconds=LIFETIME))
        return {"access_token": bearer, "expires_in": LIFETIME, "token_type": "Bearer"}

    def verify_assertion(self, assertion: str) -> dict[str, Any]:
        """Returns the claims after checking structure, signature, issuer, times, scope and audience, in this order."""
        signed, header, claims, signature = split_assertion(assertion)
        try:
            if header.get("alg") != "RS256":
                raise InvalidSignature
            self.account.public.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature as error:
            raise TokenRefused("invalid_grant", "Invalid JWT Signature.") from error
        if claims.get("iss") != self.account.email:
            raise TokenRefused("invalid_grant", "Invalid grant: account not found")
        check_times(claims)
        if not str(claims.get("scope", "")).strip():
            raise TokenRefused("invalid_scope", "Invalid OAuth scope or ID token audience provided.")
        if claims.get("aud") != AUDIENCE:
            raise TokenRefused("invalid_grant", "Invalid JWT: Failed audience check.")
        return claims


def check_times(claims: dict[str, Any]) -> None:
    """The assertion's times.

    They are the client's, who has no virtual clock, so the machine's clock is what they are held against.
    """
    for name, words in (("iat", "issued at"), ("exp", "expiration time")):
        if not isinstance(claims.get(name), int):
            raise TokenRefused("invalid_grant", f"Invalid JWT: {name} ({words}) is not set.")
    now, issued, expires = time.time(), claims["iat"], claims["exp"]
    if expires <= now or expires - issued > 3600 or issued > now + 300 or expires <= issued:
        raise TokenRefused("invalid_grant", WINDOW)


def split_assertion(assertion: str) -> tuple[bytes, dict[str, Any], dict[str, Any], bytes]:
    """Splits an assertion into the signed part, the header, the claims and the signature."""
    parts = assertion.split(".")
    try:
        header, claims, signature = (base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in parts)
        result = json.loads(header), json.loads(claims)
    except (ValueError, binascii.Error) as error:
        raise TokenRefused("invalid_request", "Bad Request") from error
    if not all(isinstance(part, dict) for part in result):
        raise TokenRefused("invalid_request", "Bad Request")
    return ".".join(parts[:2]).encode(), *result, signature


class GoogleTokenHandler(FrontHandler):
    """POST /token."""

    tokens: Tokens

    def post(self) -> None:
        grant = self.get_body_argument("grant_type", "")
        self.set_header("Cache-Control", "no-cache, no-store, max-age=0, must-revalidate")
        try:
            if grant != GRANT:
                raise TokenRefused("unsupported_grant_type", f"Invalid grant_type: {grant}")
            self.write_json(self.tokens.issue_token(self.get_body_argument("assertion", "")))
        except TokenRefused as refused:
            self.write_json(refused.body, status=400)
