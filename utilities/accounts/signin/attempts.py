"""One sign-in attempt: the secrets that tie the answer of the issuer to the browser."""

import base64
import hashlib
import json
import secrets
from dataclasses import asdict, dataclass

from utilities.accounts.signin.return_url import safe_return_url

ATTEMPT_LIFETIME_SECONDS = 600
"""The time a person may take at the issuer."""


@dataclass(frozen=True)
class SignInAttempt:
    """`state` comes back in the address, `nonce` in the token, `verifier` goes with the code (PKCE)."""

    state: str
    nonce: str
    verifier: str
    return_url: str  # where to go afterwards

    @property
    def challenge(self) -> str:
        digest = hashlib.sha256(self.verifier.encode("ascii")).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")

    def to_json(self) -> str:
        return json.dumps(asdict(self))


def start_attempt(return_url: str) -> SignInAttempt:
    """Returns a new attempt; each secret has 256 bits."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    return SignInAttempt(state, nonce, verifier, safe_return_url(return_url))


def parse_attempt(text: str | None) -> SignInAttempt | None:
    """Returns the attempt in a cookie; None without a valid one."""
    if text is None:
        return None
    try:
        fields = json.loads(text)
        return SignInAttempt(**{name: str(fields[name]) for name in ("state", "nonce", "verifier", "return_url")})
    except (ValueError, KeyError, TypeError):
        return None
