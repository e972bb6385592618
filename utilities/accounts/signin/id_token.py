"""Verifies ID tokens: signature, audience, issuer, nonce and times."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from utilities.model.errors import SignInRefused

SIGNING_ALGORITHM = "RS256"
CLOCK_SKEW_SECONDS = 60  # seconds by which clocks may differ
MAX_ID_TOKEN_CHARS = 16_384  # characters
MAX_NUMERIC_DATE = datetime.max.replace(tzinfo=UTC).timestamp()
UNREADABLE = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""What joserfc raises for tokens that nobody has signed, or that are built to break it."""


@dataclass(frozen=True)
class ExpectedClaims:
    """The claims that a token must have."""

    issuers: frozenset[str]
    client: str
    nonce: str


def parse_token_header(token: str) -> Mapping[str, Any]:
    """Returns the header, not yet verified. Raises SignInRefused for another algorithm or a malformed token."""
    if len(token) > MAX_ID_TOKEN_CHARS:
        raise _untrusted("it is too long")
    try:
        header = jws.extract_compact(token.encode("ascii")).headers()
    except UNREADABLE as error:
        raise _untrusted("it cannot be read") from error
    if header.get("alg") != SIGNING_ALGORITHM:
        raise _untrusted(f"it is not signed with {SIGNING_ALGORITHM}")
    if not is_id_token_type(header.get("typ", "JWT")):
        raise _untrusted("it is another kind of token")
    if "crit" in header:
        raise _untrusted("it needs an extension")
    return header


def is_id_token_type(value: object) -> bool:
    """Whether a `typ` is that of an ID token; logout tokens and access tokens have types of their own."""
    return isinstance(value, str) and value.lower().removeprefix("application/") == "jwt"


def verify_claims(token: str, key: RSAKey, expected: ExpectedClaims, now: datetime) -> Mapping[str, Any]:
    """Returns the claims of a valid token; `check_membership` checks the person. Raises SignInRefused."""
    try:
        claims = jwt.decode(token, key, algorithms=[SIGNING_ALGORITHM]).claims
    except UNREADABLE as error:
        raise _untrusted("its signature is wrong") from error
    if not any(claims.get("iss") == issuer for issuer in expected.issuers):
        raise _untrusted("another issuer made it")
    if claims.get("aud") not in (expected.client, [expected.client]):
        raise _untrusted("it is for somebody else")
    if claims.get("azp", expected.client) != expected.client:
        raise _untrusted("it was issued to somebody else")
    if claims.get("nonce") != expected.nonce:
        raise _untrusted("it belongs to another sign-in")
    _check_times(claims, now.timestamp())
    return claims


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    expires, issued, starts = (_numeric_date(claims, name) for name in ("exp", "iat", "nbf"))
    if expires is None or issued is None:
        raise _untrusted("it has no date")
    if expires + CLOCK_SKEW_SECONDS <= now:
        raise _untrusted("it is too old")
    if max(issued, starts or 0) - CLOCK_SKEW_SECONDS > now:
        raise _untrusted("it is from the future")


def _numeric_date(claims: Mapping[str, Any], name: str) -> float | None:
    """Returns a claim as seconds, None if it is no date; Python reads True, NaN and 1e400 as numbers."""
    value = claims.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return value if 0 <= value <= MAX_NUMERIC_DATE else None


def _untrusted(why: str) -> SignInRefused:
    return SignInRefused(f"The answer to the sign-in cannot be trusted: {why}. Please sign in again.")
