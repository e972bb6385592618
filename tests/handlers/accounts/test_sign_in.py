"""Sign-in from start to session, and every attack on it that must fail."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.handlers.accounts.browser import Browser
from tests.handlers.accounts.conftest import Provider, StartFoyer

SESSION = "__Host-foyer"
INSIDE = "/login-page?next=/reports"  # sends those inside on


def attempt_cookies(browser: Browser) -> list[str]:
    """Returns the names of the cookies of attempts."""
    return [name for name in browser.cookies if name.startswith("__Host-foyer-sign-in-")]


async def is_signed_in(browser: Browser) -> bool:
    answer = await browser.open(INSIDE)
    return answer.code == 302 and answer.headers["Location"] == "/reports"


async def test_member_signs_in_and_reaches_the_requested_page(new_browser: Callable[[], Browser]):
    browser = new_browser()
    answer = await browser.sign_in("/reports/top-pages%3Ftheme%3Dlight")
    assert answer.code == 302
    assert answer.headers["Location"] == "/reports/top-pages?theme=light"
    assert SESSION in browser.cookies
    assert not attempt_cookies(browser)
    assert await is_signed_in(browser)


async def test_sign_in_works_on_either_database(start_foyer: StartFoyer, database_url: str):
    browser = (await start_foyer(database_url=database_url)).new_browser()
    assert (await browser.sign_in()).code == 302
    assert await is_signed_in(browser)


async def test_authorization_request_has_the_required_parameters(new_browser: Callable[[], Browser]):
    asked = await new_browser().start_sign_in()
    assert asked["response_type"] == "code"
    assert asked["redirect_uri"] == "https://foyer.example.com/login/callback"
    assert asked["scope"] == "openid email profile"
    assert asked["code_challenge_method"] == "S256"
    assert all(len(asked[name]) >= 43 for name in ("state", "nonce", "code_challenge"))


async def test_every_attempt_has_new_secrets(new_browser: Callable[[], Browser]):
    browser = new_browser()
    first, second = await browser.start_sign_in(), await browser.start_sign_in()
    assert all(first[name] != second[name] for name in ("state", "nonce", "code_challenge"))


async def test_client_secret_goes_in_the_form_where_the_issuer_wants_it_there(
    start_foyer: StartFoyer, provider: Provider
):
    provider.openid.secret_in_form = True
    browser = (await start_foyer()).new_browser()
    assert (await browser.sign_in()).code == 302


async def assert_refused(browser: Browser, provider: Provider, address: str) -> None:
    """Checks for status 400, no session, and no request to the issuer."""
    calls = provider.faults.count_requests("/openid/token")
    answer = await browser.open(address)
    assert answer.code == 400
    assert b"Sign-in failed" in answer.body
    assert SESSION not in browser.cookies
    assert provider.faults.count_requests("/openid/token") == calls


def change_query(address: str, **parameters: str | None) -> str:
    parts = urlsplit(address)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | parameters
    return parts._replace(query=urlencode({n: v for n, v in query.items() if v is not None})).geturl()


async def test_callback_with_no_state_or_a_wrong_one_is_refused(
    new_browser: Callable[[], Browser], provider: Provider, subtests: pytest.Subtests
):
    for state in (
        None,
        "",
        "x",
        "a" * 43,
        "\u2028",
        "%00",
    ):
        with subtests.test(state=state):
            browser = new_browser()
            await browser.start_sign_in()
            await assert_refused(browser, provider, change_query(await browser.approve_at_issuer(), state=state))


async def test_callback_in_another_browser_is_refused(new_browser: Callable[[], Browser], provider: Provider):
    attacker, victim = new_browser(), new_browser()
    await attacker.start_sign_in()
    address = await attacker.approve_at_issuer()
    await assert_refused(victim, provider, address)
    await victim.start_sign_in()
    await assert_refused(victim, provider, address)


async def test_callback_with_a_forged_cookie_is_refused(new_browser: Callable[[], Browser], provider: Provider):
    browser = new_browser()
    await browser.start_sign_in()
    address = await browser.approve_at_issuer()
    [name] = attempt_cookies(browser)
    browser.cookies[name] = browser.cookies[name][:-4] + "0000"
    await assert_refused(browser, provider, address)


async def test_session_cookie_is_not_accepted_as_an_attempt(new_browser: Callable[[], Browser], provider: Provider):
    browser = new_browser()
    await browser.sign_in()
    session = browser.cookies[SESSION]
    await browser.start_sign_in()
    address = await browser.approve_at_issuer()
    [name] = attempt_cookies(browser)
    browser.cookies = {name: session}
    await assert_refused(browser, provider, address)


async def test_callback_works_once(new_browser: Callable[[], Browser], provider: Provider):
    browser = new_browser()
    await browser.start_sign_in()
    address, before = await browser.approve_at_issuer(), dict(browser.cookies)
    assert (await browser.open(address)).code == 302
    again = new_browser()
    again.cookies = before
    await assert_refused(again, provider, address)


async def test_callback_works_once_even_for_two_at_the_same_moment(
    new_browser: Callable[[], Browser], provider: Provider
):
    browser, two = new_browser(), new_browser()
    await browser.start_sign_in()
    address = await browser.approve_at_issuer()
    two.cookies = dict(browser.cookies)
    answers = await asyncio.gather(browser.open(address), two.open(address))
    assert sorted(answer.code for answer in answers) == [302, 400]
    assert provider.faults.count_requests("/openid/token") == 1


async def test_callback_after_ten_minutes_is_refused(new_browser: Callable[[], Browser], provider: Provider):
    browser = new_browser()
    await browser.start_sign_in()
    provider.clock.shift(timedelta(seconds=601))
    await assert_refused(browser, provider, await browser.approve_at_issuer())


async def test_code_rejected_by_the_issuer_is_refused(new_browser: Callable[[], Browser], provider: Provider):
    browser = new_browser()
    await browser.start_sign_in()
    address = await browser.approve_at_issuer()
    provider.clock.shift(timedelta(seconds=120))
    answer = await browser.open(address)
    assert answer.code == 403
    assert b"took too long" in answer.body
    assert SESSION not in browser.cookies


async def test_verifier_of_another_attempt_is_refused(new_browser: Callable[[], Browser], provider: Provider):
    """Checks that PKCE stops a stolen code in another attempt."""
    victim, thief = new_browser(), new_browser()
    await victim.start_sign_in()
    stolen = parse_qs(urlsplit(await victim.approve_at_issuer()).query)["code"][0]
    await thief.start_sign_in()
    answer = await thief.open(change_query(await thief.approve_at_issuer(), code=stolen))
    assert answer.code == 403
    assert SESSION not in thief.cookies


async def test_callback_without_a_code_is_refused(
    new_browser: Callable[[], Browser], provider: Provider, subtests: pytest.Subtests
):
    for code in (
        None,
        "",
        "x" * 3000,
    ):
        with subtests.test(code=code):
            browser = new_browser()
            await browser.start_sign_in()
            await assert_refused(browser, provider, change_query(await browser.approve_at_issuer(), code=code))


async def test_answer_of_another_issuer_is_refused(new_browser: Callable[[], Browser], provider: Provider):
    browser = new_browser()
    await browser.start_sign_in()
    await assert_refused(browser, provider, change_query(await browser.approve_at_issuer(), iss="https://evil.example"))


async def test_issuer_errors_have_their_own_messages(
    new_browser: Callable[[], Browser], provider: Provider, subtests: pytest.Subtests
):
    for error, status in (
        ("access_denied", 403),
        ("server_error", 503),
        ("temporarily_unavailable", 503),
        ("<script>", 400),
        ("x" * 900, 400),
    ):
        with subtests.test(error=error, status=status):
            provider.openid.lies.error = error
            browser = new_browser()
            answer = await browser.follow("/login")
            assert answer.code == status
            assert b"0190" not in answer.body
            assert b"<script>" not in answer.body
            assert b"xxx" not in answer.body
            assert not browser.cookies


async def test_error_without_a_state_is_not_shown(new_browser: Callable[[], Browser], provider: Provider):
    await assert_refused(new_browser(), provider, "/login/callback?error=access_denied&error_description=call+me")


async def test_on_plain_loopback_the_cookies_have_plain_names(start_foyer: StartFoyer):
    """Checks the names; `Browser` checks every flag."""
    browser = (await start_foyer(public_url="http://localhost:8888")).new_browser()
    assert (await browser.sign_in()).code == 302
    assert list(browser.cookies) == ["foyer"]
    assert (await browser.open("/reports")).code == 200


async def test_sign_in_pages_offer_a_next_step(new_browser: Callable[[], Browser], provider: Provider):
    browser = new_browser()
    assert b"/login?next=/reports" in (await browser.open("/login-page?next=/reports")).body
    provider.openid.lies.claims = {"hd": "evil.example"}
    refused = (await browser.sign_in()).body
    assert b"Sign in with your work account" in refused
    assert b'href="/login-page?next=%2F"' in refused
    assert b"Google" not in (await browser.open("/login-page")).body  # the issuer here is another
    assert b"signed out" in (await browser.open("/login-page?ended=1")).body
