"""Limits on bodies, headers and arguments of a request."""

import pytest

from tests.handlers.accounts.conftest import StartFoyer
from tests.handlers.accounts.raw_http import send_request

HOST = ("Host", "foyer.example.com")


async def test_huge_body_is_refused_before_it_is_read(start_foyer: StartFoyer):
    foyer = await start_foyer()
    with pytest.raises((EOFError, ConnectionError)):  # Tornado may hang up without a word
        head = await send_request(foyer.address, "/sign-out", "DELETE", headers=[HOST, ("Content-Length", "90000000")])
        assert head.status in (400, 413)
        raise EOFError


async def test_huge_headers_are_refused(start_foyer: StartFoyer):
    foyer = await start_foyer()
    with pytest.raises((EOFError, ConnectionError)):
        head = await send_request(foyer.address, "/login-page", headers=[HOST, ("X-Long", "x" * 60_000)])
        assert head.status in (400, 431)
        raise EOFError


async def test_a_thousand_arguments_are_refused(start_foyer: StartFoyer):
    foyer = await start_foyer()
    path = "/login-page?" + "&".join(f"a{n}=1" for n in range(1100))
    assert (await send_request(foyer.address, path, headers=[HOST])).status == 400


async def test_server_still_answers_afterwards(start_foyer: StartFoyer):
    foyer = await start_foyer()
    for count in (10, 1000, 30_000):
        cookies = "; ".join(f"c{n}=v" for n in range(count))[:20_000]
        head = await send_request(foyer.address, "/reports", headers=[HOST, ("Cookie", cookies)])
        assert head.status == 401
