"""The issuer when it is ill, slow or not who it says it is: a page that says so, and never a session."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from demo.faults import Fault
from tests.handlers.accounts.browser import Browser
from tests.handlers.accounts.conftest import Open, Provider
from utilities.accounts.signin.issuer_client import ISSUER_TIMEOUT_SECONDS

SESSION = "__Host-foyer"


@pytest.mark.parametrize("doing", ["close", "reset", "html", "truncate", "status"])
@pytest.mark.parametrize("place", [".well-known", "token", "jwks"])
async def test_issuer_that_is_ill_gives_a_page_that_says_so(
    browser: Callable[[], Browser], provider: Provider, place: str, doing: str
):
    provider.faults.inject(f"/openid/{place}", Fault(doing))
    one = browser()
    answer = await one.follow("/login")
    assert answer.code == 503
    assert b"does not answer" in answer.body
    assert SESSION not in one.cookies
    provider.faults.clear()
    assert (await one.sign_in()).code == 302


async def test_issuer_that_refuses_foyer_itself_is_our_fault_and_not_the_visitors(office: Open, provider: Provider):
    one = (await office(google_client_secret="wrong")).browser()
    answer = await one.follow("/login")
    assert answer.code == 503
    assert SESSION not in one.cookies


async def test_discovery_document_of_another_issuer_is_not_believed(browser: Callable[[], Browser], provider: Provider):
    provider.openid.lies.issuer = "https://evil.example"
    assert (await browser().open("/login")).code == 503


async def test_issuer_that_hangs_is_asked_once_for_all_who_wait_and_not_for_ever(office: Open, provider: Provider):
    provider.faults.inject("/openid/.well-known", Fault("hang", seconds=30))
    usual = await office()
    answers = await asyncio.gather(*(usual.browser().open("/login") for _ in range(20)))
    assert {answer.code for answer in answers} == {503}
    assert max(answer.request_time for answer in answers) < ISSUER_TIMEOUT_SECONDS + 2
    assert provider.faults.count("/openid/.well-known") == 1


async def test_known_keys_serve_on_while_the_issuer_does_not_tell_them(office: Open, provider: Provider):
    usual = await office()
    assert (await usual.browser().sign_in()).code == 302
    provider.faults.inject("/openid/jwks", Fault("status"))
    provider.clock.shift(timedelta(hours=2))
    for _ in range(3):
        assert (await usual.browser().sign_in()).code == 302
    assert provider.faults.count("/openid/jwks") == 2
    provider.clock.shift(timedelta(hours=23))
    assert (await usual.browser().sign_in()).code == 503


async def test_keys_and_discovery_are_asked_for_once(browser: Callable[[], Browser], provider: Provider):
    for _ in range(3):
        assert (await browser().sign_in()).code == 302
    assert provider.faults.count("/openid/jwks") == 1
    assert provider.faults.count("/openid/.well-known") == 1
