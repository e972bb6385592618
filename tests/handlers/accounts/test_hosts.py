"""Accepted Host headers; a stranger's domain in a Host header is never repeated."""

from collections.abc import Callable
from itertools import product

import pytest

from handlers.base.allowed_hosts import AllowedHosts
from tests.handlers.accounts.conftest import StartFoyer
from tests.handlers.accounts.raw_http import send_request
from utilities.config.settings import Settings

HTML = ("Accept", "text/html")
STRANGE = [
    *("evil.example", "foyer.example.com.evil.example", "evilfoyer.example.com", "foyer.example.com@evil.example"),
    *("evil.example#foyer.example.com", "foyer.example.com.", "foyer.example.com:8443", "foyer.example.com:443:443"),
    *("127.0.0.1", "localhost", "localhost:8888", "[::1]", "0.0.0.0", "127.1", "2130706433", "10.0.0.7", ":443", ":"),
]


async def test_with_sign_in_only_the_public_host_is_accepted(start_foyer: StartFoyer, subtests: pytest.Subtests):
    foyer = await start_foyer()
    for host, path in product(STRANGE, ("/login-page", "/login", "/reports", "/static/icon.svg", "/nothing")):
        head = await send_request(foyer.address, path, headers=[("Host", host), HTML], body=True)
        with subtests.test(path, host=host):
            assert head.status in (400, 421)
            assert "evil" not in str(head.headers)
            assert b"evil" not in head.body


async def test_public_host_is_accepted_in_every_spelling(start_foyer: StartFoyer, subtests: pytest.Subtests):
    foyer = await start_foyer()
    for host in ("foyer.example.com", "FOYER.example.com", "foyer.example.com:443"):
        head = await send_request(foyer.address, "/login-page", headers=[("Host", host)])
        with subtests.test(host):
            assert head.status == 200


async def test_health_check_answers_under_any_host(start_foyer: StartFoyer, subtests: pytest.Subtests):
    foyer = await start_foyer()
    for host in ("10.0.0.7", "10.0.0.7:8888", "evil.example", "localhost"):
        head = await send_request(foyer.address, "/healthz", headers=[("Host", host)])
        with subtests.test(host):
            assert head.status == 200


async def test_without_sign_in_loopback_hosts_are_accepted(start_local_foyer: StartFoyer, subtests: pytest.Subtests):
    foyer = await start_local_foyer()
    for host in ("localhost", "localhost:8888", "127.0.0.1:1", "[::1]", "[::1]:8888", "LOCALHOST"):
        head = await send_request(foyer.address, "/reports", headers=[("Host", host)])
        with subtests.test(host):
            assert head.status == 200


async def test_without_sign_in_other_hosts_are_refused(start_local_foyer: StartFoyer, subtests: pytest.Subtests):
    """Checks DNS rebinding: evil.example resolves to 127.0.0.1."""
    foyer = await start_local_foyer()
    evil = ("evil.example", "localhost.evil.example", "127.0.0.1.nip.io")
    for host in (*evil, "localhost:x", "localhost:", "127.0.0.2", "::1"):
        for origin in ([], [("Origin", f"http://{host}")]):
            head = await send_request(foyer.address, "/reports", headers=[("Host", host), *origin])
            with subtests.test(host, origin=origin):
                assert head.status in (400, 421)


async def test_request_without_a_host_or_with_two_is_refused(start_local_foyer: StartFoyer, start_foyer: StartFoyer):
    for foyer in (await start_local_foyer(), await start_foyer()):
        assert (await send_request(foyer.address, "/login-page", headers=[])).status in (400, 421)
        both = [("Host", foyer.site.partition("://")[2]), ("Host", "evil.example")]
        assert (await send_request(foyer.address, "/login-page", headers=both)).status == 400


async def test_no_header_changes_redirects(start_foyer: StartFoyer, subtests: pytest.Subtests):
    foyer = await start_foyer()
    names = ("X-Forwarded-Host", "X-Host", "X-Original-Host", "Forwarded", "X-Forwarded-Server")
    for name, path in product(names, ("/login", "/reports", "/login-page", "/nothing")):
        forged = (name, "host=evil.example" if name == "Forwarded" else "evil.example")
        head = await send_request(foyer.address, path, headers=[("Host", "foyer.example.com"), HTML, forged], body=True)
        with subtests.test(path, name=name):
            assert "evil" not in str(head.headers)
            assert b"evil" not in head.body


async def test_absolute_url_in_the_request_line_is_not_served(start_foyer: StartFoyer):
    foyer = await start_foyer()
    head = await send_request(
        foyer.address, "http://evil.example/reports", headers=[("Host", "foyer.example.com"), HTML]
    )
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


@pytest.mark.parametrize(
    ("public_url", "host"),
    [
        ("https://foyer.example.com:8443", "foyer.example.com"),  # nginx with $host
        ("https://foyer.example.com", "127.0.0.1:8888"),  # a proxy that sends its own target
        ("https://foyer.example.com", "foyer:8888"),
    ],
)
async def test_refusal_says_which_host_came_and_which_are_answered(start_foyer: StartFoyer, public_url: str, host: str):
    foyer = await start_foyer(public_url=public_url)
    response = await send_request(foyer.address, "/login-page", headers=[("Host", host), HTML], body=True)
    assert response.status == 421
    for words in (public_url.removeprefix("https://"), f"this request is for {host}.", "$http_host"):
        assert words.encode() in response.body
