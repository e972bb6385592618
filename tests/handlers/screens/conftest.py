"""Televisions and people in front of a real Foyer."""

import re
from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

import pytest
from playwright.async_api import expect

from tests.handlers.accounts.browser import Browser
from tests.handlers.accounts.conftest import (
    FoyerServer,
    provider,
    sign_in_settings,
    start_foyer,
    start_local_foyer,
)

__all__ = ["provider", "sign_in_settings", "start_foyer", "start_local_foyer"]

expect.set_options(timeout=30_000)  # a busy machine needs more than five seconds for a page

OLD_TELEVISION = "Mozilla/5.0 (Linux; Tizen 2.3) AppleWebKit/538.1 (KHTML, like Gecko) Version/2.3 TV Safari/538.1"
SCREEN_COOKIE = "__Host-foyer-screen"
FORM = {"name": "Reception", "place": "Ground floor", "diagonal": "55", "distance": "3", "board": "office"}


async def read_code(television: Browser) -> str:
    """Returns the code that a television shows."""
    page = (await television.open("/tv")).body.decode()
    found = re.search(r'data-code="([A-Z]{4}-[A-Z]{4})"', page)
    assert found, page
    return found[1]


async def approve(person: Browser, code: str, **fields: str) -> int:
    """Approves the television with this code; returns the status of the answer."""
    form = urlencode(FORM | fields | {"code": code})
    return (await person.open("/pair", "POST", form, Origin=person.site)).code


PairTelevision = Callable[[FoyerServer], Awaitable[tuple[Browser, Browser]]]


@pytest.fixture
def pair_television() -> PairTelevision:
    """Returns a television that shows the office board, and the person who paired it."""

    async def pair(foyer: FoyerServer) -> tuple[Browser, Browser]:
        television, person = foyer.new_browser(), foyer.new_browser()
        await person.sign_in()
        assert await approve(person, await read_code(television)) == 303
        return television, person

    return pair
