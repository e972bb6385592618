"""The OpenID Connect issuer: its metadata, the authorization URL, and the person behind a code."""

import base64
import contextlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

from utilities.accounts.signin.attempts import SignInAttempt, start_attempt
from utilities.accounts.signin.id_token import ExpectedClaims, parse_token_header, verify_claims
from utilities.accounts.signin.issuer_client import (
    ISSUER_TIMEOUT_SECONDS,
    IssuerHttpClient,
    fetch_json_object,
    parse_issuer_json,
)
from utilities.accounts.signin.jwks import IssuerKeys
from utilities.accounts.signin.membership import check_membership
from utilities.accounts.signin.return_url import DEFAULT_RETURN_URL
from utilities.model.clock import Clock
from utilities.model.errors import BadAnswer, SignInRefused, SourceError, SourceMisconfigured, Unavailable
from utilities.model.principals import Person
from utilities.runtime.single_flight import SingleFlight

log = logging.getLogger("foyer.signin")

GOOGLE_ISSUER = "https://accounts.google.com"
METADATA_CACHE_TIME = timedelta(hours=1)
METADATA_MAX_AGE = timedelta(days=1)  # while the issuer's discovery document cannot be read
METADATA_FETCH_INTERVAL = timedelta(minutes=1)
LOOPBACK_ADDRESSES = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class ClientRegistration:
    """The registration of Foyer at the issuer."""

    issuer: str
    client: str
    secret: str
    callback: str  # the address people come back to
    domains: tuple[str, ...]


@dataclass(frozen=True)
class ProviderMetadata:
    """The addresses in the discovery document of the issuer."""

    issuer: str
    authorize: str
    token: str
    keys: str
    secret_in_form: bool  # True when it does not take the secret in a header


class Issuer:
    """One OpenID provider; the first request is sent at the first sign-in."""

    def __init__(self, registration: ClientRegistration, client: IssuerHttpClient, clock: Clock) -> None:
        self.registration = registration
        self.client = client
        self.clock = clock
        self.keys = IssuerKeys(client, clock)
        self._discovery = SingleFlight[str, ProviderMetadata]()
        self._metadata: ProviderMetadata | None = None
        self._metadata_at = self._metadata_tried_at = clock()

    async def load_metadata(self) -> ProviderMetadata:
        """Returns the discovery document, fetched at most once an hour; raises Unavailable and BadAnswer.

        While a new one cannot be read, the last good one is used for a day.
        """
        if self._metadata is None or self._is_older(self._metadata_at, METADATA_MAX_AGE):
            return await self._discovery.run(self.registration.issuer, self._fetch_metadata)
        is_due = self._is_older(self._metadata_at, METADATA_CACHE_TIME)
        if is_due and self._is_older(self._metadata_tried_at, METADATA_FETCH_INTERVAL):
            try:
                return await self._discovery.run(self.registration.issuer, self._fetch_metadata)
            except SourceError as error:
                log.warning("the discovery document of the sign-in service is an older one: %s", error)
        return self._metadata

    def _is_older(self, moment: datetime, age: timedelta) -> bool:
        return abs(self.clock() - moment) >= age

    async def _fetch_metadata(self) -> ProviderMetadata:
        self._metadata_tried_at = self.clock()
        url = f"{self.registration.issuer}/.well-known/openid-configuration"
        self._metadata = parse_metadata(await fetch_json_object(self.client, url), self.registration.issuer)
        self._metadata_at = self.clock()
        return self._metadata

    async def authorization_url(self, attempt: SignInAttempt) -> str:
        """Returns the address at the issuer where a person signs in."""
        places = await self.load_metadata()
        domains = self.registration.domains
        params = {
            "response_type": "code",
            "client_id": self.registration.client,
            "redirect_uri": self.registration.callback,
            "scope": "openid email profile",
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
            "prompt": "select_account",
            "hd": domains[0] if len(domains) == 1 else "*",  # a hint for the issuer's page; the claim is the proof
        }
        return places.authorize + ("&" if "?" in places.authorize else "?") + urlencode(params)

    async def fetch_person(self, code: str, attempt: SignInAttempt) -> Person:
        """Returns who came back with `code`; raises SignInRefused, Unavailable, BadAnswer and SourceMisconfigured."""
        places = await self.load_metadata()
        token = await self._exchange_code(places, code, attempt)
        name = parse_token_header(token).get("kid")
        key = await self.keys.find_key(places.keys, name if isinstance(name, str) else None)
        expected = ExpectedClaims(_accepted_issuers(places.issuer), self.registration.client, attempt.nonce)
        claims = verify_claims(token, key, expected, self.clock())
        return check_membership({**claims, "iss": places.issuer}, self.registration.domains)

    async def check_registration(self) -> None:
        """Sends an invalid code: an issuer that refuses only the code accepts the registration.

        Raises Unavailable and BadAnswer, and SourceMisconfigured when it does not.
        """
        with contextlib.suppress(SignInRefused):
            await self._exchange_code(await self.load_metadata(), "of-a-checkup", start_attempt(DEFAULT_RETURN_URL))

    async def _exchange_code(self, places: ProviderMetadata, code: str, attempt: SignInAttempt) -> str:
        """Returns the ID token for a code; each code can be used once."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.registration.callback,
            "code_verifier": attempt.verifier,
        }
        headers = {"Accept": "application/json"}
        if places.secret_in_form:
            form |= {"client_id": self.registration.client, "client_secret": self.registration.secret}
        else:
            headers["Authorization"] = _basic_authorization(self.registration.client, self.registration.secret)
        answer = await self.client.post(places.token, deadline=ISSUER_TIMEOUT_SECONDS, form=form, headers=headers)
        if answer.status >= 500 or answer.status == 429:
            raise Unavailable(f"the sign-in service answered {answer.status}")
        fields = parse_issuer_json(answer.body)
        if answer.status != 200:
            raise _token_error(fields)
        token = fields.get("id_token")
        if not isinstance(token, str):
            raise BadAnswer("the sign-in service sent no ID token")
        return token


def _token_error(fields: Mapping[str, Any]) -> SignInRefused | SourceMisconfigured:
    """Returns the error for a refused code: the person took too long, or the settings are wrong."""
    if fields.get("error") == "invalid_grant":
        return SignInRefused("That sign-in took too long or was used already. Please sign in again.")
    setup_errors = {
        "invalid_client",
        "unauthorized_client",
        "invalid_request",
        "unsupported_grant_type",
        "invalid_scope",
    }
    error = fields.get("error") if fields.get("error") in setup_errors else "an unknown error"
    return SourceMisconfigured(
        f"the sign-in service refuses Foyer itself ({error}): check GOOGLE_CLIENT_ID and its secret"
    )


def _accepted_issuers(issuer: str) -> frozenset[str]:
    """Returns the accepted `iss` values; only Google may omit `https://`."""
    return frozenset({issuer, issuer.removeprefix("https://")} if issuer == GOOGLE_ISSUER else {issuer})


def parse_metadata(document: Mapping[str, Any], issuer: str) -> ProviderMetadata:
    """Returns the addresses in a discovery document. Raises BadAnswer when it is of another issuer."""
    published = document.get("issuer")
    if not isinstance(published, str) or published.rstrip("/") != issuer:
        raise BadAnswer("the sign-in service calls itself by another name than OIDC_ISSUER")
    ends = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    authorize, token, keys = (_check_endpoint(document.get(end)) for end in ends)
    methods = document.get("token_endpoint_auth_methods_supported")
    secret_in_form = isinstance(methods, list) and "client_secret_basic" not in methods
    return ProviderMetadata(published, authorize, token, keys, secret_in_form)


def _check_endpoint(value: object) -> str:
    """Returns the address if secrets may be sent to it: https, or this machine. Raises BadAnswer."""
    try:
        parts = urlsplit(value if isinstance(value, str) and value.isascii() and value.isprintable() else "")
        is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK_ADDRESSES)
        if is_safe and parts.hostname and parts.port != 0:
            return parts.geturl()
    except ValueError:
        pass  # brackets or a port that are none
    raise BadAnswer("the sign-in service names an address that is not https")


def _basic_authorization(client: str, secret: str) -> str:
    """Returns the value of the Authorization header; both parts are form-encoded first (RFC 6749, 2.3.1)."""
    pair = f"{quote_plus(client)}:{quote_plus(secret)}"
    return "Basic " + base64.b64encode(pair.encode()).decode("ascii")
