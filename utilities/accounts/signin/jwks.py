"""Cache of the issuer's public keys, fetched again when a token names a key that is not cached."""

import contextlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from utilities.accounts.signin.id_token import SIGNING_ALGORITHM
from utilities.accounts.signin.issuer_client import IssuerHttpClient, fetch_json_object
from utilities.model.clock import Clock
from utilities.model.errors import BadAnswer, SignInRefused, SourceError
from utilities.runtime.single_flight import SingleFlight

KEYS_CACHE_TIME = timedelta(hours=1)
KEYS_MAX_AGE = timedelta(days=1)
KEYS_FETCH_INTERVAL = timedelta(minutes=1)  # tokens with invented key ids cannot cause a request each
MAX_PUBLIC_KEYS = 32
MIN_KEY_BITS = 2048
MAX_KEY_BITS = 16_384


class IssuerKeys:
    """One issuer's keys, by their id."""

    def __init__(self, client: IssuerHttpClient, clock: Clock) -> None:
        self.client = client
        self.clock = clock
        self.cached_keys: Mapping[str, RSAKey] = {}
        self.fetched_at: datetime | None = None
        self.tried_at: datetime | None = None
        self._running = SingleFlight[str, None]()

    async def find_key(self, url: str, name: str | None) -> RSAKey:
        """Returns the key with this id; without an id, the only key. Raises SignInRefused, Unavailable, BadAnswer."""
        if self._is_older(self.fetched_at, KEYS_CACHE_TIME):
            await self._refresh_keys(url)
        key = self._pick_key(name)
        if key is None and self._is_older(self.tried_at, KEYS_FETCH_INTERVAL):
            await self._load_keys(url)
            key = self._pick_key(name)
        if key is None:
            raise SignInRefused("The answer to the sign-in is signed with a key that its issuer does not publish.")
        return key

    def _pick_key(self, name: str | None) -> RSAKey | None:
        if name is not None:
            return self.cached_keys.get(name)
        return next(iter(self.cached_keys.values())) if len(self.cached_keys) == 1 else None

    def _is_older(self, moment: datetime | None, age: timedelta) -> bool:
        return moment is None or abs(self.clock() - moment) >= age

    async def _refresh_keys(self, url: str) -> None:
        """Fetches the keys; the old ones stay valid for a day while the issuer does not answer."""
        if not self._is_older(self.fetched_at, KEYS_MAX_AGE):
            if self._is_older(self.tried_at, KEYS_FETCH_INTERVAL):
                with contextlib.suppress(SourceError):
                    await self._load_keys(url)
        else:
            await self._load_keys(url)

    async def _load_keys(self, url: str) -> None:
        await self._running.run(url, lambda: self._fetch_keys(url))

    async def _fetch_keys(self, url: str) -> None:
        self.tried_at = self.clock()
        keys = dict(_usable_keys(await fetch_json_object(self.client, url)))
        if not keys:
            raise BadAnswer("the sign-in service publishes no key that could sign")
        self.cached_keys = keys
        self.fetched_at = self.clock()


def _usable_keys(document: Mapping[str, Any]) -> list[tuple[str, RSAKey]]:
    """Returns the keys that may sign our tokens: RSA, long enough, not for encryption; ignores all others."""
    listed = document.get("keys")
    if not isinstance(listed, list):
        raise BadAnswer("the sign-in service publishes no keys")
    usable = []
    for number, fields in enumerate(listed[:MAX_PUBLIC_KEYS]):
        key = _parse_rsa_key(fields)
        if key is not None:
            usable.append((str(fields.get("kid", f"unnamed {number}")), key))
    return usable


def _parse_rsa_key(fields: Any) -> RSAKey | None:
    if not isinstance(fields, dict) or fields.get("kty") != "RSA":
        return None
    if fields.get("use", "sig") != "sig" or fields.get("alg", SIGNING_ALGORITHM) != SIGNING_ALGORITHM:
        return None
    if (
        not isinstance(fields.get("n"), str) or not MIN_KEY_BITS <= 6 * len(fields["n"]) <= MAX_KEY_BITS
    ):  # base64: six bits a character
        return None
    try:
        key = RSAKey.import_key({name: fields[name] for name in ("kty", "n", "e")})
    except (JoseError, ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return None
    return key if key.public_key.key_size >= MIN_KEY_BITS else None
