"""The whole way in: to the issuer, back, and who gets a session; and everything that must not work on the way."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.handlers.accounts.browser import Browser
from tests.handlers.accounts.conftest import Open, Provider

SESSION, ATTEMPT = "__Host-foyer", "__Host-foyer-sign-in"
INSIDE = "/login-page?next=/reports"  # sends those inside on


async def is_in(browser: Browser) -> bool:
    answer = await browser.open(INSIDE)
    return answer.code == 302 and answer.headers["Location"] == "/reports"


async def test_person_of_the_company_signs_in_and_lands_where_they_wanted(browser: Callable[[], Browser]):
    one = browser()
    answer = await one.sign_in("/reports/top-pages%3Ftheme%3Dlight")
    assert answer.code == 302
    assert answer.headers["Location"] == "/reports/top-pages?theme=light"
    assert SESSION in one.cookies
    assert ATTEMPT not in one.cookies
    assert await is_in(one)


async def test_sign_in_works_on_either_database(office: Open, database_url: str):
    one = (await office(database_url=database_url)).browser()
    assert (await one.sign_in()).code == 302
    assert await is_in(one)


async def test_what_the_issuer_is_asked(browser: Callable[[], Browser]):
    asked = await browser().go_out()
    assert asked["response_type"] == "code"
    assert asked["redirect_uri"] == "https://foyer.example.com/login/callback"
    assert asked["scope"] == "openid email profile"
    assert asked["code_challenge_method"] == "S256"
    assert all(len(asked[name]) >= 43 for name in ("state", "nonce", "code_challenge"))


async def test_every_attempt_has_secrets_of_its_own(browser: Callable[[], Browser]):
    one = browser()
    first, second = await one.go_out(), await one.go_out()
    assert all(first[name] != second[name] for name in ("state", "nonce", "code_challenge"))


async def test_client_secret_goes_in_the_form_where_the_issuer_wants_it_there(office: Open, provider: Provider):
    provider.openid.secret_in_form = True
    one = (await office()).browser()
    assert (await one.sign_in()).code == 302


async def refused(one: Browser, provider: Provider, address: str) -> None:
    """400, no session, and the issuer was not even asked."""
    calls = provider.faults.count("/openid/token")
    answer = await one.open(address)
    assert answer.code == 400
    assert SESSION not in one.cookies
    assert ATTEMPT not in one.cookies
    assert provider.faults.count("/openid/token") == calls


def changed(address: str, **parameters: str | None) -> str:
    parts = urlsplit(address)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | parameters
    return parts._replace(query=urlencode({n: v for n, v in query.items() if v is not None})).geturl()


@pytest.mark.parametrize("state", [None, "", "x", "a" * 43, "\u2028", "%00"])
async def test_callback_with_no_state_or_a_wrong_one_is_refused(
    browser: Callable[[], Browser], provider: Provider, state: str | None
):
    one = browser()
    await one.go_out()
    await refused(one, provider, changed(await one.go_back(), state=state))


async def test_callback_in_another_browser_is_refused(browser: Callable[[], Browser], provider: Provider):
    attacker, victim = browser(), browser()
    await attacker.go_out()
    address = await attacker.go_back()
    await refused(victim, provider, address)
    await victim.go_out()
    await refused(victim, provider, address)


async def test_callback_with_a_cookie_that_we_did_not_sign_is_refused(
    browser: Callable[[], Browser], provider: Provider
):
    one = browser()
    await one.go_out()
    address = await one.go_back()
    one.cookies[ATTEMPT] = one.cookies[ATTEMPT][:-4] + "0000"
    await refused(one, provider, address)


async def test_session_cookie_does_not_serve_as_an_attempt(browser: Callable[[], Browser], provider: Provider):
    one = browser()
    await one.sign_in()
    session = one.cookies[SESSION]
    await one.go_out()
    address = await one.go_back()
    one.cookies = {ATTEMPT: session}
    await refused(one, provider, address)


async def test_callback_works_once(browser: Callable[[], Browser], provider: Provider):
    one = browser()
    await one.go_out()
    address, before = await one.go_back(), dict(one.cookies)
    assert (await one.open(address)).code == 302
    again = browser()
    again.cookies = before
    await refused(again, provider, address)


async def test_callback_works_once_even_for_two_at_the_same_moment(browser: Callable[[], Browser], provider: Provider):
    one, two = browser(), browser()
    await one.go_out()
    address = await one.go_back()
    two.cookies = dict(one.cookies)
    answers = await asyncio.gather(one.open(address), two.open(address))
    assert sorted(answer.code for answer in answers) == [302, 400]
    assert provider.faults.count("/openid/token") == 1


async def test_callback_after_ten_minutes_is_refused(browser: Callable[[], Browser], provider: Provider):
    one = browser()
    await one.go_out()
    provider.clock.shift(timedelta(seconds=601))
    await refused(one, provider, await one.go_back())


async def test_code_that_the_issuer_takes_no_more_is_refused(browser: Callable[[], Browser], provider: Provider):
    one = browser()
    await one.go_out()
    address = await one.go_back()
    provider.clock.shift(timedelta(seconds=120))
    answer = await one.open(address)
    assert answer.code == 403
    assert b"took too long" in answer.body
    assert SESSION not in one.cookies


async def test_verifier_of_another_attempt_does_not_fit(browser: Callable[[], Browser], provider: Provider):
    """Somebody slips a stolen code into their own attempt; PKCE is what stops it."""
    victim, thief = browser(), browser()
    await victim.go_out()
    stolen = parse_qs(urlsplit(await victim.go_back()).query)["code"][0]
    await thief.go_out()
    answer = await thief.open(changed(await thief.go_back(), code=stolen))
    assert answer.code == 403
    assert SESSION not in thief.cookies


@pytest.mark.parametrize("code", [None, "", "x" * 3000])
async def test_callback_without_a_code_is_refused(browser: Callable[[], Browser], provider: Provider, code: str | None):
    one = browser()
    await one.go_out()
    await refused(one, provider, changed(await one.go_back(), code=code))


async def test_answer_of_another_issuer_is_refused(browser: Callable[[], Browser], provider: Provider):
    one = browser()
    await one.go_out()
    await refused(one, provider, changed(await one.go_back(), iss="https://evil.example"))


@pytest.mark.parametrize(
    ("error", "status"),
    [
        ("access_denied", 403),
        ("server_error", 503),
        ("temporarily_unavailable", 503),
        ("<script>", 400),
        ("x" * 900, 400),
    ],
)
async def test_what_the_issuer_says_instead_is_told_in_our_words(
    browser: Callable[[], Browser], provider: Provider, error: str, status: int
):
    provider.openid.lies.error = error
    one = browser()
    answer = await one.follow("/login")
    assert answer.code == status
    assert b"0190" not in answer.body
    assert b"<script>" not in answer.body
    assert b"xxx" not in answer.body
    assert not one.cookies


async def test_error_without_a_state_says_nothing_of_it(browser: Callable[[], Browser], provider: Provider):
    await refused(browser(), provider, "/login/callback?error=access_denied&error_description=call+me")


async def test_on_plain_loopback_the_cookies_have_plain_names(office: Open):
    """Browser looks at every flag."""
    one = (await office(public_url="http://localhost:8888")).browser()
    assert (await one.sign_in()).code == 302
    assert list(one.cookies) == ["foyer"]
    assert (await one.open("/reports")).code == 200


async def test_pages_at_the_door_offer_what_helps(browser: Callable[[], Browser], provider: Provider):
    one = browser()
    assert b"/login?next=/reports" in (await one.open("/login-page?next=/reports")).body
    provider.openid.lies.claims = {"hd": "evil.example"}
    refused = (await one.sign_in()).body
    assert b"Sign in with your work account" in refused
    assert b'href="/login-page"' in refused
    assert b"Google" not in (await one.open("/login-page")).body  # the issuer here is another
    assert b"signed out" in (await one.open("/login-page?ended=1")).body
