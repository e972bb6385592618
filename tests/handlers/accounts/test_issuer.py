"""An issuer that fails, is slow or has another name gives an error page and no session."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from demo.faults import Fault
from tests.handlers.accounts.browser import Browser
from tests.handlers.accounts.conftest import Provider, StartFoyer
from utilities.accounts.signin.issuer_client import ISSUER_TIMEOUT_SECONDS

SESSION = "__Host-foyer"


@pytest.mark.parametrize(
    "doing",
    ["status", *(pytest.param(each, marks=pytest.mark.slow) for each in ("close", "reset", "html", "truncate"))],
)
@pytest.mark.parametrize("place", [".well-known", "token", "jwks"])
async def test_failing_issuer_gives_an_error_page(
    new_browser: Callable[[], Browser], provider: Provider, place: str, doing: str
):
    provider.faults.inject(f"/openid/{place}", Fault(doing))
    browser = new_browser()
    answer = await browser.follow("/login")
    assert answer.code == 503
    assert b"does not answer" in answer.body
    assert SESSION not in browser.cookies
    provider.faults.clear()
    assert (await browser.sign_in()).code == 302


async def test_rejected_client_credentials_are_a_server_error(start_foyer: StartFoyer, provider: Provider):
    browser = (await start_foyer(google_client_secret="wrong")).new_browser()
    answer = await browser.follow("/login")
    assert answer.code == 503
    assert SESSION not in browser.cookies


async def test_discovery_document_of_another_issuer_is_rejected(new_browser: Callable[[], Browser], provider: Provider):
    provider.openid.lies.issuer = "https://evil.example"
    assert (await new_browser().open("/login")).code == 503


@pytest.mark.slow
async def test_hanging_issuer_is_queried_once_for_all_and_times_out(start_foyer: StartFoyer, provider: Provider):
    provider.faults.inject("/openid/.well-known", Fault("hang", seconds=30))
    foyer = await start_foyer()
    answers = await asyncio.gather(*(foyer.new_browser().open("/login") for _ in range(20)))
    assert {answer.code for answer in answers} == {503}
    assert max(answer.request_time for answer in answers) < ISSUER_TIMEOUT_SECONDS + 2
    assert provider.faults.count_requests("/openid/.well-known") == 1


async def test_cached_keys_are_used_while_the_issuer_is_down(start_foyer: StartFoyer, provider: Provider):
    foyer = await start_foyer()
    assert (await foyer.new_browser().sign_in()).code == 302
    provider.faults.inject("/openid/jwks", Fault("status"))
    provider.clock.shift(timedelta(hours=2))
    for _ in range(3):
        assert (await foyer.new_browser().sign_in()).code == 302
    assert provider.faults.count_requests("/openid/jwks") == 2
    provider.clock.shift(timedelta(hours=23))
    assert (await foyer.new_browser().sign_in()).code == 503


async def test_keys_and_discovery_are_fetched_once(new_browser: Callable[[], Browser], provider: Provider):
    for _ in range(3):
        assert (await new_browser().sign_in()).code == 302
    assert provider.faults.count_requests("/openid/jwks") == 1
    assert provider.faults.count_requests("/openid/.well-known") == 1


async def test_last_good_discovery_document_is_used_for_a_day(start_foyer: StartFoyer, provider: Provider):
    foyer = await start_foyer()
    assert (await foyer.new_browser().sign_in()).code == 302
    provider.faults.inject("/openid/.well-known", Fault("status"))
    provider.clock.shift(timedelta(hours=1))
    for _ in range(3):
        assert (await foyer.new_browser().sign_in()).code == 302
    assert provider.faults.count_requests("/openid/.well-known") == 2, "one try a minute"
    provider.openid.rotate_keys()
    provider.clock.shift(timedelta(hours=22, minutes=59))
    assert (await foyer.new_browser().sign_in()).code == 302, "with a new key"
    provider.clock.shift(timedelta(minutes=1))
    assert (await foyer.new_browser().open("/login")).code == 503
    provider.faults.clear()
    assert (await foyer.new_browser().sign_in()).code == 302


async def test_discovery_document_of_another_issuer_does_not_replace_a_good_one(
    new_browser: Callable[[], Browser], provider: Provider
):
    assert (await new_browser().sign_in()).code == 302
    provider.openid.lies.issuer = "https://evil.example"
    provider.clock.shift(timedelta(hours=2))
    assert (await new_browser().sign_in()).code == 302
