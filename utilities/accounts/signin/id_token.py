"""ID tokens: genuine, meant for us, and fresh, or refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from utilities.model.errors import SignInRefused

ALGORITHM = "RS256"
SKEW = 60  # seconds by which clocks may differ
LARGEST = 16_384  # characters


@dataclass(frozen=True)
class Expected:
    """What a token must say of itself."""

    issuers: frozenset[str]
    client: str
    nonce: str


def header_of(token: str) -> Mapping[str, Any]:
    """The token's header, of which nothing is proven yet; only a well-made one with our algorithm is let by."""
    if len(token) > LARGEST:
        raise forged("it is too long")
    try:
        header = jws.extract_compact(token.encode("ascii")).headers()
    except (JoseError, ValueError, TypeError) as error:
        raise forged("it cannot be read") from error
    if header.get("alg") != ALGORITHM:
        raise forged(f"it is not signed with {ALGORITHM}")
    return header


def claims_of(token: str, key: RSAKey, expected: Expected, now: datetime) -> Mapping[str, Any]:
    """The claims, after the signature and everything a token says of itself; who it is about is not judged here."""
    try:
        claims = jwt.decode(token, key, algorithms=[ALGORITHM]).claims
    except (JoseError, ValueError, TypeError) as error:
        raise forged("its signature is wrong") from error
    if not any(claims.get("iss") == issuer for issuer in expected.issuers):
        raise forged("another issuer made it")
    if claims.get("aud") not in (expected.client, [expected.client]):
        raise forged("it is for somebody else")
    if claims.get("azp", expected.client) != expected.client:
        raise forged("it was given to somebody else")
    if claims.get("nonce") != expected.nonce:
        raise forged("it belongs to another sign-in")
    check_times(claims, now.timestamp())
    return claims


def check_times(claims: Mapping[str, Any], now: float) -> None:
    expires, issued, starts = (moment(claims, name) for name in ("exp", "iat", "nbf"))
    if expires is None or issued is None:
        raise forged("it has no date")
    if expires + SKEW <= now:
        raise forged("it is too old")
    if max(issued, starts or 0) - SKEW > now:
        raise forged("it is from the future")


def moment(claims: Mapping[str, Any], name: str) -> float | None:
    """A time in seconds; True is a number to Python, and is none here."""
    value = claims.get(name)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def forged(why: str) -> SignInRefused:
    return SignInRefused(f"The answer to the sign-in cannot be trusted: {why}. Please sign in again.")
