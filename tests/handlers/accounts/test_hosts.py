"""The names Foyer answers to, and that nothing it says is ever made of a name it was called by."""

from collections.abc import Callable
from itertools import product

import pytest

from handlers.base.allowed_hosts import AllowedHosts
from tests.handlers.accounts.conftest import Open
from tests.handlers.accounts.wire import knock
from utilities.config.settings import Settings

HTML = ("Accept", "text/html")
STRANGE = [
    *("evil.example", "foyer.example.com.evil.example", "evilfoyer.example.com", "foyer.example.com@evil.example"),
    *("evil.example#foyer.example.com", "foyer.example.com.", "foyer.example.com:8443", "foyer.example.com:443:443"),
    *("127.0.0.1", "localhost", "localhost:8888", "[::1]", "0.0.0.0", "127.1", "2130706433", "10.0.0.7", ":443", ":"),
]


async def test_where_people_sign_in_only_the_one_name_is_answered_to(office: Open, subtests: pytest.Subtests):
    usual = await office()
    for host, path in product(STRANGE, ("/login-page", "/login", "/reports", "/static/icon.svg", "/nothing")):
        head = await knock(usual.address, path, headers=[("Host", host), HTML], body=True)
        with subtests.test(path, host=host):
            assert head.status in (400, 421)
            assert "evil" not in str(head.headers)
            assert b"evil" not in head.body


async def test_its_own_name_is_answered_to_however_it_is_written(office: Open, subtests: pytest.Subtests):
    usual = await office()
    for host in ("foyer.example.com", "FOYER.example.com", "foyer.example.com:443"):
        head = await knock(usual.address, "/login-page", headers=[("Host", host)])
        with subtests.test(host):
            assert head.status == 200


async def test_health_is_told_under_any_name(office: Open, subtests: pytest.Subtests):
    usual = await office()
    for host in ("10.0.0.7", "10.0.0.7:8888", "evil.example", "localhost"):
        head = await knock(usual.address, "/healthz", headers=[("Host", host)])
        with subtests.test(host):
            assert head.status == 200


async def test_without_sign_in_this_machines_own_names_are_answered_to(local: Open, subtests: pytest.Subtests):
    usual = await local()
    for host in ("localhost", "localhost:8888", "127.0.0.1:1", "[::1]", "[::1]:8888", "LOCALHOST"):
        head = await knock(usual.address, "/reports", headers=[("Host", host)])
        with subtests.test(host):
            assert head.status == 200


async def test_without_sign_in_a_strangers_name_for_this_machine_is_refused(local: Open, subtests: pytest.Subtests):
    """DNS rebinding: a page from evil.example asks itself, which by now is 127.0.0.1."""
    usual = await local()
    evil = ("evil.example", "localhost.evil.example", "127.0.0.1.nip.io")
    for host in (*evil, "localhost:x", "localhost:", "127.0.0.2", "::1"):
        for origin in ([], [("Origin", f"http://{host}")]):
            head = await knock(usual.address, "/reports", headers=[("Host", host), *origin])
            with subtests.test(host, origin=origin):
                assert head.status in (400, 421)


async def test_request_without_a_name_or_with_two_is_refused(local: Open, office: Open):
    for usual in (await local(), await office()):
        assert (await knock(usual.address, "/login-page", headers=[])).status in (400, 421)
        both = [("Host", usual.site.partition("://")[2]), ("Host", "evil.example")]
        assert (await knock(usual.address, "/login-page", headers=both)).status == 400


async def test_no_header_changes_where_people_are_sent(office: Open, subtests: pytest.Subtests):
    usual = await office()
    names = ("X-Forwarded-Host", "X-Host", "X-Original-Host", "Forwarded", "X-Forwarded-Server")
    for name, path in product(names, ("/login", "/reports", "/login-page", "/nothing")):
        said = (name, "host=evil.example" if name == "Forwarded" else "evil.example")
        head = await knock(usual.address, path, headers=[("Host", "foyer.example.com"), HTML, said], body=True)
        with subtests.test(path, name=name):
            assert "evil" not in str(head.headers)
            assert b"evil" not in head.body


async def test_absolute_address_in_the_request_line_is_no_page(office: Open):
    usual = await office()
    head = await knock(usual.address, "http://evil.example/reports", headers=[("Host", "foyer.example.com"), HTML])
    assert head.status in (400, 404)
    assert "evil" not in str(head.headers)


@pytest.mark.parametrize(
    ("url", "good", "bad"),
    [
        ("https://foyer.example.com", ["foyer.example.com", "foyer.example.com:443"], ["foyer.example.com:80"]),
        ("https://foyer.example.com:8443", ["foyer.example.com:8443"], ["foyer.example.com", "foyer.example.com:443"]),
        ("http://localhost:8888", ["localhost:8888"], ["localhost", "localhost:80", "127.0.0.1:8888"]),
        ("http://localhost", ["localhost", "localhost:80"], ["localhost:8888"]),
    ],
)
def test_port_of_the_public_url_counts(settings: Callable[..., Settings], url: str, good: list[str], bad: list[str]):
    hosts = AllowedHosts(settings(public_url=url, google_client_id="x"))
    assert all(host in hosts for host in good)
    assert not any(host in hosts for host in bad)
