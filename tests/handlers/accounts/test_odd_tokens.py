"""ID tokens that are signed correctly and built to break the reader are refused in words, and odd documents too."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from demo.openid import ADA, CLIENT, encode_base64url
from tests.handlers.accounts.browser import Browser
from tests.handlers.accounts.conftest import Provider
from utilities.accounts.signin.issuer import parse_metadata
from utilities.accounts.signin.jwks import KEYS_CACHE_TIME
from utilities.model.errors import BadAnswer

REFUSED_IN_WORDS = re.compile(rb"cannot be trusted|does not say who you are|company|has not been verified")
HUGE_NUMBER = "9" * 5000
DEEP = "[" * 5000 + "]" * 5000
# Each gets the true claims as JSON and returns the payload.
PAYLOADS: dict[str, Callable[[str], str]] = {
    "nested 5,000 deep": lambda true: true[:-1] + f', "x": {DEEP}}}',
    "only nesting": lambda true: DEEP,
    "nested objects": lambda true: '{"a":' * 2000 + "1" + "}" * 2000,
    "a list": lambda true: f"[{true}]",
    "a string": lambda true: '"ada"',
    "nothing": lambda true: "",
    "null": lambda true: "null",
    "no JSON": lambda true: true[:-1],
    "exp NaN": lambda true: with_claim(true, "exp", "NaN"),
    "exp Infinity": lambda true: with_claim(true, "exp", "Infinity"),
    "exp 1e400": lambda true: with_claim(true, "exp", "1e400"),
    "exp of 400 digits": lambda true: with_claim(true, "exp", "9" * 400),
    "exp of 5,000 digits": lambda true: with_claim(true, "exp", HUGE_NUMBER),
    "exp after the year 9999": lambda true: with_claim(true, "exp", "1e15"),
    "exp true": lambda true: with_claim(true, "exp", "true"),
    "exp a string": lambda true: with_claim(true, "exp", '"9999999999"'),
    "exp a list": lambda true: with_claim(true, "exp", "[9999999999]"),
    "exp an object": lambda true: with_claim(true, "exp", "{}"),
    "exp negative": lambda true: with_claim(true, "exp", "-1"),
    "iat NaN": lambda true: with_claim(true, "iat", "NaN"),
    "iat -1e400": lambda true: with_claim(true, "iat", "-1e400"),
    "iat false": lambda true: with_claim(true, "iat", "false"),
    "aud an object": lambda true: with_claim(true, "aud", '{"a": 1}'),
    "sub with a null character": lambda true: with_claim(true, "sub", '"a\\u0000b"'),
    "sub with a line feed": lambda true: with_claim(true, "sub", '"a\\nb"'),
    "sub half a character": lambda true: with_claim(true, "sub", '"\\ud800"'),
    "email half a character": lambda true: with_claim(true, "email", '"\\ud800@example.com"'),
    "hd a list": lambda true: with_claim(true, "hd", '["example.com"]'),
    "email_verified a string": lambda true: with_claim(true, "email_verified", '"true"'),
    "nonce a list": lambda true: with_claim(true, "nonce", "[]"),
}
HEADERS: dict[str, dict[str, Any] | str] = {
    "typ logout+jwt": {"typ": "logout+jwt"},
    "typ at+jwt": {"typ": "at+jwt"},
    "typ application/logout+jwt": {"typ": "application/logout+jwt"},
    "typ a number": {"typ": 1},
    "crit empty": {"crit": []},
    "crit unknown": {"crit": ["x"], "x": 1},
    "crit b64": {"crit": ["b64"], "b64": False},
    "crit exp": {"crit": ["exp"], "exp": 1},
    "alg in lower case": {"alg": "rs256"},
    "alg none": {"alg": "none"},
    "alg NONE": {"alg": "NoNe"},
    "alg a list": {"alg": ["RS256"]},
    "alg an object": {"alg": {"RS256": 1}},
    "alg null": {"alg": None},
    "alg HS256": {"alg": "HS256"},
    "alg PS256": {"alg": "PS256"},
    "kid a list": {"kid": ["x"]},
    "kid an object": {"kid": {}},
    "kid long": {"kid": "x" * 8000},
    "header nested": f'{{"alg": "RS256", "x": {"[" * 1500 + "]" * 1500}}}',
    "header a list": "[]",
    "header null": "null",
    "header no JSON": "{",
    "header empty": "",
}
NAMES = {"half a character": "\ud800 Ada", "a null character": "A\x00da", "control": "\x1b[31mAda", "bidi": "\u202eAda"}


def with_claim(true: str, name: str, value: str) -> str:
    """Returns the claims with one more, which replaces an earlier one of its name."""
    return f'{true[:-1]}, "{name}": {value}}}'


def sign_raw(provider: Provider, header: str, payload: str) -> str:
    """Returns a token with a true signature over any two texts."""
    signed = ".".join(encode_base64url(each.encode("utf-8", "surrogatepass")) for each in (header, payload))
    signature = provider.openid.keys[0].private_key.sign(signed.encode(), PKCS1v15(), SHA256())
    return f"{signed}.{encode_base64url(signature)}"


def true_claims(provider: Provider, nonce: str) -> dict[str, Any]:
    now = int(provider.clock().timestamp())
    times = {"iat": now, "exp": now + 3600}
    return {**ADA, **times, "iss": provider.openid.issuer, "aud": CLIENT, "nonce": nonce}


def true_header(provider: Provider) -> dict[str, Any]:
    return {"alg": "RS256", "kid": provider.openid.keys[0].kid}


async def sign_in_with(
    browser: Browser, provider: Provider, header: dict[str, Any] | str, payload: Callable[[str], str]
) -> tuple[int, bytes]:
    """Returns status and body of a sign-in whose token has this header, and what `payload` makes of true claims."""
    text = header if isinstance(header, str) else json.dumps({**true_header(provider), **header})

    def make_id_token(grant: Any) -> str:
        return sign_raw(provider, text, payload(json.dumps(true_claims(provider, grant.nonce))))

    provider.openid.make_id_token = make_id_token  # type: ignore[method-assign]
    answer = await browser.sign_in()
    assert (answer.code == 302) == ("__Host-foyer" in browser.cookies)
    return answer.code, answer.body


@pytest.mark.slow
async def test_odd_token_is_refused_in_words(
    new_browser: Callable[[], Browser], provider: Provider, subtests: pytest.Subtests
):
    assert (await sign_in_with(new_browser(), provider, {}, str))[0] == 302, "the truth is believed"
    for name, payload in PAYLOADS.items():
        with subtests.test(payload=name):
            code, body = await sign_in_with(new_browser(), provider, {}, payload)
            assert code == 403
            assert REFUSED_IN_WORDS.search(body)
    for name, header in HEADERS.items():
        with subtests.test(header=name):
            assert (await sign_in_with(new_browser(), provider, header, str))[0] == 403


async def test_usual_types_are_accepted(new_browser: Callable[[], Browser], provider: Provider):
    for header in ({"typ": "JWT"}, {"typ": "jwt"}, {"typ": "application/jwt"}, {}):
        assert (await sign_in_with(new_browser(), provider, header, str))[0] == 302, header


async def test_name_that_no_database_stores_is_cleaned(new_browser: Callable[[], Browser], provider: Provider):
    for what, name in NAMES.items():
        browser = new_browser()
        code, _ = await sign_in_with(browser, provider, {}, lambda true, name=name: change_name(true, name))
        assert code == 302, what
        assert (await browser.open("/tokens")).code == 200


def change_name(true: str, name: str) -> str:
    return json.dumps({**json.loads(true), "name": name})


@pytest.mark.parametrize(
    "odd",
    [
        *({"token_endpoint": each} for each in ("https://[::1", "https://\u2028x", "", 5, None, [], "ftp://x", "//x")),
        *({"issuer": each} for each in (None, 5, [], "https://evil.example")),
        *({"jwks_uri": each} for each in ("https://x:99999999999999999999/]", {}, True)),
    ],
)
def test_odd_discovery_document_is_a_bad_answer(odd: dict[str, Any]):
    issuer = "https://issuer.example"
    good = dict.fromkeys(("authorization_endpoint", "token_endpoint", "jwks_uri"), f"{issuer}/x")
    parse_metadata({"issuer": issuer, **good}, issuer)
    with pytest.raises(BadAnswer):
        parse_metadata({"issuer": issuer, **good, **odd}, issuer)


@pytest.mark.parametrize("methods", [None, 5, "client_secret_post", [], [5], {}])
def test_odd_list_of_methods_is_no_error(methods: object):
    issuer = "https://issuer.example"
    good = dict.fromkeys(("authorization_endpoint", "token_endpoint", "jwks_uri"), f"{issuer}/x")
    parse_metadata({"issuer": issuer, **good, "token_endpoint_auth_methods_supported": methods}, issuer)


ODD_KEYS: tuple[dict[str, Any], ...] = (
    *({"kty": "RSA", "kid": "odd", "n": n, "e": "AQAB"} for n in ("A" * 400, "!" * 400, "A" * 100_000, 5, None)),
    *({"kty": "RSA", "kid": "odd", "n": "x" * 400, "e": e} for e in (3, None, "", "A", [], "A" * 400)),
    *({"kty": kty} for kty in (None, 5, [], "EC", "OKP")),
)


@pytest.mark.slow
async def test_odd_key_is_ignored(new_browser: Callable[[], Browser], provider: Provider, subtests: pytest.Subtests):
    for odd in ODD_KEYS:
        with subtests.test(odd=str(odd)[:80]):
            provider.clock.shift(KEYS_CACHE_TIME)  # so that the keys are fetched again
            provider.openid.extra_keys, provider.openid.lies.kid = [odd], ""
            assert (await new_browser().sign_in()).code == 302
            provider.openid.lies.kid = "odd"
            assert (await new_browser().sign_in()).code == 403


async def test_published_keys_that_are_none_do_not_replace_good_ones(
    new_browser: Callable[[], Browser], provider: Provider
):
    assert (await new_browser().sign_in()).code == 302
    published = provider.openid.published_keys
    provider.openid.published_keys = lambda: {"keys": []}  # type: ignore[method-assign]
    provider.clock.shift(KEYS_CACHE_TIME)
    assert (await new_browser().sign_in()).code == 302
    provider.openid.published_keys = published  # type: ignore[method-assign]
