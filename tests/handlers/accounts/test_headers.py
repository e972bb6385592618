"""The headers of every answer, of every status."""

from collections.abc import Callable
from pathlib import Path

import pytest
from jinja2 import DictLoader

from handlers.base.handler import BaseHandler
from handlers.base.permissions import PEOPLE, Route
from handlers.site.static_files import static_url
from tests.handlers.accounts.browser import Browser
from tests.handlers.accounts.conftest import Office, Open, Provider
from tests.handlers.accounts.wire import Head, knock
from utilities.accounts.signin.attempt_limiter import AttemptLimits

HOST, HTML = ("Host", "foyer.example.com"), ("Accept", "text/html")


class Broken(BaseHandler):
    """A page with a fault in it."""

    def get(self, where: str) -> None:
        if where == "late":
            self.write("the half of a page")
        raise RuntimeError(f"canary-{where}")


class Moved(BaseHandler):
    def get(self) -> None:
        self.set_header("X-Frame-Options", "ALLOWALL")
        self.set_status(418, "canary\tin the reason")
        self.send_error(400, reason="canary in the reason")


def add(usual: Office, pattern: str, handler: type[BaseHandler]) -> None:
    usual.app.add_handlers(r".*", [(pattern, handler)])
    usual.app.settings["access"][handler] = Route(pattern, handler, PEOPLE)


def check(head: Head, *, secure: bool = True) -> None:
    headers = head.headers
    policy = dict(part.partition(" ")[::2] for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
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


async def test_every_status_has_them(office: Open):
    usual = await office()
    add(usual, r"/broken/(early|late)", Broken)
    one = usual.browser()
    await one.sign_in()
    cookie = ("Cookie", f"__Host-foyer={one.cookies['__Host-foyer']}")
    etag = (await knock(usual.address, "/static/icon.svg", headers=[HOST])).headers["etag"]
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
        head = await knock(usual.address, path, method, headers=headers)
        assert head.status == status, (method, path)
        check(head)
        assert status != 405 or "GET" in head.headers["allow"]


async def test_too_fast_and_not_now_have_them(office: Open, provider: Provider):
    usual = await office(most=AttemptLimits(per_client=1, in_total=100))
    provider.openid.lies.issuer = "https://evil.example"
    for status in (503, 429):
        head = await knock(usual.address, "/login", headers=[HOST])
        assert head.status == status
        check(head)


async def test_plain_loopback_is_not_told_to_insist_on_https(local: Open):
    usual = await local()
    check(await knock(usual.address, "/login-page", headers=[("Host", "localhost")]), secure=False)


async def test_fault_in_a_page_tells_a_person_nothing_of_it(office: Open):
    usual = await office()
    add(usual, r"/broken/(early|late)", Broken)
    add(usual, r"/moved", Moved)
    one = usual.browser()
    await one.sign_in()
    for path in ("/broken/early", "/broken/late", "/moved"):
        answer = await one.open(path)
        assert b"canary" not in answer.body
        assert b"Traceback" not in answer.body
        assert b"half of a page" not in answer.body
        assert "canary" not in answer.reason


async def test_error_page_that_is_itself_broken_still_says_what_is_wrong(office: Open):
    usual = await office()
    usual.services.templates.loader = DictLoader({"error.html": "{{ nothing.of_the_kind }}"})
    answer = await usual.browser().open("/nothing")
    assert answer.code == 404
    assert answer.body.startswith(b"There is no such page.")
    assert answer.headers["Content-Type"] == "text/plain; charset=UTF-8"


@pytest.mark.parametrize(
    ("path", "accept", "kind"),
    [
        ("/nothing", "text/html,*/*", "text/html"),
        ("/nothing", "*/*", "text/html"),
        ("/nothing.json", "*/*", "application/json"),
        ("/nothing", "application/json", "application/json"),
        ("/reports/nothing.json", "*/*", "application/json"),
    ],
)
async def test_error_is_a_page_for_people_and_json_where_it_was_asked_for(
    browser: Callable[[], Browser], path: str, accept: str, kind: str
):
    one = browser()
    await one.sign_in()
    answer = await one.open(path, Accept=accept)
    assert answer.code == 404
    assert answer.headers["Content-Type"] == f"{kind}; charset=UTF-8"


@pytest.mark.parametrize("path", ["/<script>x</script>", "/%3Cscript%3E", "/{{1234*5678}}", "/a%0d%0aSet-Cookie:x=y"])
async def test_error_page_says_nothing_that_came_with_the_request(office: Open, path: str):
    usual = await office()
    head = await knock(usual.address, path, headers=[HOST, HTML, ("Referer", "<script>")], body=True)
    assert head.status in (400, 404)
    assert b"script>" not in head.body
    assert b"7006652" not in head.body
    assert "set-cookie" not in head.headers


async def test_file_asked_for_by_its_hash_is_kept_for_good_and_any_other_is_asked_for_again(local: Open):
    usual = await local()
    host = [("Host", "localhost")]
    hashed = await knock(usual.address, static_url("icon.svg"), headers=host)
    assert hashed.headers["cache-control"] == "public, max-age=31536000, immutable"
    for path in ("/static/icon.svg", "/static/icon.svg?v=0", "/static/icon.svg?v="):
        assert (await knock(usual.address, path, headers=host)).headers["cache-control"] == "public, no-cache"


@pytest.mark.parametrize("path", ["../run.py", "..%2frun.py", "%2e%2e/run.py", "fonts", "", ".", "fonts/", "%00"])
async def test_only_files_of_the_folder_are_served(local: Open, path: str):
    usual = await local()
    assert (await knock(usual.address, f"/static/{path}", headers=[("Host", "localhost")])).status in (403, 404)


async def test_pages_have_no_inline_script_or_style(office: Open):
    usual = await office()
    one = usual.browser()
    bodies = [(await one.open("/login-page")).body, (await one.open("/nothing")).body]
    await one.sign_in()
    bodies += [(await one.open(path)).body for path in ("/reports", "/boards/office", "/reports/nothing")]
    for body in bodies:
        assert b"style=" not in body
        assert b"<style" not in body
        assert b"<script>" not in body
        assert b" on" not in b"".join(tag for tag in body.split(b"<") if b"=" in tag and tag.startswith(b"on"))


def test_no_template_of_ours_marks_anything_as_safe():
    folder = Path(__file__).parents[3] / "templates"
    for name in ("login.html", "error.html"):
        assert "|safe" not in (folder / name).read_text(encoding="utf-8").replace(" ", "")
