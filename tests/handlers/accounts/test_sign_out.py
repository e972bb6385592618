"""Sign-out, and sessions with stolen or forged cookies, rotated keys and a failing database."""

import asyncio
import os
import signal
from collections.abc import Callable
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import text

from tests.handlers.accounts.browser import Browser
from tests.handlers.accounts.conftest import Provider, StartFoyer

SESSION = "__Host-foyer"


async def is_signed_in(browser: Browser) -> bool:
    return (await browser.open("/reports")).code == 200


async def test_copied_cookie_is_invalid_after_signing_out(start_foyer: StartFoyer, database_url: str):
    browser = (await start_foyer(database_url=database_url)).new_browser()
    await browser.sign_in()
    stolen = dict(browser.cookies)
    assert await is_signed_in(browser)
    answer = await browser.open("/sign-out", "POST")
    assert answer.code == 303
    assert answer.headers["Location"] == "/login-page?ended=1"
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert SESSION not in browser.cookies
    browser.cookies = stolen
    assert not await is_signed_in(browser)


async def test_signing_out_twice_or_without_a_session_succeeds(new_browser: Callable[[], Browser]):
    browser = new_browser()
    for _ in range(2):
        assert (await browser.open("/sign-out", "POST")).code == 303


async def test_signing_out_by_a_link_does_not_work(new_browser: Callable[[], Browser]):
    browser = new_browser()
    await browser.sign_in()
    answer = await browser.open("/sign-out")
    assert answer.code == 405
    assert answer.headers["Allow"] == "POST"
    assert await is_signed_in(browser)


async def test_new_sign_in_has_a_new_id_and_ends_the_old(new_browser: Callable[[], Browser]):
    browser, old = new_browser(), new_browser()
    await browser.sign_in()
    old.cookies = dict(browser.cookies)
    await browser.sign_in()
    assert browser.cookies[SESSION] != old.cookies[SESSION]
    assert await is_signed_in(browser)
    assert not await is_signed_in(old)


async def test_planted_session_is_not_taken_over(new_browser: Callable[[], Browser]):
    """Checks session fixation: the victim signs in over a cookie of the attacker."""
    attacker, victim = new_browser(), new_browser()
    await attacker.sign_in()
    victim.cookies = dict(attacker.cookies)
    await victim.sign_in()
    assert victim.cookies[SESSION] != attacker.cookies[SESSION]
    assert not await is_signed_in(attacker)


async def test_failed_sign_in_ends_the_previous_session(new_browser: Callable[[], Browser], provider: Provider):
    browser = new_browser()
    await browser.sign_in()
    before = dict(browser.cookies)
    provider.openid.lies.claims = {"hd": "evil.example"}
    assert (await browser.sign_in()).code == 403
    assert not browser.cookies
    browser.cookies = before
    assert not await is_signed_in(browser)


async def test_invalid_cookie_is_not_signed_in(new_browser: Callable[[], Browser], subtests: pytest.Subtests):
    for bent in (
        "",
        "x",
        "2|1:0|",
        "'; DROP TABLE sessions; --",
        "0" * 3000,
    ):
        with subtests.test(bent=bent):
            browser = new_browser()
            browser.cookies = {SESSION: bent}
            assert not await is_signed_in(browser)


async def test_cookie_signed_with_another_key_is_not_signed_in(start_foyer: StartFoyer):
    foyer, other = await start_foyer(), await start_foyer(secret_key="quite another key, which is long enough too")
    browser = other.new_browser()
    await browser.sign_in()
    foreign = foyer.new_browser()
    foreign.cookies = dict(browser.cookies)
    assert not await is_signed_in(foreign)


async def test_keys_rotate_in_three_stages(start_foyer: StartFoyer):
    old, new = "the old key, long enough: 0123456789abcdef", "the new key, long enough: 0123456789abcdef"
    browser = (await start_foyer(secret_key=old)).new_browser()
    await browser.sign_in()
    both = await start_foyer(secret_key=f"{new},{old}")
    only = await start_foyer(secret_key=new)
    assert await is_signed_in(Browser(both.address, both.site, dict(browser.cookies)))
    assert not await is_signed_in(Browser(only.address, only.site, dict(browser.cookies)))
    fresh = both.new_browser()
    await fresh.sign_in()
    assert await is_signed_in(Browser(only.address, only.site, dict(fresh.cookies)))


async def test_dropped_database_gives_503(start_foyer: StartFoyer, postgres_url: str):
    foyer = await start_foyer(database_url=postgres_url)
    browser = foyer.new_browser()
    await browser.sign_in()
    server, _, name = postgres_url.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    foyer.clock.shift(timedelta(seconds=6))
    answer = await browser.open("/reports")
    assert answer.code == 503
    assert SESSION in browser.cookies
    assert (await browser.open("/login-page?next=/")).code == 503
    assert (await foyer.new_browser().open("/login-page")).code == 200


@pytest.mark.slow
async def test_frozen_database_gives_503_in_seconds(start_foyer: StartFoyer, postgres_url: str):
    foyer = await start_foyer(database_url=postgres_url)
    browser = foyer.new_browser()
    await browser.sign_in()
    process = await foyer.database.run(lambda connection: connection.scalar(text("SELECT pg_backend_pid()")))
    foyer.clock.shift(timedelta(seconds=6))
    os.kill(process, signal.SIGSTOP)
    try:
        answers = await asyncio.gather(
            browser.open("/reports"), browser.open("/login-page"), foyer.new_browser().open("/login-page")
        )
    finally:
        os.kill(process, signal.SIGCONT)
    assert 503 in [answer.code for answer in answers]
    assert max(answer.request_time for answer in answers) < 5
    assert answers[2].code == 200
    assert await is_signed_in(browser)


async def test_closed_database_connections_are_reopened(start_foyer: StartFoyer, postgres_url: str):
    foyer = await start_foyer(database_url=postgres_url)
    browser = foyer.new_browser()
    await browser.sign_in()
    server, _, name = postgres_url.rpartition("/")
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        assert connection.execute(cut, (name,)).rowcount >= 1
    foyer.clock.shift(timedelta(seconds=6))
    assert await is_signed_in(browser)
