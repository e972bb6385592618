"""What one visitor may take of the server: bodies, headers and arguments have an end."""

import pytest

from tests.handlers.accounts.conftest import Open
from tests.handlers.accounts.wire import knock

HOST = ("Host", "foyer.example.com")


async def test_huge_body_is_refused_before_it_is_read(office: Open):
    usual = await office()
    with pytest.raises((EOFError, ConnectionError)):  # Tornado may hang up without a word
        head = await knock(usual.address, "/sign-out", "DELETE", headers=[HOST, ("Content-Length", "90000000")])
        assert head.status in (400, 413)
        raise EOFError


async def test_huge_headers_are_refused(office: Open):
    usual = await office()
    with pytest.raises((EOFError, ConnectionError)):
        head = await knock(usual.address, "/login-page", headers=[HOST, ("X-Long", "x" * 60_000)])
        assert head.status in (400, 431)
        raise EOFError


async def test_a_thousand_arguments_are_refused(office: Open):
    usual = await office()
    path = "/login-page?" + "&".join(f"a{n}=1" for n in range(1100))
    assert (await knock(usual.address, path, headers=[HOST])).status == 400


async def test_server_is_well_afterwards(office: Open):
    usual = await office()
    for count in (10, 1000, 30_000):
        cookies = "; ".join(f"c{n}=v" for n in range(count))[:20_000]
        head = await knock(usual.address, "/reports", headers=[HOST, ("Cookie", cookies)])
        assert head.status == 401
