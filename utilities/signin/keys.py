"""The issuer's public keys: a few, kept for a while, asked for again when a token names one we have not seen."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from utilities.clock import Clock
from utilities.errors import BadAnswer, SignInRefused, SourceError
from utilities.signin.calls import Client, fetch
from utilities.signin.tokens import ALGORITHM

FRESH = timedelta(hours=1)
BETWEEN_LOOKS = timedelta(minutes=1)  # tokens with invented key ids cannot make us ask all the time
MOST_KEYS = 32
LEAST_BITS = 2048


class Keys:
    """One issuer's keys, by their id."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self.client = client
        self.clock = clock
        self.known: Mapping[str, RSAKey] = {}
        self.looked_at: datetime | None = None
        self.lock = asyncio.Lock()

    async def find(self, url: str, name: str | None) -> RSAKey:
        """The key of this id; without an id the only key there is. Raises SignInRefused, Unavailable, BadAnswer."""
        if self.older_than(FRESH):
            await self.look(url, FRESH)
        key = self.pick(name)
        if key is None and self.older_than(BETWEEN_LOOKS):
            await self.look(url, BETWEEN_LOOKS)
            key = self.pick(name)
        if key is None:
            raise SignInRefused("The answer to the sign-in is signed with a key that its issuer does not publish.")
        return key

    def pick(self, name: str | None) -> RSAKey | None:
        if name is not None:
            return self.known.get(name)
        return next(iter(self.known.values())) if len(self.known) == 1 else None

    def older_than(self, age: timedelta) -> bool:
        return self.looked_at is None or abs(self.clock() - self.looked_at) >= age

    async def look(self, url: str, age: timedelta) -> None:
        """Asks for the keys, unless somebody else just did; old keys serve on while the issuer does not answer."""
        async with self.lock:
            if not self.older_than(age):
                return
            try:
                found = dict(usable(await fetch(self.client, url)))
            except SourceError:
                if not self.known or self.older_than(24 * FRESH):
                    raise
                return
            self.known = found
            self.looked_at = self.clock()


def usable(document: Mapping[str, Any]) -> list[tuple[str, RSAKey]]:
    """The keys that may sign our tokens: RSA, long enough, not for encryption; the rest is passed over."""
    listed = document.get("keys")
    if not isinstance(listed, list):
        raise BadAnswer("the sign-in service publishes no keys")
    found = []
    for number, fields in enumerate(listed[:MOST_KEYS]):
        key = rsa_key(fields)
        if key is not None:
            found.append((str(fields.get("kid", f"unnamed {number}")), key))
    return found


def rsa_key(fields: Any) -> RSAKey | None:
    if not isinstance(fields, dict) or fields.get("kty") != "RSA":
        return None
    if fields.get("use", "sig") != "sig" or fields.get("alg", ALGORITHM) != ALGORITHM:
        return None
    if not isinstance(fields.get("n"), str) or 6 * len(fields["n"]) < LEAST_BITS:  # base64: six bits a character
        return None
    try:
        key = RSAKey.import_key({name: fields[name] for name in ("kty", "n", "e")})
    except (JoseError, ValueError, KeyError, TypeError):
        return None
    return key if key.public_key.key_size >= LEAST_BITS else None
