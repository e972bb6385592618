"""No secret is ever in a log or on a page."""

import logging
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from demo.faults import Fault
from demo.openid import SECRET as CLIENT_SECRET
from tests.conftest import SECRET
from tests.handlers.accounts.browser import Browser
from tests.handlers.accounts.conftest import Provider, StartFoyer
from tests.handlers.accounts.raw_http import send_request

HOST = ("Host", "foyer.example.com")


class LeakChecker:
    """Secrets, with the log and the pages that must not contain them."""

    def __init__(self, log: pytest.LogCaptureFixture) -> None:
        self.log = log
        self.secrets = {SECRET, CLIENT_SECRET}
        self.bodies: list[bytes] = []

    def check(self) -> None:
        assert self.log.records
        for secret in self.secrets:
            assert secret
            assert secret not in self.log.text
            assert not [record for record in self.log.records if secret in str(record.__dict__)]
            assert not [body for body in self.bodies if secret.encode() in body]


@pytest.fixture
def leaks(caplog: pytest.LogCaptureFixture) -> LeakChecker:
    caplog.set_level(logging.DEBUG)
    return LeakChecker(caplog)


async def complete_sign_in(browser: Browser, provider: Provider, leaks: LeakChecker) -> None:
    """Signs in, or tries to, and collects every secret."""
    parameters = await browser.start_sign_in()
    attempts = {value for name, value in browser.cookies.items() if name.startswith("__Host-foyer-sign-in-")}
    leaks.secrets |= {parameters["state"], parameters["nonce"], *attempts}
    address = await browser.approve_at_issuer()
    leaks.secrets |= {values[0] for name, values in parse_qs(urlsplit(address).query).items() if name == "code"}
    leaks.bodies.append((await browser.open(address)).body)
    leaks.secrets |= {token for token in provider.openid.tokens_given if token}
    leaks.secrets |= {browser.cookies["__Host-foyer"]} if "__Host-foyer" in browser.cookies else set()


async def test_successful_sign_in_logs_no_secret(
    new_browser: Callable[[], Browser], provider: Provider, leaks: LeakChecker
):
    browser = new_browser()
    await complete_sign_in(browser, provider, leaks)
    for path in ("/reports", "/boards/office", "/login-page", "/healthz", "/nothing"):
        leaks.bodies.append((await browser.open(path)).body)
    await browser.open("/sign-out", "POST")
    leaks.check()


@pytest.mark.parametrize("path", ["/openid/token", "/openid/jwks"])
@pytest.mark.parametrize(
    "doing",
    ["status", *(pytest.param(each, marks=pytest.mark.slow) for each in ("html", "truncate", "reset", "close"))],
)
async def test_failed_sign_in_logs_no_secret(
    new_browser: Callable[[], Browser], provider: Provider, leaks: LeakChecker, path: str, doing: str
):
    provider.faults.inject(path, Fault(doing))
    await complete_sign_in(new_browser(), provider, leaks)
    leaks.check()


@pytest.mark.parametrize(
    "lies", [{"bent": True}, {"claims": {"hd": "evil.example"}}, {"claims": {"nonce": "x"}}, {"error": "access_denied"}]
)
async def test_rejected_token_is_not_logged(
    new_browser: Callable[[], Browser], provider: Provider, leaks: LeakChecker, lies: dict[str, object]
):
    for name, value in lies.items():
        setattr(provider.openid.lies, name, value)
    await complete_sign_in(new_browser(), provider, leaks)
    leaks.check()


async def test_query_is_never_in_a_log(start_foyer: StartFoyer, leaks: LeakChecker, subtests: pytest.Subtests):
    foyer = await start_foyer()
    for path in (
        "/login/callback?code=CANARY&state=CANARY",
        "/login/callback?code=%ffCANARY&state=%ff",
        "/login/callback?state=CANARY%ff",
        "/login/callback?error=CANARY&error_description=CANARY",
        "/login/callback/CANARY?code=CANARY".replace("/CANARY?", "/x?"),
        "/nothing?token=CANARY&key=CANARY",
        "/s/CANARY-7hK2pQ9vXw3ZrT6mN8bLd4.svg",
        "/s/CANARY-7hK2pQ9vXw3ZrT6mN8bLd4.svg/more",
        "//s/CANARY",
        "/S/CANARY.png",
        "/api/v1/foyer_CANARY7hK2pQ9vXw3ZrT6mN8bLd4",
        "/reports?code=CANARY",
        "/static/nothing?v=CANARY",
        "/login?next=//CANARY",
        "/login/callback?" + "&".join(f"code=CANARY{n}" for n in range(1100)),
    ):
        with subtests.test(path=path):
            leaks.secrets.add("CANARY")
            for headers in ([HOST], [HOST, ("Cookie", "__Host-foyer=CANARY; __Host-foyer-sign-in=2|CANARY")]):
                leaks.bodies.append((await send_request(foyer.address, path, headers=headers, body=True)).body)
            leaks.check()


async def test_headers_and_bodies_are_never_in_a_log(start_foyer: StartFoyer, leaks: LeakChecker):
    foyer = await start_foyer()
    leaks.secrets.add("CANARY")
    headers = [
        ("Authorization", "Bearer CANARY"),
        ("Cookie", "a=CANARY"),
        ("Referer", "https://x.example/?code=CANARY"),
    ]
    for method, path in (("GET", "/nothing"), ("POST", "/sign-out"), ("PUT", "/reports"), ("GET", "/login/callback")):
        await send_request(foyer.address, path, method, headers=[HOST, *headers])
    leaks.check()


async def test_settings_show_no_secret(sign_in_settings: Callable[..., object]):
    settings = sign_in_settings()
    assert SECRET not in repr(settings)
    assert CLIENT_SECRET not in repr(settings)
