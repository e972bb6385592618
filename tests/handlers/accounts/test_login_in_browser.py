"""Sign-in in a real browser: also what never reaches the server is kept."""

import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
import pytest_asyncio
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, expect
from sqlalchemy import delete

from demo import openid
from handlers.serving.server import run_server
from tests.conftest import SECRET
from tests.handlers.accounts.conftest import BOARDS, Provider
from utilities.accounts.database.tables import people, sessions
from utilities.config.settings import Settings
from utilities.services import Services

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]


@dataclass(frozen=True)
class OpenFoyer:
    """A Foyer that a browser can open, and its sign-in service."""

    site: str
    services: Services
    provider: Provider


@pytest_asyncio.fixture(loop_scope="session")
async def foyer(settings: Callable[..., Settings]) -> AsyncIterator[OpenFoyer]:
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
    async with run_server(own, provider.clock) as (services, _):
        yield OpenFoyer(own.public_url, services, provider)
    server.stop()
    await server.close_all_connections()


@pytest.mark.parametrize("page", ["/reports?q=(not+set)#row-7", "/reports?from=now-6d/d&q=é#a b", "/boards#x%20y"])
async def test_fragment_is_kept_through_sign_in(foyer: OpenFoyer, chromium: Chromium, page: str):
    context = await chromium.new_context()
    tab = await context.new_page()
    await tab.goto(f"{foyer.site}{page}")
    requested = await tab.evaluate("new URL(location.href).hash")
    assert requested
    await tab.click("#sign-in")
    await tab.wait_for_url(lambda url: "/login" not in url)
    assert await tab.evaluate("location.pathname + location.search + location.hash") == await tab.evaluate(
        "page => { const url = new URL(page, location.href); return url.pathname + url.search + url.hash; }", page
    )
    await context.close()


async def test_two_tabs_sign_in_in_any_order(foyer: OpenFoyer, chromium: Chromium):
    context = await chromium.new_context()
    first, second = await context.new_page(), await context.new_page()
    await first.goto(f"{foyer.site}/reports")
    await second.goto(f"{foyer.site}/boards")
    await second.click("#sign-in")
    await second.wait_for_url("**/boards")
    await first.click("#sign-in")
    await first.wait_for_url("**/reports")
    assert (await second.reload()).status == 200
    await context.close()


async def sign_out(foyer: OpenFoyer, tab: Page) -> None:
    desk = await tab.context.new_page()
    await desk.goto(f"{foyer.site}/reports")
    await desk.click("#menu-person summary")
    await desk.click("text=Sign out")
    await desk.close()


async def let_session_expire(foyer: OpenFoyer, tab: Page) -> None:
    foyer.provider.clock.shift(timedelta(hours=12, minutes=1))


async def end_session_elsewhere(foyer: OpenFoyer, tab: Page) -> None:
    await foyer.services.database.run(lambda connection: connection.execute(delete(sessions)))


async def remove_person(foyer: OpenFoyer, tab: Page) -> None:
    await foyer.services.database.run(lambda connection: connection.execute(delete(people)))


@pytest.mark.parametrize("end", [sign_out, let_session_expire, end_session_elsewhere, remove_person])
@pytest.mark.parametrize("query", ["", "?theme=light"])
async def test_session_that_ends_in_front_of_a_wall_is_announced_within_five_seconds(
    foyer: OpenFoyer, chromium: Chromium, end: Callable[[OpenFoyer, Page], Awaitable[None]], query: str
):
    context = await chromium.new_context()
    wall = await context.new_page()
    await wall.goto(f"{foyer.site}/boards/office{query}")
    await wall.click("#sign-in")
    await expect(wall.locator(".status .word")).to_be_visible()
    await end(foyer, wall)
    await expect(wall.locator("h1")).to_have_text("This screen was signed out.", timeout=5000)
    await expect(wall.locator(".first")).to_have_text(re.compile(r"^Whoever signs in at \S+ can pair it"))
    await expect(wall.locator(".code")).to_have_text(re.compile(r"^[B-Z]{4}-[B-Z]{4}$"))
    assert not await wall.locator(".tile").count()
    await wall.click("text=sign in on this screen")
    await wall.click("#sign-in")
    await expect(wall.locator(".status .word")).to_be_visible()
    assert wall.url == f"{foyer.site}/boards/office{query}"
    await context.close()


async def test_wall_goes_on_by_itself_when_somebody_signs_in_elsewhere_in_the_browser(
    foyer: OpenFoyer, chromium: Chromium
):
    context = await chromium.new_context()
    wall = await context.new_page()
    await wall.goto(f"{foyer.site}/boards/office")
    await wall.click("#sign-in")
    await expect(wall.locator(".status .word")).to_be_visible()
    await end_session_elsewhere(foyer, wall)
    await expect(wall.locator(".code")).to_be_visible()
    other = await context.new_page()
    await other.goto(f"{foyer.site}/reports")
    await other.click("#sign-in")
    await expect(wall.locator(".status .word")).to_be_visible(timeout=30_000)
    await context.close()
