"""ID tokens: the cases of the OpenID Foundation's plan for relying parties, and more, against a provider that lies."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import ECKey, RSAKey

from demo.openid import CLIENT, new_key
from tests.door.browser import Browser
from tests.door.conftest import Provider


async def comes_in(one: Browser) -> int:
    """Signs in; the status, after looking that a refusal leaves no session."""
    answer = await one.sign_in()
    assert (answer.code == 302) == ("__Host-foyer" in one.cookies)
    return answer.code


@pytest.mark.parametrize(
    "lies",
    [
        pytest.param({"algorithm": "none"}, id="oidcc-client-test-idtoken-sig-none"),
        pytest.param({"algorithm": "none", "kid": None}, id="sig-none-without-kid"),
        pytest.param({"bent": True}, id="oidcc-client-test-invalid-sig-rs256"),
        pytest.param({"algorithm": "HS256"}, id="oidcc-client-test-invalid-sig-hs256"),
        pytest.param({"algorithm": "HS256", "kid": None}, id="sig-hs256-without-kid"),
        pytest.param({"algorithm": "RS512"}, id="sig-rs512"),
        pytest.param({"stolen": True}, id="signed-with-an-unpublished-key"),
        pytest.param({"kid": "never-heard-of"}, id="unknown-kid"),
        pytest.param({"kid": "../../etc/passwd"}, id="kid-that-is-a-path"),
        pytest.param({"token": ""}, id="empty"),
        pytest.param({"token": "a.b.c"}, id="nonsense"),
        pytest.param({"token": "a.b"}, id="two-parts"),
        pytest.param({"token": "é.é.é"}, id="not-ascii"),
        pytest.param({"token": "a" * 20_000}, id="huge"),
        pytest.param({"token": "eyJhbGciOiJSUzI1NiJ9..", "kid": None}, id="no-payload"),
        pytest.param({"claims": {"iss": "https://evil.example"}}, id="oidcc-client-test-invalid-iss"),
        pytest.param({"claims": {"iss": ["https://accounts.google.com"]}}, id="iss-in-a-list"),
        pytest.param({"without": {"iss"}}, id="missing-iss"),
        pytest.param({"claims": {"aud": "somebody-else"}}, id="oidcc-client-test-invalid-aud"),
        pytest.param({"claims": {"aud": [CLIENT, "somebody-else"]}}, id="aud-with-others"),
        pytest.param({"claims": {"aud": []}}, id="aud-empty-list"),
        pytest.param({"claims": {"aud": CLIENT + " "}}, id="aud-with-space"),
        pytest.param({"without": {"aud"}}, id="oidcc-client-test-missing-aud"),
        pytest.param({"claims": {"azp": "somebody-else"}}, id="azp-somebody-else"),
        pytest.param({"without": {"sub"}}, id="oidcc-client-test-missing-sub"),
        pytest.param({"claims": {"sub": ""}}, id="empty-sub"),
        pytest.param({"claims": {"sub": 42}}, id="sub-a-number"),
        pytest.param({"claims": {"sub": "x" * 256}}, id="sub-too-long"),
        pytest.param({"without": {"iat"}}, id="oidcc-client-test-missing-iat"),
        pytest.param({"without": {"exp"}}, id="missing-exp"),
        pytest.param({"claims": {"exp": "tomorrow"}}, id="exp-in-words"),
        pytest.param({"claims": {"exp": True}}, id="exp-true"),
        pytest.param({"claims": {"exp": None}}, id="exp-null"),
        pytest.param({"claims": {"nonce": "another"}}, id="oidcc-client-test-nonce-invalid"),
        pytest.param({"without": {"nonce"}}, id="missing-nonce"),
        pytest.param({"claims": {"nonce": None}}, id="nonce-null"),
    ],
)
async def test_token_that_lies_lets_nobody_in(browser: Callable[[], Browser], provider: Provider, lies: dict[str, Any]):
    for name, value in lies.items():
        setattr(provider.openid.lies, name, value)
    assert await comes_in(browser()) == 403


@pytest.mark.parametrize("token", [None, 17, {"a": 1}])
async def test_answer_without_a_token_is_no_answer(browser: Callable[[], Browser], provider: Provider, token: Any):
    provider.openid.sign = lambda grant: token
    assert await comes_in(browser()) == 503


@pytest.mark.parametrize(
    "lies",
    [
        pytest.param({}, id="oidcc-client-test-idtoken-sig-rs256"),
        pytest.param({"claims": {"aud": [CLIENT]}}, id="aud-in-a-list-of-one"),
        pytest.param({"without": {"azp"}}, id="without-azp"),
        pytest.param({"without": {"name"}}, id="without-a-name"),
        pytest.param({"kid": None}, id="oidcc-client-test-kid-absent-single-jwks"),
    ],
)
async def test_token_that_is_merely_unusual_is_taken(
    browser: Callable[[], Browser], provider: Provider, lies: dict[str, Any]
):
    for name, value in lies.items():
        setattr(provider.openid.lies, name, value)
    assert await comes_in(browser()) == 302


@pytest.mark.parametrize(
    ("claim", "off", "status"),
    [("exp", -30, 302), ("exp", -61, 403), ("iat", 30, 302), ("iat", 90, 403), ("nbf", 30, 302), ("nbf", 90, 403)],
)
async def test_clocks_may_differ_by_a_minute_and_no_more(
    browser: Callable[[], Browser], provider: Provider, claim: str, off: int, status: int
):
    provider.openid.lies.claims = {claim: int(provider.clock().timestamp()) + off}
    assert await comes_in(browser()) == status


async def test_token_without_a_kid_is_refused_when_there_are_several_keys(
    browser: Callable[[], Browser], provider: Provider
):
    provider.openid.rotate()
    provider.openid.lies.kid = None
    assert await comes_in(browser()) == 403


async def test_new_key_is_fetched_when_a_token_names_it(browser: Callable[[], Browser], provider: Provider):
    assert await comes_in(browser()) == 302
    provider.openid.rotate()
    provider.clock.shift(timedelta(minutes=2))
    assert await comes_in(browser()) == 302
    assert provider.faults.count("/openid/jwks") == 2


async def test_old_key_is_dead_once_it_is_no_longer_published(browser: Callable[[], Browser], provider: Provider):
    assert await comes_in(browser()) == 302
    old = provider.openid.keys[0]
    provider.openid.rotate(keep=False)
    published = provider.openid.published()
    provider.openid.published = lambda: published
    provider.openid.keys = [old]
    provider.clock.shift(timedelta(hours=2))
    assert await comes_in(browser()) == 403


async def test_invented_key_ids_cost_one_look_in_a_minute(browser: Callable[[], Browser], provider: Provider):
    assert await comes_in(browser()) == 302
    provider.clock.shift(timedelta(minutes=2))
    for number in range(5):
        provider.openid.lies.kid = f"invented-{number}"
        assert await comes_in(browser()) == 403
    assert provider.faults.count("/openid/jwks") == 2


def public(key: RSAKey | ECKey, **fields: Any) -> dict[str, Any]:
    return {**key.as_dict(private=False), **fields}


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(lambda: public(new_key(), kid="odd", n=new_key().as_dict()["n"][:171]), id="too-short"),
        pytest.param(lambda: public(new_key(), kid="odd", use="enc"), id="for-encryption"),
        pytest.param(lambda: public(new_key(), kid="odd", alg="RS512"), id="for-another-algorithm"),
        pytest.param(lambda: public(ECKey.generate_key("P-256"), kid="odd"), id="not-rsa"),
        pytest.param(lambda: {"kty": "oct", "k": "AAAA", "kid": "odd"}, id="a-shared-secret"),
        pytest.param(lambda: {"kty": "RSA", "kid": "odd"}, id="without-numbers"),
        pytest.param(lambda: {"kty": "RSA", "kid": "odd", "n": "!", "e": 3}, id="nonsense"),
        pytest.param(lambda: "a string", id="not-even-a-key"),
    ],
)
async def test_unusable_key_among_the_published_is_passed_over(
    browser: Callable[[], Browser], provider: Provider, made: Callable[[], Any]
):
    provider.openid.extra_keys = [made()]
    assert await comes_in(browser()) == 302
    provider.openid.lies.kid = "odd"
    assert await comes_in(browser()) == 403
