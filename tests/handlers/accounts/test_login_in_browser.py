"""Sign-in in a real browser: also what never reaches the server is kept."""

import socket
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
from playwright.async_api import Browser as Chromium

from demo import openid
from handlers.serving.server import run_server
from tests.conftest import SECRET
from tests.handlers.accounts.conftest import BOARDS, Provider
from utilities.config.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def site(settings: Callable[..., Settings]) -> AsyncIterator[str]:
    """Runs Foyer with sign-in at the address that a browser on this machine can open."""
    provider = Provider()
    server = provider.start()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = settings(
        port=port,
        bind="127.0.0.1",
        public_url=f"http://localhost:{port}",
        boards_dir=BOARDS,
        oidc_issuer=provider.openid.issuer,
        google_client_id=openid.CLIENT,
        google_client_secret=openid.SECRET,
        allowed_domains=(openid.DOMAIN,),
        secret_key=SECRET,
    )
    async with run_server(own, provider.clock):
        yield own.public_url
    server.stop()
    await server.close_all_connections()


@pytest.mark.parametrize("page", ["/reports?q=(not+set)#row-7", "/reports?from=now-6d/d&q=é#a b", "/boards#x%20y"])
async def test_fragment_is_kept_through_sign_in(site: str, chromium: Chromium, page: str):
    context = await chromium.new_context()
    tab = await context.new_page()
    await tab.goto(f"{site}{page}")
    requested = await tab.evaluate("new URL(location.href).hash")
    assert requested
    await tab.click("#sign-in")
    await tab.wait_for_url(lambda url: "/login" not in url)
    assert await tab.evaluate("location.pathname + location.search + location.hash") == await tab.evaluate(
        "page => { const url = new URL(page, location.href); return url.pathname + url.search + url.hash; }", page
    )
    await context.close()


async def test_two_tabs_sign_in_in_any_order(site: str, chromium: Chromium):
    context = await chromium.new_context()
    first, second = await context.new_page(), await context.new_page()
    await first.goto(f"{site}/reports")
    await second.goto(f"{site}/boards")
    await second.click("#sign-in")
    await second.wait_for_url("**/boards")
    await first.click("#sign-in")
    await first.wait_for_url("**/reports")
    assert (await second.reload()).status == 200
    await context.close()
