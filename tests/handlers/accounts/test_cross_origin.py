"""Requests from other sites change nothing and read nothing."""

from itertools import product

import pytest

from handlers.api.pages import UnknownApiAddress
from handlers.collect.beacon import collect_routes
from handlers.serving.routes import all_routes
from tests.handlers.accounts.conftest import StartFoyer
from tests.handlers.accounts.raw_http import send_request
from tests.handlers.accounts.test_access import ROW_OF_ROUTE, cookie_header
from utilities.model.principals import Person

pytestmark = pytest.mark.slow

HOST = ("Host", "foyer.example.com")
SITES = ["same-origin", "same-site", "cross-site", "none", "", "nonsense"]
ORIGINS = ["https://foyer.example.com", "https://evil.example", "null", "https://foyer.example.com.evil.example", ""]
CHANGING = [
    pytest.param(ROW_OF_ROUTE[route.pattern][3], method, id=f"{method} {ROW_OF_ROUTE[route.pattern][3]}")
    for route in all_routes()
    for method in route.handler.allowed_methods()
    if route.pattern in ROW_OF_ROUTE and method not in ("GET", "HEAD", "OPTIONS") and not route.any_origin
    if Person in route.for_method(method).allow and route.handler is not UnknownApiAddress  # which changes nothing
]
BEACONS = {ROW_OF_ROUTE[route.pattern][3] for route in collect_routes()}
"""For pages of other sites, without a principal; see tests/handlers/collect/test_headers.py."""


def is_allowed(site: str, origin: str) -> bool:
    """Whether Sec-Fetch-Site, or else Origin, allows the request; a browser sends one of them."""
    if site:
        return site in ("same-origin", "none")
    return origin in ("", "https://foyer.example.com")


@pytest.mark.parametrize(("path", "method"), CHANGING)
async def test_other_site_cannot_change_anything(start_foyer: StartFoyer, path: str, method: str):
    foyer = await start_foyer()
    for site, origin in product(SITES, ORIGINS):
        browser = foyer.new_browser()
        await browser.sign_in()
        headers = [("Sec-Fetch-Site", site)] * bool(site) + [("Origin", origin)] * bool(origin)
        head = await send_request(foyer.address, path, method, headers=[HOST, cookie_header(browser), *headers])
        assert (head.status == 403) != is_allowed(site, origin), (site, origin)
        still_in = (await browser.open("/reports")).code == 200
        assert still_in or is_allowed(site, origin)


def test_some_routes_change_data():
    assert CHANGING


async def test_other_site_cannot_read_anything(start_foyer: StartFoyer):
    foyer = await start_foyer()
    browser = foyer.new_browser()
    await browser.sign_in()
    evil = ("Origin", "https://evil.example")
    for path in (row[3] for row in ROW_OF_ROUTE.values() if row[3] not in BEACONS):
        for method in ("GET", "OPTIONS"):
            head = await send_request(foyer.address, path, method, headers=[HOST, cookie_header(browser), evil])
            assert not [name for name in head.headers if name.startswith("access-control-")], path
            assert head.headers["cross-origin-resource-policy"] == "same-origin", path
