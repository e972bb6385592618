"""An OpenID provider that requires PKCE, accepts each code once, and can be set to issue wrong tokens."""

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import unquote_plus, urlencode

from joserfc import jws
from joserfc.jwk import RSAKey

from demo.clock import VirtualClock
from demo.faults import FaultyHandler

CLIENT = "foyer.apps.pretend.example"
SECRET = "a+pretend/client:secret"  # noqa: S105 (with characters that must be form-encoded in a Basic header)
DOMAIN = "example.com"
ADA = {
    "sub": "110248495921238986420",
    "email": "ada@example.com",
    "email_verified": True,
    "hd": DOMAIN,
    "name": "Ada Lovelace",
}
CODE_SECONDS = 60


@dataclass
class Lies:
    """What is wrong in the tokens; by default nothing."""

    claims: dict[str, Any] = field(default_factory=dict)  # instead of, or besides, the true ones
    without: set[str] = field(default_factory=set)  # claims to leave out
    algorithm: str = "RS256"  # or RS512, HS256 (keyed with the public key), none
    kid: str | None = ""  # another key id; None leaves it out
    stolen: bool = False  # sign with a key that is not published
    bent: bool = False  # change the signature
    issuer: str = ""  # what the discovery document calls itself
    error: str = ""  # send people back with this instead of a code
    token: str | None = None  # this instead of an ID token


@dataclass(frozen=True)
class Grant:
    """The request that a code belongs to."""

    nonce: str
    challenge: str
    callback: str
    until: float


class OpenId:
    """The state of the provider; in tests it is `internet.openid`."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.issuer = ""
        self.lies = Lies()
        self.secret_in_form = False  # accept the client's secret only in the form
        self.codes: dict[str, Grant] = {}
        self.tokens_given: list[str] = []
        self.extra_keys: list[dict[str, Any]] = []
        self.keys = [first_key()]

    def rotate_keys(self, *, keep: bool = True) -> None:
        """Signs with a new key from now on; with `keep` the old ones stay published."""
        self.keys = [new_key(), *(self.keys if keep else [])]

    def published_keys(self) -> dict[str, Any]:
        keys = [{**key.as_dict(private=False), "use": "sig", "alg": "RS256"} for key in self.keys]
        return {"keys": [*self.extra_keys, *keys]}

    def make_id_token(self, grant: Grant) -> str:
        """Returns an ID token, with what `lies` sets."""
        now = int(self.clock().timestamp())
        truth = {**ADA, "iss": self.issuer, "aud": CLIENT, "azp": CLIENT, "nonce": grant.nonce}
        claims = {**truth, "iat": now, "exp": now + 3600, **self.lies.claims}
        payload = json.dumps({name: value for name, value in claims.items() if name not in self.lies.without})
        header = {"alg": self.lies.algorithm, "kid": self.lies.kid or self.keys[0].kid, "typ": "JWT"}
        if self.lies.kid is None:
            del header["kid"]
        token = self.sign_token(header, payload)
        if self.lies.bent:
            token = token[:-8] + ("AAAAAAAA" if token[-8:] != "AAAAAAAA" else "BBBBBBBB")
        return token if self.lies.token is None else self.lies.token

    def sign_token(self, header: dict[str, Any], payload: str) -> str:
        algorithm = self.lies.algorithm
        if algorithm.startswith("RS"):
            key = RSAKey.generate_key(2048) if self.lies.stolen else self.keys[0]
            return jws.serialize_compact(header, payload, key, algorithms=[algorithm])
        signed = f"{encode_base64url(json.dumps(header).encode())}.{encode_base64url(payload.encode())}"
        secret = self.keys[0].as_pem(private=False)  # a well-known attack: the public key as a shared secret
        mac = hmac.digest(secret, signed.encode(), "sha256") if algorithm == "HS256" else b""
        return f"{signed}.{encode_base64url(mac)}"


def new_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": secrets.token_hex(8)})


@cache
def first_key() -> RSAKey:
    """Makes the key once in a process, because it takes a tenth of a second."""
    return new_key()


class OpenIdHandler(FaultyHandler):
    """Base of the provider's handlers."""

    openid: OpenId


class DiscoveryHandler(OpenIdHandler):
    def get(self) -> None:
        issuer = self.openid.issuer
        method = "client_secret_post" if self.openid.secret_in_form else "client_secret_basic"
        self.write_json(
            {
                "issuer": self.openid.lies.issuer or issuer,
                "authorization_endpoint": f"{issuer}/authorize",
                "token_endpoint": f"{issuer}/token",
                "jwks_uri": f"{issuer}/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": [method],
                "code_challenge_methods_supported": ["S256"],
            }
        )


class AuthorizeHandler(OpenIdHandler):
    """Redirects back at once: the simulated person is always signed in."""

    def get(self) -> None:
        requested = {name: values[-1].decode() for name, values in self.request.query_arguments.items()}
        callback = requested.get("redirect_uri", "")
        if requested.get("client_id") != CLIENT or not callback:
            self.write_json({"error": "invalid_client"}, status=400)
            return
        needed = ("state", "nonce", "code_challenge")
        well_asked = requested.get("response_type") == "code" and "openid" in requested.get("scope", "").split()
        back = {"state": requested.get("state", "")}
        if (
            not well_asked
            or requested.get("code_challenge_method") != "S256"
            or not all(requested.get(n) for n in needed)
        ):
            back |= {"error": "invalid_request", "error_description": "state, nonce and PKCE with S256 are required"}
        elif self.openid.lies.error:
            back |= {"error": self.openid.lies.error, "error_description": "<b>Call 0190-666666</b> now"}
        else:
            back["code"] = secrets.token_urlsafe(24)
            until = self.openid.clock().timestamp() + CODE_SECONDS
            self.openid.codes[back["code"]] = Grant(requested["nonce"], requested["code_challenge"], callback, until)
        self.redirect(f"{callback}?{urlencode(back)}")


class TokenEndpointHandler(OpenIdHandler):
    def post(self) -> None:
        if self.client_credentials() != (CLIENT, SECRET):
            self.set_header("WWW-Authenticate", 'Basic realm="pretend"')
            self.write_json({"error": "invalid_client"}, status=401)
            return
        grant = self.openid.codes.pop(self.get_body_argument("code", ""), None)
        why = self.refusal_reason(grant)
        if grant is None or why:
            self.write_json({"error": "invalid_grant", "error_description": why}, status=400)
            return
        token = self.openid.make_id_token(grant)
        self.openid.tokens_given.append(token)
        self.set_header("Cache-Control", "no-store")
        access = secrets.token_urlsafe(24)
        self.write_json({"access_token": access, "token_type": "Bearer", "expires_in": 3599, "id_token": token})

    def refusal_reason(self, grant: Grant | None) -> str:
        verifier = self.get_body_argument("code_verifier", "")
        if grant is None or self.get_body_argument("grant_type", "") != "authorization_code":
            return "unknown code"
        if grant.until < self.openid.clock().timestamp():
            return "the code has expired"
        if self.get_body_argument("redirect_uri", "") != grant.callback:
            return "redirect_uri differs"
        if encode_base64url(hashlib.sha256(verifier.encode()).digest()) != grant.challenge:
            return "code_verifier does not fit the challenge"
        return ""

    def client_credentials(self) -> tuple[str, str]:
        """Returns the client and its secret, from the header or the form."""
        kind, _, pair = self.request.headers.get("Authorization", "").partition(" ")
        if self.openid.secret_in_form and not kind:
            return self.get_body_argument("client_id", ""), self.get_body_argument("client_secret", "")
        if self.openid.secret_in_form or kind != "Basic":
            return "", ""
        client, _, secret = base64.b64decode(pair).decode().partition(":")
        return unquote_plus(client), unquote_plus(secret)


class JwksHandler(OpenIdHandler):
    def get(self) -> None:
        self.write_json(self.openid.published_keys())


def encode_base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode("ascii")


def make_routes(internet: Any) -> list[Any]:
    """Returns the routes under /openid; the provider becomes `internet.openid`."""
    internet.openid = openid = OpenId(internet.clock)
    openid.issuer = f"{internet.address}/openid"
    parts = {"faults": internet.faults, "openid": openid}
    return [
        (r"/openid/\.well-known/openid-configuration", DiscoveryHandler, parts),
        (r"/openid/authorize", AuthorizeHandler, parts),
        (r"/openid/token", TokenEndpointHandler, parts),
        (r"/openid/jwks", JwksHandler, parts),
    ]


def make_settings(address: str) -> dict[str, str]:
    """Returns no settings: the demo needs no sign-in. See `sign_in_environment`."""
    return {}


def sign_in_environment(address: str) -> dict[str, str]:
    """Returns the settings for sign-in at the simulated provider."""
    return {
        "OIDC_ISSUER": f"{address}/openid",
        "GOOGLE_CLIENT_ID": CLIENT,
        "GOOGLE_CLIENT_SECRET": SECRET,
        "ALLOWED_DOMAINS": DOMAIN,
    }
