"""Security headers on every response, with every status."""

from collections.abc import Callable
from pathlib import Path

import pytest
from jinja2 import DictLoader

from handlers.base.handler import BaseHandler
from handlers.base.permissions import PEOPLE, Route
from handlers.base.security_headers import security_headers
from handlers.base.watchdog import WATCHDOG_HASH, WATCHDOG_SCRIPT
from handlers.site.static_files import static_url
from tests.handlers.accounts.browser import Browser
from tests.handlers.accounts.conftest import FoyerServer, Provider, StartFoyer
from tests.handlers.accounts.raw_http import ResponseHead, send_request
from utilities.accounts.signin.attempt_limiter import AttemptLimits
from utilities.config.settings import Settings

HOST, HTML = ("Host", "foyer.example.com"), ("Accept", "text/html")


class BrokenHandler(BaseHandler):
    """A page that raises an exception."""

    def get(self, where: str) -> None:
        if where == "late":
            self.write("the half of a page")
        raise RuntimeError(f"canary-{where}")


class RedirectHandler(BaseHandler):
    def get(self) -> None:
        self.set_header("X-Frame-Options", "ALLOWALL")
        self.set_status(418, "canary\tin the reason")
        self.send_error(400, reason="canary in the reason")


def add_route(foyer: FoyerServer, pattern: str, handler: type[BaseHandler]) -> None:
    foyer.app.add_handlers(r".*", [(pattern, handler)])
    foyer.app.settings["access"][handler] = Route(pattern, handler, PEOPLE)


def check_security_headers(head: ResponseHead, *, secure: bool = True) -> None:
    headers = head.headers
    policy = dict(part.partition(" ")[::2] for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["style-src"] == policy["form-action"] == "'self'"
    assert policy["script-src"] == f"'self' {WATCHDOG_HASH}"
    assert "unsafe" not in headers["content-security-policy"]
    assert "*" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert ("strict-transport-security" in headers) == secure
    assert "server" not in headers
    assert "access-control-allow-origin" not in headers
    assert "cache-control" in headers
    if head.status not in (200, 304):
        assert headers["cache-control"] == "private, no-store"


async def test_every_status_has_the_security_headers(start_foyer: StartFoyer):
    foyer = await start_foyer()
    add_route(foyer, r"/broken/(early|late)", BrokenHandler)
    browser = foyer.new_browser()
    await browser.sign_in()
    cookie = ("Cookie", f"__Host-foyer={browser.cookies['__Host-foyer']}")
    etag = (await send_request(foyer.address, "/static/icon.svg", headers=[HOST])).headers["etag"]
    for status, method, path, headers in (
        (200, "GET", "/login-page", [HOST]),
        (200, "GET", "/reports", [HOST, cookie]),
        (200, "GET", "/reports/top-pages.json", [HOST, cookie]),
        (200, "GET", "/boards/office", [HOST, cookie]),
        (200, "GET", "/boards/office/stream", [HOST, cookie]),
        (200, "GET", "/healthz", [("Host", "10.0.0.7")]),
        (200, "GET", "/static/icon.svg", [HOST]),
        (302, "GET", "/login", [HOST]),
        (302, "GET", "/reports", [HOST, HTML]),
        (303, "POST", "/sign-out", [HOST]),
        (304, "GET", "/static/icon.svg", [HOST, ("If-None-Match", etag)]),
        (400, "GET", "/login/callback", [HOST]),
        (400, "GET", "/login-page?next=%ff", [HOST]),
        (401, "GET", "/reports", [HOST]),
        (401, "GET", "/reports/top-pages.json", [HOST]),
        (403, "POST", "/sign-out", [HOST, ("Sec-Fetch-Site", "cross-site")]),
        (404, "GET", "/nothing", [HOST]),
        (404, "POST", "/nothing.json", [HOST]),
        (404, "GET", "/static/nothing", [HOST]),
        (404, "GET", "/reports/nothing", [HOST, cookie]),
        (405, "PUT", "/login-page", [HOST]),
        (405, "BREW", "/login-page", [HOST]),
        (405, "TRACE", "/", [HOST]),
        (421, "GET", "/login-page", [("Host", "evil.example")]),
        (500, "GET", "/broken/early", [HOST, cookie]),
        (500, "GET", "/broken/late", [HOST, cookie]),
    ):
        head = await send_request(foyer.address, path, method, headers=headers)
        assert head.status == status, (method, path)
        check_security_headers(head)
        assert status != 405 or "GET" in head.headers["allow"]


async def test_status_429_and_503_have_the_security_headers(start_foyer: StartFoyer, provider: Provider):
    foyer = await start_foyer(sign_in_limits=AttemptLimits(per_client=1, in_total=100))
    provider.openid.lies.issuer = "https://evil.example"
    for status in (503, 429):
        head = await send_request(foyer.address, "/login", headers=[HOST])
        assert head.status == status
        check_security_headers(head)


async def test_plain_loopback_has_no_hsts_header(start_local_foyer: StartFoyer):
    foyer = await start_local_foyer()
    check_security_headers(
        await send_request(foyer.address, "/login-page", headers=[("Host", "localhost")]), secure=False
    )


async def test_internal_error_page_shows_no_details(start_foyer: StartFoyer):
    foyer = await start_foyer()
    add_route(foyer, r"/broken/(early|late)", BrokenHandler)
    add_route(foyer, r"/moved", RedirectHandler)
    browser = foyer.new_browser()
    await browser.sign_in()
    for path in ("/broken/early", "/broken/late", "/moved"):
        answer = await browser.open(path)
        assert b"canary" not in answer.body
        assert b"Traceback" not in answer.body
        assert b"half of a page" not in answer.body
        assert "canary" not in answer.reason


async def test_broken_error_page_still_states_the_error(start_foyer: StartFoyer):
    foyer = await start_foyer()
    foyer.services.templates.loader = DictLoader({"error.html": "{{ nothing.of_the_kind }}"})
    answer = await foyer.new_browser().open("/nothing")
    assert answer.code == 404
    assert answer.body.startswith(b"There is no such page.")
    assert answer.headers["Content-Type"] == "text/plain; charset=UTF-8"


async def test_error_is_html_for_browsers_and_json_on_request(new_browser: Callable[[], Browser]):
    browser = new_browser()
    await browser.sign_in()
    for path, accept, kind in (
        ("/nothing", "text/html,*/*", "text/html; charset=UTF-8"),
        ("/nothing", "*/*", "text/html; charset=UTF-8"),
        ("/nothing.json", "*/*", "application/problem+json"),
        ("/nothing", "application/json", "application/problem+json"),
        ("/nothing", "text/csv", "application/problem+json"),
        ("/nothing", "application/json, text/plain, */*", "application/problem+json"),
        ("/reports/nothing", "application/vnd.ms-excel, text/csv;q=0.9", "application/problem+json"),
        ("/reports/nothing.json", "*/*", "application/problem+json"),
        ("/s/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.svg", "image/*", "application/problem+json"),
    ):
        answer = await browser.open(path, Accept=accept)
        assert answer.code == 404, path
        assert answer.headers["Content-Type"] == kind, (path, accept)


async def test_error_page_marks_names_as_code(new_browser: Callable[[], Browser]):
    browser = new_browser()
    await browser.sign_in()
    answer = await browser.open("/boards/office/desk?form=now", Accept="text/html")
    assert answer.code == 400
    assert "<code>from</code>" in answer.body.decode()
    assert b"`" not in answer.body


async def test_error_page_repeats_nothing_of_the_request(start_foyer: StartFoyer):
    foyer = await start_foyer()
    for path in ("/<script>x</script>", "/%3Cscript%3E", "/{{1234*5678}}", "/a%0d%0aSet-Cookie:x=y"):
        head = await send_request(foyer.address, path, headers=[HOST, HTML, ("Referer", "<script>")], body=True)
        assert head.status in (400, 404), path
        assert b"<script>" not in head.body and b"script%3E" not in head.body, path
        assert b"7006652" not in head.body, path
        assert "set-cookie" not in head.headers, path


async def test_file_with_a_hash_is_cached_forever_and_others_are_revalidated(start_local_foyer: StartFoyer):
    foyer = await start_local_foyer()
    host = [("Host", "localhost")]
    hashed = await send_request(foyer.address, static_url("icon.svg"), headers=host)
    assert hashed.headers["cache-control"] == "public, max-age=31536000, immutable"
    for path in ("/static/icon.svg", "/static/icon.svg?v=0", "/static/icon.svg?v="):
        assert (await send_request(foyer.address, path, headers=host)).headers["cache-control"] == "public, no-cache"


async def test_only_files_of_the_folder_are_served(start_local_foyer: StartFoyer):
    foyer = await start_local_foyer()
    for path in ("../run.py", "..%2frun.py", "%2e%2e/run.py", "fonts", "", ".", "fonts/", "%00"):
        head = await send_request(foyer.address, f"/static/{path}", headers=[("Host", "localhost")])
        assert head.status in (403, 404), path


async def test_pages_have_no_inline_script_or_style(start_foyer: StartFoyer):
    foyer = await start_foyer()
    browser = foyer.new_browser()
    bodies = [(await browser.open("/login-page")).body, (await browser.open("/nothing")).body]
    await browser.sign_in()
    bodies += [(await browser.open(path)).body for path in ("/reports", "/boards/office", "/reports/nothing")]
    for body in bodies:
        assert b"style=" not in body
        assert b"<style" not in body
        assert b"<script>" not in body.replace(WATCHDOG_SCRIPT.encode(), b"")
        assert b" on" not in b"".join(tag for tag in body.split(b"<") if b"=" in tag and tag.startswith(b"on"))


def test_no_template_marks_anything_as_safe():
    folder = Path(__file__).parents[3] / "templates"
    for name in ("login.html", "error.html"):
        assert "|safe" not in (folder / name).read_text(encoding="utf-8").replace(" ", "")


@pytest.mark.parametrize(
    ("value", "header"),
    [
        ("host", "max-age=63072000"),
        ("subdomains", "max-age=63072000; includeSubDomains"),
        ("forget", "max-age=0"),
        ("off", None),
    ],
)
def test_hsts_is_for_this_host_alone_unless_set_otherwise(
    settings: Callable[..., Settings], value: str, header: str | None
):
    made = settings(public_url="https://foyer.example.com", hsts=value)
    assert security_headers(made).get("Strict-Transport-Security") == header
    assert settings().hsts == "host"
