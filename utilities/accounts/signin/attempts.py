"""One try to sign in: the secrets that tie the answer of the issuer to the browser that asked."""

import base64
import hashlib
import json
import secrets
from dataclasses import asdict, dataclass

from utilities.accounts.signin.return_url import destination

SECONDS = 600
"""How long somebody may take at the issuer's."""


@dataclass(frozen=True)
class Attempt:
    """`state` comes back in the address, `nonce` in the token, `verifier` goes with the code (PKCE)."""

    state: str
    nonce: str
    verifier: str
    then: str  # where to go afterwards

    @property
    def challenge(self) -> str:
        digest = hashlib.sha256(self.verifier.encode("ascii")).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")

    def dump(self) -> str:
        return json.dumps(asdict(self))


def begin(wanted: str) -> Attempt:
    """A fresh attempt; each secret has 256 bits."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    return Attempt(state, nonce, verifier, destination(wanted))


def load(text: str | None) -> Attempt | None:
    """The attempt a cookie tells of; None when it tells of none."""
    if text is None:
        return None
    try:
        fields = json.loads(text)
        return Attempt(**{name: str(fields[name]) for name in ("state", "nonce", "verifier", "then")})
    except (ValueError, KeyError, TypeError):
        return None
