"""ID tokens: the cases of the OpenID Foundation's conformance plan for relying parties, and more."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import ECKey, RSAKey

from demo.openid import CLIENT, Lies, new_key
from tests.handlers.accounts.browser import Browser
from tests.handlers.accounts.conftest import Provider


async def sign_in_status(browser: Browser) -> int:
    """Signs in and returns the status; checks that a refusal leaves no session."""
    answer = await browser.sign_in()
    assert (answer.code == 302) == ("__Host-foyer" in browser.cookies)
    return answer.code


LIES: dict[str, dict[str, Any]] = {
    "oidcc-client-test-idtoken-sig-none": {"algorithm": "none"},
    "sig-none-without-kid": {"algorithm": "none", "kid": None},
    "oidcc-client-test-invalid-sig-rs256": {"bent": True},
    "oidcc-client-test-invalid-sig-hs256": {"algorithm": "HS256"},
    "sig-hs256-without-kid": {"algorithm": "HS256", "kid": None},
    "sig-rs512": {"algorithm": "RS512"},
    "signed-with-an-unpublished-key": {"stolen": True},
    "unknown-kid": {"kid": "never-heard-of"},
    "kid-that-is-a-path": {"kid": "../../etc/passwd"},
    "empty": {"token": ""},
    "nonsense": {"token": "a.b.c"},
    "two-parts": {"token": "a.b"},
    "not-ascii": {"token": "é.é.é"},
    "huge": {"token": "a" * 20_000},
    "no-payload": {"token": "eyJhbGciOiJSUzI1NiJ9..", "kid": None},
    "oidcc-client-test-invalid-iss": {"claims": {"iss": "https://evil.example"}},
    "iss-in-a-list": {"claims": {"iss": ["https://accounts.google.com"]}},
    "missing-iss": {"without": {"iss"}},
    "oidcc-client-test-invalid-aud": {"claims": {"aud": "somebody-else"}},
    "aud-with-others": {"claims": {"aud": [CLIENT, "somebody-else"]}},
    "aud-empty-list": {"claims": {"aud": []}},
    "aud-with-space": {"claims": {"aud": CLIENT + " "}},
    "oidcc-client-test-missing-aud": {"without": {"aud"}},
    "azp-somebody-else": {"claims": {"azp": "somebody-else"}},
    "oidcc-client-test-missing-sub": {"without": {"sub"}},
    "empty-sub": {"claims": {"sub": ""}},
    "sub-a-number": {"claims": {"sub": 42}},
    "sub-too-long": {"claims": {"sub": "x" * 256}},
    "oidcc-client-test-missing-iat": {"without": {"iat"}},
    "missing-exp": {"without": {"exp"}},
    "exp-in-words": {"claims": {"exp": "tomorrow"}},
    "exp-true": {"claims": {"exp": True}},
    "exp-null": {"claims": {"exp": None}},
    "oidcc-client-test-nonce-invalid": {"claims": {"nonce": "another"}},
    "missing-nonce": {"without": {"nonce"}},
    "nonce-null": {"claims": {"nonce": None}},
}


@pytest.mark.slow
async def test_token_with_a_wrong_claim_is_rejected(
    new_browser: Callable[[], Browser], provider: Provider, subtests: pytest.Subtests
):
    for name, lies in LIES.items():
        provider.openid.lies = Lies(**lies)
        with subtests.test(name):
            assert await sign_in_status(new_browser()) == 403
        provider.openid.lies = Lies()
        assert await sign_in_status(new_browser()) == 302, "the truth is believed again"


async def test_answer_without_a_token_is_rejected(new_browser: Callable[[], Browser], provider: Provider):
    for token in (None, 17, {"a": 1}):
        provider.openid.make_id_token = lambda grant, token=token: token
        assert await sign_in_status(new_browser()) == 503, token


VALID: dict[str, dict[str, Any]] = {
    "oidcc-client-test-idtoken-sig-rs256": {},
    "aud-in-a-list-of-one": {"claims": {"aud": [CLIENT]}},
    "without-azp": {"without": {"azp"}},
    "without-a-name": {"without": {"name"}},
    "oidcc-client-test-kid-absent-single-jwks": {"kid": None},
}


async def test_unusual_but_valid_token_is_accepted(
    new_browser: Callable[[], Browser], provider: Provider, subtests: pytest.Subtests
):
    for name, lies in VALID.items():
        provider.openid.lies = Lies(**lies)
        with subtests.test(name):
            assert await sign_in_status(new_browser()) == 302


async def test_clocks_may_differ_by_a_minute_and_no_more(new_browser: Callable[[], Browser], provider: Provider):
    for claim, off, status in (
        *(("exp", -30, 302), ("exp", -61, 403)),
        *(("iat", 30, 302), ("iat", 90, 403)),
        *(("nbf", 30, 302), ("nbf", 90, 403)),
    ):
        provider.openid.lies.claims = {claim: int(provider.clock().timestamp()) + off}
        assert await sign_in_status(new_browser()) == status, (claim, off)


async def test_token_without_a_kid_is_refused_when_there_are_several_keys(
    new_browser: Callable[[], Browser], provider: Provider
):
    provider.openid.rotate_keys()
    provider.openid.lies.kid = None
    assert await sign_in_status(new_browser()) == 403


async def test_new_key_is_fetched_when_a_token_names_it(new_browser: Callable[[], Browser], provider: Provider):
    assert await sign_in_status(new_browser()) == 302
    provider.openid.rotate_keys()
    provider.clock.shift(timedelta(minutes=2))
    assert await sign_in_status(new_browser()) == 302
    assert provider.faults.count_requests("/openid/jwks") == 2


async def test_key_no_longer_published_is_rejected(new_browser: Callable[[], Browser], provider: Provider):
    assert await sign_in_status(new_browser()) == 302
    old = provider.openid.keys[0]
    provider.openid.rotate_keys(keep=False)
    published = provider.openid.published_keys()
    provider.openid.published_keys = lambda: published
    provider.openid.keys = [old]
    provider.clock.shift(timedelta(hours=2))
    assert await sign_in_status(new_browser()) == 403


async def test_unknown_key_ids_cause_one_fetch_a_minute(new_browser: Callable[[], Browser], provider: Provider):
    assert await sign_in_status(new_browser()) == 302
    provider.clock.shift(timedelta(minutes=2))
    for number in range(5):
        provider.openid.lies.kid = f"invented-{number}"
        assert await sign_in_status(new_browser()) == 403
    assert provider.faults.count_requests("/openid/jwks") == 2


def public_jwk(key: RSAKey | ECKey, **fields: Any) -> dict[str, Any]:
    return {**key.as_dict(private=False), **fields}


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(lambda: public_jwk(new_key(), kid="odd", n=new_key().as_dict()["n"][:171]), id="too-short"),
        pytest.param(lambda: public_jwk(new_key(), kid="odd", use="enc"), id="for-encryption", marks=pytest.mark.slow),
        pytest.param(
            lambda: public_jwk(new_key(), kid="odd", alg="RS512"), id="for-another-algorithm", marks=pytest.mark.slow
        ),
        pytest.param(lambda: public_jwk(ECKey.generate_key("P-256"), kid="odd"), id="not-rsa", marks=pytest.mark.slow),
        pytest.param(lambda: {"kty": "oct", "k": "AAAA", "kid": "odd"}, id="a-shared-secret", marks=pytest.mark.slow),
        pytest.param(lambda: {"kty": "RSA", "kid": "odd"}, id="without-numbers", marks=pytest.mark.slow),
        pytest.param(lambda: {"kty": "RSA", "kid": "odd", "n": "!", "e": 3}, id="nonsense"),
        pytest.param(lambda: "a string", id="not-even-a-key", marks=pytest.mark.slow),
    ],
)
async def test_unusable_published_key_is_ignored(
    new_browser: Callable[[], Browser], provider: Provider, made: Callable[[], Any]
):
    provider.openid.extra_keys = [made()]
    assert await sign_in_status(new_browser()) == 302
    provider.openid.lies.kid = "odd"
    assert await sign_in_status(new_browser()) == 403
