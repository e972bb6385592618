"""What other sites may make a browser do here: nothing that changes anything."""

from itertools import product

import pytest

from handlers.api.pages import UnknownApiAddress
from handlers.collect.beacon import collect_routes
from handlers.serving.routes import all_routes
from tests.handlers.accounts.conftest import Open
from tests.handlers.accounts.test_access import KNOWN, cookie_of
from tests.handlers.accounts.wire import knock
from utilities.model.principals import Person

HOST = ("Host", "foyer.example.com")
SITES = ["same-origin", "same-site", "cross-site", "none", "", "nonsense"]
ORIGINS = ["https://foyer.example.com", "https://evil.example", "null", "https://foyer.example.com.evil.example", ""]
CHANGING = [
    pytest.param(KNOWN[route.pattern][3], method, id=f"{method} {KNOWN[route.pattern][3]}")
    for route in all_routes()
    for method in route.handler.allowed_methods()
    if route.pattern in KNOWN and method not in ("GET", "HEAD", "OPTIONS") and not route.any_origin
    if Person in route.allow and route.handler is not UnknownApiAddress  # which changes nothing
]
BEACONS = {KNOWN[route.pattern][3] for route in collect_routes()}
"""They are for other sites' pages, and know nobody: tests/handlers/collect/test_headers.py."""


def allowed(site: str, origin: str) -> bool:
    """Sec-Fetch-Site decides where a browser sends it; then Origin; what sends neither is no browser."""
    if site:
        return site in ("same-origin", "none")
    return origin in ("", "https://foyer.example.com")


@pytest.mark.parametrize(("path", "method"), CHANGING)
async def test_other_site_cannot_change_anything(office: Open, path: str, method: str):
    usual = await office()
    for site, origin in product(SITES, ORIGINS):
        one = usual.browser()
        await one.sign_in()
        headers = [("Sec-Fetch-Site", site)] * bool(site) + [("Origin", origin)] * bool(origin)
        head = await knock(usual.address, path, method, headers=[HOST, cookie_of(one), *headers])
        assert (head.status == 403) != allowed(site, origin), (site, origin)
        still_in = (await one.open("/reports")).code == 200
        assert still_in or allowed(site, origin)


def test_there_is_something_to_protect():
    assert CHANGING


async def test_other_site_cannot_read_anything(office: Open):
    usual = await office()
    one = usual.browser()
    await one.sign_in()
    evil = ("Origin", "https://evil.example")
    for path in (row[3] for row in KNOWN.values() if row[3] not in BEACONS):
        for method in ("GET", "OPTIONS"):
            head = await knock(usual.address, path, method, headers=[HOST, cookie_of(one), evil])
            assert not [name for name in head.headers if name.startswith("access-control-")], path
            assert head.headers["cross-origin-resource-policy"] == "same-origin", path
