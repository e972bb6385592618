"""The issuer: where it sends people, and what it says of them when they come back."""

import base64
import contextlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

from utilities.accounts.signin.attempts import Attempt, begin
from utilities.accounts.signin.id_token import Expected, claims_of, header_of
from utilities.accounts.signin.issuer_client import DEADLINE, Client, Together, fetch, parsed
from utilities.accounts.signin.jwks import Keys
from utilities.accounts.signin.membership import member
from utilities.accounts.signin.return_url import HOME
from utilities.model.clock import Clock
from utilities.model.errors import BadAnswer, SignInRefused, SourceMisconfigured, Unavailable
from utilities.model.principals import Person

log = logging.getLogger("foyer.signin")

GOOGLE = "https://accounts.google.com"
FRESH = timedelta(hours=1)
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Registration:
    """How the issuer knows us."""

    issuer: str
    client: str
    secret: str
    callback: str  # the address people come back to
    domains: tuple[str, ...]


@dataclass(frozen=True)
class Places:
    """What the issuer's discovery document says."""

    issuer: str
    authorize: str
    token: str
    keys: str
    secret_in_form: bool  # True when it does not take the secret in a header


class Issuer:
    """Stands for one OpenID provider; nothing is asked of it before the first sign-in."""

    def __init__(self, registration: Registration, client: Client, clock: Clock) -> None:
        self.registration = registration
        self.client = client
        self.clock = clock
        self.keys = Keys(client, clock)
        self.discover = Together(self.ask)
        self.known: Places | None = None
        self.known_at = clock()

    async def places(self) -> Places:
        """The discovery document, asked for at most once an hour; raises Unavailable and BadAnswer."""
        if self.known is None or abs(self.clock() - self.known_at) >= FRESH:
            return await self.discover()
        return self.known

    async def ask(self) -> Places:
        url = f"{self.registration.issuer}/.well-known/openid-configuration"
        self.known = places_in(await fetch(self.client, url), self.registration.issuer)
        self.known_at = self.clock()
        return self.known

    async def way_there(self, attempt: Attempt) -> str:
        """The address at the issuer's to send somebody to."""
        places = await self.places()
        domains = self.registration.domains
        asked = {
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
        return places.authorize + ("&" if "?" in places.authorize else "?") + urlencode(asked)

    async def person(self, code: str, attempt: Attempt) -> Person:
        """Returns who came back with `code`; raises SignInRefused, Unavailable, BadAnswer and SourceMisconfigured."""
        places = await self.places()
        token = await self.exchange(places, code, attempt)
        name = header_of(token).get("kid")
        key = await self.keys.find(places.keys, name if isinstance(name, str) else None)
        expected = Expected(issuers(places.issuer), self.registration.client, attempt.nonce)
        claims = claims_of(token, key, expected, self.clock())
        return member({**claims, "iss": places.issuer}, self.registration.domains)

    async def check(self) -> None:
        """Hands in a code that nobody was given: an issuer that minds the code, and not us, knows us.

        Raises Unavailable and BadAnswer, and SourceMisconfigured when it does not.
        """
        with contextlib.suppress(SignInRefused):
            await self.exchange(await self.places(), "of-a-checkup", begin(HOME))

    async def exchange(self, places: Places, code: str, attempt: Attempt) -> str:
        """The ID token for a code; each code is good for one try."""
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
            headers["Authorization"] = basic(self.registration.client, self.registration.secret)
        answer = await self.client.post(places.token, deadline=DEADLINE, form=form, headers=headers)
        if answer.status >= 500 or answer.status == 429:
            raise Unavailable(f"the sign-in service answered {answer.status}")
        fields = parsed(answer.body)
        if answer.status != 200:
            raise refusal(fields)
        token = fields.get("id_token")
        if not isinstance(token, str):
            raise BadAnswer("the sign-in service sent no ID token")
        return token


def refusal(fields: Mapping[str, Any]) -> SignInRefused | SourceMisconfigured:
    """Whose fault a refused code is: the visitor's, who took too long, or ours, who are set wrongly."""
    if fields.get("error") == "invalid_grant":
        return SignInRefused("That sign-in took too long or was used already. Please sign in again.")
    known = {"invalid_client", "unauthorized_client", "invalid_request", "unsupported_grant_type", "invalid_scope"}
    error = fields.get("error") if fields.get("error") in known else "an unknown error"
    return SourceMisconfigured(
        f"the sign-in service refuses Foyer itself ({error}): check GOOGLE_CLIENT_ID and its secret"
    )


def issuers(issuer: str) -> frozenset[str]:
    """Google may leave `https://` away in the token; nobody else."""
    return frozenset({issuer, issuer.removeprefix("https://")} if issuer == GOOGLE else {issuer})


def places_in(document: Mapping[str, Any], issuer: str) -> Places:
    """The addresses in a discovery document, which must speak for the issuer that was asked."""
    said = document.get("issuer")
    if not isinstance(said, str) or said.rstrip("/") != issuer:
        raise BadAnswer("the sign-in service calls itself by another name than OIDC_ISSUER")
    ends = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    authorize, token, keys = (safe_address(document.get(end)) for end in ends)
    methods = document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return Places(said, authorize, token, keys, "client_secret_basic" not in methods)


def safe_address(value: object) -> str:
    """An address to which secrets may go: https, or this machine."""
    parts = urlsplit(value) if isinstance(value, str) else urlsplit("")
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return parts.geturl()
    raise BadAnswer("the sign-in service names an address that is not https")


def basic(client: str, secret: str) -> str:
    """The secret in a header; both parts are form-encoded first (RFC 6749, 2.3.1)."""
    pair = f"{quote_plus(client)}:{quote_plus(secret)}"
    return "Basic " + base64.b64encode(pair.encode()).decode("ascii")
