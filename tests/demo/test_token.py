"""The token endpoint refuses in Google's order and words."""

import json
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from google.auth import crypt, jwt
from tornado.httpclient import HTTPResponse

from demo.google.token import AUDIENCE, GRANT, PREFIX, WINDOW
from demo.internet import Internet

Fetch = Callable[..., Awaitable[HTTPResponse]]
NOW = int(time.time())
GOOD = {
    "iss": "wall@example-analytics.iam.gserviceaccount.com",
    "iat": NOW,
    "exp": NOW + 3600,
    "aud": AUDIENCE,
    "scope": PREFIX + "analytics.readonly",
}


async def ask(internet: Internet, fetch: Fetch, assertion: str | bytes, grant: str = GRANT) -> tuple[int, Any]:
    body = urlencode({"grant_type": grant, "assertion": assertion})
    answer = await fetch(f"{internet.address}/token", method="POST", body=body)
    return answer.code, json.loads(answer.body)


def signed(internet: Internet, claims: dict[str, Any]) -> bytes:
    key = json.loads(Path(internet.environment["GOOGLE_APPLICATION_CREDENTIALS"]).read_text())
    payload = {name: value for name, value in {**GOOD, **claims}.items() if value is not None}
    assertion: bytes = jwt.encode(crypt.RSASigner.from_service_account_info(key), payload)
    return assertion


async def test_a_good_assertion_gets_a_token(internet: Internet, fetch: Fetch):
    code, body = await ask(internet, fetch, signed(internet, {}))
    assert code == 200
    assert body.pop("access_token").startswith("ya29.")
    assert body == {"expires_in": 3599, "token_type": "Bearer"}


@pytest.mark.parametrize(
    ("claims", "error", "description"),
    [
        ({"iss": "x@y"}, "invalid_grant", "Invalid grant: account not found"),
        ({"iat": None}, "invalid_grant", "Invalid JWT: iat (issued at) is not set."),
        ({"exp": None}, "invalid_grant", "Invalid JWT: exp (expiration time) is not set."),
        ({"exp": NOW + 7200}, "invalid_grant", WINDOW),
        ({"iat": NOW - 7200, "exp": NOW - 3600}, "invalid_grant", WINDOW),
        ({"iat": NOW + 4000, "exp": NOW + 5000}, "invalid_grant", WINDOW),
        ({"scope": ""}, "invalid_scope", "Invalid OAuth scope or ID token audience provided."),
        ({"aud": "http://127.0.0.1/token"}, "invalid_grant", "Invalid JWT: Failed audience check."),
        ({"iss": "x@y", "iat": None, "aud": "z"}, "invalid_grant", "Invalid grant: account not found"),
        ({"scope": "", "aud": "z"}, "invalid_scope", "Invalid OAuth scope or ID token audience provided."),
    ],
)
async def test_a_wrong_claim_is_refused(
    claims: dict[str, Any], error: str, description: str, internet: Internet, fetch: Fetch
):
    answer = await ask(internet, fetch, signed(internet, claims))
    assert answer == (400, {"error": error, "error_description": description})


@pytest.mark.parametrize("assertion", ["", "a.b", "e30.e30", "e30.bm8.c2ln", "****.e30.c2ln"])
async def test_what_is_no_assertion_is_a_bad_request(assertion: str, internet: Internet, fetch: Fetch):
    answer = await ask(internet, fetch, assertion)
    assert answer == (400, {"error": "invalid_request", "error_description": "Bad Request"})


async def test_only_the_accounts_own_signature_counts(internet: Internet, fetch: Fetch):
    header, claims, signature = signed(internet, {}).decode().split(".")
    unsigned = "eyJhbGciOiJub25lIn0"  # {"alg":"none"}
    for forged in (f"{header}.{claims}.{signature[:-8]}AAAAAAAA", f"{unsigned}.{claims}.{signature}"):
        code, body = await ask(internet, fetch, forged)
        assert (code, body["error_description"]) == (400, "Invalid JWT Signature.")


async def test_an_unknown_scope_gets_an_answer_without_a_token(internet: Internet, fetch: Fetch):
    code, body = await ask(internet, fetch, signed(internet, {"scope": PREFIX + "analytics.readonly.typo"}))
    assert code == 200
    assert list(body) == ["id_token"]


async def test_another_grant_is_refused_by_name(internet: Internet, fetch: Fetch):
    code, body = await ask(internet, fetch, signed(internet, {}), "refresh_token")
    assert code == 400
    assert body == {"error": "unsupported_grant_type", "error_description": "Invalid grant_type: refresh_token"}


def test_the_key_is_readable_by_its_owner_only(internet: Internet):
    assert Path(internet.environment["GOOGLE_APPLICATION_CREDENTIALS"]).stat().st_mode & 0o077 == 0
