"""How often one may try to sign in: from one address, from all together, and with a Redis that comes and goes."""

import asyncio
from collections.abc import Callable

import pytest

from tests.conftest import RedisServer
from tests.handlers.accounts.conftest import Office, Open
from tests.handlers.accounts.wire import knock
from utilities.accounts.signin.attempt_limiter import AttemptLimiter, AttemptLimits

HOST = ("Host", "foyer.example.com")


async def tries(usual: Office, count: int, *headers: tuple[str, str]) -> list[int]:
    return [(await knock(usual.address, "/login", headers=[HOST, *headers])).status for _ in range(count)]


async def test_too_many_tries_are_put_off_with_a_page_that_says_for_how_long(office: Open):
    usual = await office(most=AttemptLimits(per_client=3, in_total=100))
    assert await tries(usual, 3) == [302, 302, 302]
    head = await knock(usual.address, "/login", headers=[HOST], body=True)
    assert head.status == 429
    assert 0 < int(head.headers["retry-after"]) <= 60
    assert b"Try again in" in head.body


async def test_callback_counts_too(office: Open):
    usual = await office(most=AttemptLimits(per_client=3, in_total=100))
    statuses = [(await knock(usual.address, "/login/callback?state=x", headers=[HOST])).status for _ in range(4)]
    assert statuses == [400, 400, 400, 429]


async def test_one_address_does_not_use_up_anothers_tries(office: Open):
    usual = await office(most=AttemptLimits(per_client=2, in_total=100), trusted_proxies=("127.0.0.1",))
    assert await tries(usual, 3, ("X-Forwarded-For", "203.0.113.1")) == [302, 302, 429]
    assert await tries(usual, 1, ("X-Forwarded-For", "203.0.113.2")) == [302]
    assert await tries(usual, 1, ("X-Forwarded-For", "203.0.113.3, 203.0.113.1")) == [429]


@pytest.mark.parametrize("name", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Client-IP", "True-Client-IP"])
async def test_nobody_gets_more_tries_by_claiming_to_be_others(office: Open, name: str):
    usual = await office(most=AttemptLimits(per_client=2, in_total=100))
    statuses = [(await tries(usual, 1, (name, f"203.0.113.{n}")))[0] for n in range(3)]
    assert statuses == [302, 302, 429]


async def test_all_together_have_a_limit(office: Open):
    usual = await office(most=AttemptLimits(per_client=100, in_total=3), trusted_proxies=("127.0.0.1",))
    statuses = [(await tries(usual, 1, ("X-Forwarded-For", f"203.0.113.{n}")))[0] for n in range(4)]
    assert statuses == [302, 302, 302, 429]


async def test_pages_go_on_while_sign_in_is_put_off(office: Open):
    usual = await office(most=AttemptLimits(per_client=1, in_total=100))
    one = usual.browser()
    assert await tries(usual, 2) == [302, 429]
    assert (await one.open("/login-page")).code == 200


async def test_processes_count_together_in_redis(redis_server: RedisServer):
    first, second = (AttemptLimiter(redis_server.url, AttemptLimits(per_client=2, in_total=100)) for _ in range(2))
    assert [await pace.count_attempt("203.0.113.1") for pace in (first, second)] == [0, 0]
    assert await first.count_attempt("203.0.113.1") > 0
    assert await second.count_attempt("203.0.113.1") > 0
    assert await second.count_attempt("203.0.113.2") == 0
    await first.close()
    await second.close()


@pytest.mark.parametrize("ill", ["freeze", "kill"])
async def test_redis_that_does_not_answer_costs_little_and_tries_are_counted_all_the_same(
    redis_server: RedisServer, ill: str
):
    pace = AttemptLimiter(redis_server.url, AttemptLimits(per_client=2, in_total=100))
    assert await pace.count_attempt("203.0.113.1") == 0
    do: Callable[[], None] = getattr(redis_server, ill)
    do()
    async with asyncio.timeout(5):
        assert [await pace.count_attempt("203.0.113.1") > 0 for _ in range(3)] == [False, False, True]
    if ill == "freeze":
        redis_server.thaw()
    await pace.close()
