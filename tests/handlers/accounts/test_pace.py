"""Limits on sign-in attempts: per address, in total, and with an unreliable Redis."""

import asyncio
import re
from collections.abc import Callable

import pytest
from tornado.httpclient import HTTPResponse

from tests.conftest import RedisServer
from tests.handlers.accounts.conftest import FoyerServer, Provider, StartFoyer
from tests.handlers.accounts.raw_http import send_request
from utilities.accounts.signin.attempt_limiter import AttemptLimiter, AttemptLimits

HOST = ("Host", "foyer.example.com")


async def attempt_sign_ins(foyer: FoyerServer, count: int, *headers: tuple[str, str]) -> list[int]:
    return [(await send_request(foyer.address, "/login", headers=[HOST, *headers])).status for _ in range(count)]


async def test_too_many_attempts_get_a_page_with_the_time_to_wait(start_foyer: StartFoyer):
    foyer = await start_foyer(sign_in_limits=AttemptLimits(per_client=3, in_total=100))
    assert await attempt_sign_ins(foyer, 3) == [302, 302, 302]
    head = await send_request(foyer.address, "/login", headers=[HOST], body=True)
    assert head.status == 429
    assert 0 < int(head.headers["retry-after"]) <= 60
    assert b"Try again in" in head.body


async def test_callback_counts_as_an_attempt(start_foyer: StartFoyer):
    foyer = await start_foyer(sign_in_limits=AttemptLimits(per_client=3, in_total=100))
    statuses = [(await send_request(foyer.address, "/login/callback?state=x", headers=[HOST])).status for _ in range(4)]
    assert statuses == [400, 400, 400, 429]


async def test_one_address_does_not_use_up_anothers_attempts(start_foyer: StartFoyer):
    foyer = await start_foyer(sign_in_limits=AttemptLimits(per_client=2, in_total=100), trusted_proxies=("127.0.0.1",))
    assert await attempt_sign_ins(foyer, 3, ("X-Forwarded-For", "203.0.113.1")) == [302, 302, 429]
    assert await attempt_sign_ins(foyer, 1, ("X-Forwarded-For", "203.0.113.2")) == [302]
    assert await attempt_sign_ins(foyer, 1, ("X-Forwarded-For", "203.0.113.3, 203.0.113.1")) == [429]


@pytest.mark.parametrize("name", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Client-IP", "True-Client-IP"])
async def test_forged_headers_give_no_more_attempts(start_foyer: StartFoyer, name: str):
    foyer = await start_foyer(sign_in_limits=AttemptLimits(per_client=2, in_total=100))
    statuses = [(await attempt_sign_ins(foyer, 1, (name, f"203.0.113.{n}")))[0] for n in range(3)]
    assert statuses == [302, 302, 429]


async def sign_in_from(foyer: FoyerServer, number: int, code: str = "") -> HTTPResponse:
    """Signs in from an address of its own, with the issuer's code or an invented one; returns the last answer."""
    browser, header = foyer.new_browser(), {"X_Forwarded_For": f"203.0.113.{number}"}
    began = await browser.open("/login", **header)
    back = (await browser.open(began.headers["Location"])).headers["Location"]
    return await browser.open(re.sub(r"code=[^&]*", f"code={code}", back) if code else back, **header)


@pytest.mark.slow
async def test_what_is_free_for_strangers_does_not_lock_the_company_out(
    start_foyer: StartFoyer, subtests: pytest.Subtests
):
    """Checks the limit of all clients: beginnings and forged answers from many addresses leave it as it is."""
    limits = AttemptLimits(per_client=10, in_total=3)
    for path in ("/login", "/login/callback?state=x&code=y"):
        foyer = await start_foyer(sign_in_limits=limits, trusted_proxies=("127.0.0.1",))
        for number in range(8):
            for _ in range(8):
                header = ("X-Forwarded-For", f"198.51.100.{number}")
                assert (await send_request(foyer.address, path, headers=[HOST, header])).status in (302, 400, 429)
        with subtests.test(path):
            assert (await sign_in_from(foyer, 1)).code == 302


async def test_forged_answers_from_many_addresses_have_a_limit_of_their_own(start_foyer: StartFoyer):
    foyer = await start_foyer(sign_in_limits=AttemptLimits(per_client=9, in_total=3), trusted_proxies=("127.0.0.1",))
    statuses = []
    for number in range(4):
        header = ("X-Forwarded-For", f"198.51.100.{number}")
        statuses.append((await send_request(foyer.address, "/login/callback?state=x", headers=[HOST, header])).status)
    assert statuses == [400, 400, 400, 429]


async def test_address_with_too_many_failures_causes_no_more_calls(start_foyer: StartFoyer, provider: Provider):
    limits = AttemptLimits(per_client=100, failures_per_client=2, in_total=100)
    foyer = await start_foyer(sign_in_limits=limits, trusted_proxies=("127.0.0.1",))
    assert [(await sign_in_from(foyer, 1, code="invented")).code for _ in range(4)] == [403, 403, 429, 429]
    assert provider.faults.count_requests("/openid/token") == 2
    assert (await sign_in_from(foyer, 2)).code == 302


async def test_all_clients_together_have_a_limit(start_foyer: StartFoyer):
    foyer = await start_foyer(sign_in_limits=AttemptLimits(per_client=100, in_total=3), trusted_proxies=("127.0.0.1",))
    statuses = [(await sign_in_from(foyer, n)).code for n in range(4)]
    assert statuses == [302, 302, 302, 429]


async def test_pages_are_served_while_sign_in_is_limited(start_foyer: StartFoyer):
    foyer = await start_foyer(sign_in_limits=AttemptLimits(per_client=1, in_total=100))
    browser = foyer.new_browser()
    assert await attempt_sign_ins(foyer, 2) == [302, 429]
    assert (await browser.open("/login-page")).code == 200


async def test_processes_share_the_limit_in_redis(redis_server: RedisServer):
    first, second = (AttemptLimiter(redis_server.url, AttemptLimits(per_client=2, in_total=100)) for _ in range(2))
    assert [await limiter.count_attempt("203.0.113.1") for limiter in (first, second)] == [0, 0]
    assert await first.count_attempt("203.0.113.1") > 0
    assert await second.count_attempt("203.0.113.1") > 0
    assert await second.count_attempt("203.0.113.2") == 0
    await first.close()
    await second.close()


@pytest.mark.parametrize("failure", ["freeze", "kill"])
async def test_without_redis_attempts_are_counted_in_the_process(redis_server: RedisServer, failure: str):
    """Checks that the attempt which Redis has counted still counts."""
    limiter = AttemptLimiter(redis_server.url, AttemptLimits(per_client=2, in_total=100))
    assert await limiter.count_attempt("203.0.113.1") == 0
    do: Callable[[], None] = getattr(redis_server, failure)
    do()
    async with asyncio.timeout(30):
        assert [await limiter.count_attempt("203.0.113.1") > 0 for _ in range(3)] == [False, True, True]
    if failure == "freeze":
        redis_server.thaw()
    await limiter.close()
