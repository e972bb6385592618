"""One sign-in attempt: the secrets that tie the answer of the issuer to the browser."""

import base64
import hashlib
import json
import secrets
import zlib
from dataclasses import asdict, dataclass

from utilities.accounts.signin.return_url import DEFAULT_RETURN_URL, safe_return_url

ATTEMPT_LIFETIME_SECONDS = 600
"""The time a person may take at the issuer."""
MAX_ATTEMPT_CHARS = 2_600  # signed and with its flags, the cookie then has less than 4,096 bytes
MAX_ATTEMPT_BYTES = 20_000  # decompressed


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

    @property
    def key(self) -> str:
        """What tells the cookies of several tabs apart; it reveals nothing of the state."""
        return attempt_key(self.state)

    def to_text(self) -> str:
        """Returns the attempt for its cookie; of an address too long for a cookie only the path."""
        text = _pack(asdict(self))
        if len(text) > MAX_ATTEMPT_CHARS:
            text = _pack(asdict(self) | {"return_url": self.return_url.partition("?")[0].partition("#")[0]})
        return text if len(text) <= MAX_ATTEMPT_CHARS else _pack(asdict(self) | {"return_url": DEFAULT_RETURN_URL})


def attempt_key(state: str) -> str:
    """Returns the key of the attempt with this state."""
    return hashlib.sha256(state.encode()).hexdigest()[:12]


def _pack(fields: dict[str, str]) -> str:
    return base64.b85encode(zlib.compress(json.dumps(fields).encode(), 9)).decode("ascii")


def start_attempt(return_url: str) -> SignInAttempt:
    """Returns a new attempt; each secret has 256 bits."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    return SignInAttempt(state, nonce, verifier, safe_return_url(return_url))


def parse_attempt(text: str | None) -> SignInAttempt | None:
    """Returns the attempt in a cookie; None without a valid one."""
    if text is None:
        return None
    try:
        unpacked = zlib.decompressobj().decompress(base64.b85decode(text), MAX_ATTEMPT_BYTES)
        fields = json.loads(unpacked)
        return SignInAttempt(**{name: str(fields[name]) for name in ("state", "nonce", "verifier", "return_url")})
    except (ValueError, KeyError, TypeError, zlib.error):
        return None
