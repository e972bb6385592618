"""No secret of the door is ever in a log or on a page, whatever goes wrong."""

import logging
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from demo.faults import Fault
from demo.openid import SECRET as CLIENT_SECRET
from tests.conftest import SECRET
from tests.handlers.accounts.browser import Browser
from tests.handlers.accounts.conftest import Open, Provider
from tests.handlers.accounts.wire import knock

HOST = ("Host", "foyer.example.com")


class Canaries:
    """What must not be seen, and everywhere it might be."""

    def __init__(self, log: pytest.LogCaptureFixture) -> None:
        self.log = log
        self.secrets = {SECRET, CLIENT_SECRET}
        self.bodies: list[bytes] = []

    def look(self) -> None:
        assert self.log.records
        for secret in self.secrets:
            assert secret
            assert secret not in self.log.text
            assert not [record for record in self.log.records if secret in str(record.__dict__)]
            assert not [body for body in self.bodies if secret.encode() in body]


@pytest.fixture
def canaries(caplog: pytest.LogCaptureFixture) -> Canaries:
    caplog.set_level(logging.DEBUG)
    return Canaries(caplog)


async def all_the_way(one: Browser, provider: Provider, canaries: Canaries) -> None:
    """Signs in, or tries to, and notes every secret that comes by."""
    asked = await one.go_out()
    canaries.secrets |= {asked["state"], asked["nonce"], one.cookies["__Host-foyer-sign-in"]}
    address = await one.go_back()
    canaries.secrets |= {values[0] for name, values in parse_qs(urlsplit(address).query).items() if name == "code"}
    canaries.bodies.append((await one.open(address)).body)
    canaries.secrets |= {token for token in provider.openid.tokens_given if token}
    canaries.secrets |= {one.cookies["__Host-foyer"]} if "__Host-foyer" in one.cookies else set()


async def test_sign_in_that_goes_well_leaves_no_trace(
    browser: Callable[[], Browser], provider: Provider, canaries: Canaries
):
    one = browser()
    await all_the_way(one, provider, canaries)
    for path in ("/reports", "/boards/office", "/login-page", "/healthz", "/nothing"):
        canaries.bodies.append((await one.open(path)).body)
    await one.open("/sign-out", "POST")
    canaries.look()


@pytest.mark.parametrize("place", ["/openid/token", "/openid/jwks"])
@pytest.mark.parametrize("doing", ["status", "html", "truncate", "reset", "close"])
async def test_sign_in_that_goes_wrong_leaves_no_trace(
    browser: Callable[[], Browser], provider: Provider, canaries: Canaries, place: str, doing: str
):
    provider.faults.inject(place, Fault(doing))
    await all_the_way(browser(), provider, canaries)
    canaries.look()


@pytest.mark.parametrize(
    "lies", [{"bent": True}, {"claims": {"hd": "evil.example"}}, {"claims": {"nonce": "x"}}, {"error": "access_denied"}]
)
async def test_refused_token_leaves_no_trace(
    browser: Callable[[], Browser], provider: Provider, canaries: Canaries, lies: dict[str, object]
):
    for name, value in lies.items():
        setattr(provider.openid.lies, name, value)
    await all_the_way(browser(), provider, canaries)
    canaries.look()


@pytest.mark.parametrize(
    "path",
    [
        "/login/callback?code=CANARY&state=CANARY",
        "/login/callback?code=%ffCANARY&state=%ff",
        "/login/callback?state=CANARY%ff",
        "/login/callback?error=CANARY&error_description=CANARY",
        "/login/callback/CANARY?code=CANARY".replace("/CANARY?", "/x?"),
        "/nothing?token=CANARY&key=CANARY",
        "/reports?code=CANARY",
        "/static/nothing?v=CANARY",
        "/login?next=//CANARY",
        "/login/callback?" + "&".join(f"code=CANARY{n}" for n in range(1100)),
    ],
)
async def test_query_is_never_in_a_log(office: Open, canaries: Canaries, path: str):
    usual = await office()
    canaries.secrets.add("CANARY")
    for headers in ([HOST], [HOST, ("Cookie", "__Host-foyer=CANARY; __Host-foyer-sign-in=2|CANARY")]):
        canaries.bodies.append((await knock(usual.address, path, headers=headers, body=True)).body)
    canaries.look()


async def test_headers_and_bodies_are_never_in_a_log(office: Open, canaries: Canaries):
    usual = await office()
    canaries.secrets.add("CANARY")
    strange = [
        ("Authorization", "Bearer CANARY"),
        ("Cookie", "a=CANARY"),
        ("Referer", "https://x.example/?code=CANARY"),
    ]
    for method, path in (("GET", "/nothing"), ("POST", "/sign-out"), ("PUT", "/reports"), ("GET", "/login/callback")):
        await knock(usual.address, path, method, headers=[HOST, *strange])
    canaries.look()


async def test_settings_show_no_secret(signing: Callable[..., object]):
    made = signing()
    assert SECRET not in repr(made)
    assert CLIENT_SECRET not in repr(made)
