"""Sessions through the front door: cookies copied, planted, forged and outlived, and databases that go away."""

import asyncio
import os
import signal
from collections.abc import Callable
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import text

from tests.handlers.accounts.browser import Browser
from tests.handlers.accounts.conftest import Open, Provider

SESSION = "__Host-foyer"


async def inside(one: Browser) -> bool:
    return (await one.open("/reports")).code == 200


async def test_copied_cookie_is_dead_after_signing_out(office: Open, database_url: str):
    one = (await office(database_url=database_url)).browser()
    await one.sign_in()
    stolen = dict(one.cookies)
    assert await inside(one)
    answer = await one.open("/sign-out", "POST")
    assert answer.code == 303
    assert answer.headers["Location"] == "/login-page?ended=1"
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert SESSION not in one.cookies
    one.cookies = stolen
    assert not await inside(one)


async def test_signing_out_twice_or_without_a_session_does_no_harm(browser: Callable[[], Browser]):
    one = browser()
    for _ in range(2):
        assert (await one.open("/sign-out", "POST")).code == 303


async def test_signing_out_by_a_link_does_not_work(browser: Callable[[], Browser]):
    one = browser()
    await one.sign_in()
    answer = await one.open("/sign-out")
    assert answer.code == 405
    assert answer.headers["Allow"] == "POST"
    assert await inside(one)


async def test_new_sign_in_has_a_new_id_and_kills_the_old(browser: Callable[[], Browser]):
    one, old = browser(), browser()
    await one.sign_in()
    old.cookies = dict(one.cookies)
    await one.sign_in()
    assert one.cookies[SESSION] != old.cookies[SESSION]
    assert await inside(one)
    assert not await inside(old)


async def test_planted_session_is_not_taken_over(browser: Callable[[], Browser]):
    """Fixation: the attacker signs in, plants the cookie, and the victim signs in on top of it."""
    attacker, victim = browser(), browser()
    await attacker.sign_in()
    victim.cookies = dict(attacker.cookies)
    await victim.sign_in()
    assert victim.cookies[SESSION] != attacker.cookies[SESSION]
    assert not await inside(attacker)


async def test_failed_sign_in_leaves_nothing_of_the_session_before(browser: Callable[[], Browser], provider: Provider):
    one = browser()
    await one.sign_in()
    before = dict(one.cookies)
    provider.openid.lies.claims = {"hd": "evil.example"}
    assert (await one.sign_in()).code == 403
    assert not one.cookies
    one.cookies = before
    assert not await inside(one)


@pytest.mark.parametrize("bent", ["", "x", "2|1:0|", "'; DROP TABLE sessions; --", "0" * 3000])
async def test_cookie_that_we_did_not_make_is_nobody(browser: Callable[[], Browser], bent: str):
    one = browser()
    one.cookies = {SESSION: bent}
    assert not await inside(one)


async def test_signed_cookie_of_another_name_or_another_key_is_nobody(office: Open):
    usual, other = await office(), await office(secret_key="quite another key, which is long enough too")
    one = other.browser()
    await one.sign_in()
    foreign = usual.browser()
    foreign.cookies = dict(one.cookies)
    assert not await inside(foreign)


async def test_keys_rotate_in_three_stages(office: Open):
    old, new = "the old key, long enough: 0123456789abcdef", "the new key, long enough: 0123456789abcdef"
    one = (await office(secret_key=old)).browser()
    await one.sign_in()
    both = await office(secret_key=f"{new},{old}")
    only = await office(secret_key=new)
    assert await inside(Browser(both.address, both.site, dict(one.cookies)))
    assert not await inside(Browser(only.address, only.site, dict(one.cookies)))
    fresh = both.browser()
    await fresh.sign_in()
    assert await inside(Browser(only.address, only.site, dict(fresh.cookies)))


async def test_database_that_goes_away_closes_the_door_and_says_so(office: Open, postgres_url: str):
    usual = await office(database_url=postgres_url)
    one = usual.browser()
    await one.sign_in()
    server, _, name = postgres_url.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    usual.clock.shift(timedelta(seconds=6))
    answer = await one.open("/reports")
    assert answer.code == 503
    assert SESSION in one.cookies
    assert (await one.open("/login-page?next=/")).code == 503
    assert (await usual.browser().open("/login-page")).code == 200


async def test_database_that_freezes_costs_three_seconds_and_not_for_ever(office: Open, postgres_url: str):
    usual = await office(database_url=postgres_url)
    one = usual.browser()
    await one.sign_in()
    process = await usual.database.run(lambda connection: connection.scalar(text("SELECT pg_backend_pid()")))
    usual.clock.shift(timedelta(seconds=6))
    os.kill(process, signal.SIGSTOP)
    try:
        answers = await asyncio.gather(
            one.open("/reports"), one.open("/login-page"), usual.browser().open("/login-page")
        )
    finally:
        os.kill(process, signal.SIGCONT)
    assert 503 in [answer.code for answer in answers]
    assert max(answer.request_time for answer in answers) < 5
    assert answers[2].code == 200
    assert await inside(one)


async def test_connections_that_were_cut_are_made_anew_and_nobody_notices(office: Open, postgres_url: str):
    usual = await office(database_url=postgres_url)
    one = usual.browser()
    await one.sign_in()
    server, _, name = postgres_url.rpartition("/")
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        assert connection.execute(cut, (name,)).rowcount >= 1
    usual.clock.shift(timedelta(seconds=6))
    assert await inside(one)
