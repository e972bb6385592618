"""Who may do what, on every route there is: the router is walked against access.txt, and every door is tried."""

from pathlib import Path

import pytest
from tornado.web import RequestHandler

from handlers import routes
from handlers.access import EVERYONE, PEOPLE, Route, table_of
from handlers.base import BaseHandler
from tests.door.browser import Browser
from tests.door.conftest import Open
from tests.door.wire import Head, knock

TABLE = Path(__file__).with_name("access.txt")
HOST = ("Host", "foyer.example.com")
HTML = ("Accept", "text/html")


def rows() -> list[list[str]]:
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return [line.split() for line in lines if not line.startswith("#")]


ROWS = rows()
KNOWN = {row[0]: row for row in ROWS}
WAYS = [
    (f"{method} {KNOWN[route.pattern][3]}", KNOWN[route.pattern], method)
    for route in routes()
    if route.pattern in KNOWN
    for method in route.handler.methods()
]


def said(route: Route) -> tuple[str, str, str]:
    kinds = ",".join(sorted(kind.__name__.lower() for kind in route.allow))
    return route.pattern, route.handler.__name__, kinds


def test_router_is_as_the_checked_in_table_says():
    here, there = [said(route) for route in routes()], [tuple(row[:3]) for row in ROWS]
    assert here == there, f"write into {TABLE.name} what is new in handlers/__init__.py"


@pytest.mark.parametrize("route", routes(), ids=lambda route: route.pattern)
def test_no_handler_goes_around_the_door(route: Route):
    for name in ("prepare", "identify", "admit", "send_error", "write_error", "log_exception", "check_trusted_origin"):
        where = next(kind for kind in route.handler.__mro__ if name in vars(kind))
        assert where in (BaseHandler, RequestHandler), f"{route.handler.__name__} overrides {name}"
    assert issubclass(route.handler, BaseHandler)


def test_only_the_health_check_answers_under_any_name():
    assert [route.pattern for route in routes() if route.any_host] == ["/healthz"]


def test_one_handler_cannot_be_for_different_principals():
    with pytest.raises(ValueError, match="twice"):
        table_of([Route("/a", BaseHandler, EVERYONE), Route("/b", BaseHandler, PEOPLE)])


def refused(head: Head) -> bool:
    return head.status in (401, 403) or head.location.startswith("/login-page?next=")


@pytest.mark.parametrize("cookie", [None, "nonsense", "2|1:1|10:1800000000|12:__Host-foyer|4:YWJj|" + "0" * 64])
async def test_nobody_gets_where_the_table_says_and_nowhere_else(
    office: Open, cookie: str | None, subtests: pytest.Subtests
):
    usual = await office()
    cookies = [("Cookie", f"__Host-foyer={cookie}")] if cookie else []
    for name, row, method in WAYS:
        for accept, turned_away in (([HTML], 302 if method == "GET" else 401), ([], 401)):
            head = await knock(usual.address, row[3], method, headers=[HOST, *accept, *cookies])
            way = f"/login-page?next={row[3].replace('/', '%2F')}" if turned_away == 302 else ""
            with subtests.test(name, accept=accept):
                if "nobody" in row[2]:
                    assert not refused(head)
                else:
                    assert (head.status, head.location) == (turned_away, way)


async def test_person_gets_where_the_table_says(office: Open, subtests: pytest.Subtests):
    usual = await office()
    for name, row, method in WAYS:
        one = usual.browser()
        await one.sign_in()
        head = await knock(usual.address, row[3], method, headers=[HOST, HTML, cookie_of(one)])
        with subtests.test(name):
            assert refused(head) == ("person" not in row[2])
            assert head.status < 500


def cookie_of(one: Browser) -> tuple[str, str]:
    return "Cookie", "; ".join(f"{name}={value}" for name, value in one.cookies.items())


async def test_without_sign_in_this_machine_gets_everywhere(local: Open, subtests: pytest.Subtests):
    usual = await local()
    for name, row, method in WAYS:
        head = await knock(usual.address, row[3], method, headers=[("Host", usual.address.removeprefix("http://"))])
        with subtests.test(name):
            assert not refused(head)
            assert head.status < 500


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded"])
async def test_without_sign_in_whatever_a_proxy_hands_on_is_refused(
    local: Open, header: str, subtests: pytest.Subtests
):
    """A proxy on this machine would otherwise show the figures to the world."""
    usual = await local()
    headers = [("Host", "localhost"), HTML, (header, "203.0.113.9")]
    for row in ROWS:
        if "nobody" not in row[2]:
            head = await knock(usual.address, row[3], headers=headers)
            with subtests.test(row[3]):
                assert head.status == 403


async def test_handler_that_is_in_no_table_is_refused(office: Open, local: Open):
    class Forgotten(BaseHandler):
        def get(self) -> None:
            self.finish("secrets")

    for usual in (await office(), await local()):
        usual.app.add_handlers(r".*", [(r"/forgotten", Forgotten)])
        one = usual.browser()
        if usual.door.sign_in:
            await one.sign_in()
        answer = await one.open("/forgotten")
        assert answer.code == 403
        assert b"secrets" not in answer.body


TWISTED = [
    *("/reports/", "/reports//", "//reports", "///reports", "/./reports", "/../reports", "/x/../reports"),
    *("/login-page/../reports", "/static/../reports", "/static/%2e%2e/reports", "/static/..%2freports"),
    *("/healthz/../reports", "/healthz/reports", "/healthz;/reports", "/reports;healthz", "/reports;.css"),
    *("/reports%2f", "/%2freports", "/reports%00", "/reports%0a", "/reports%20", "/reports.", "/reports..", "/Reports"),
    *("/REPORTS", "/reports.css", "/reports/x.css", "/reports/login-page", "/%72eports", "/r%65ports", "/reports%3f"),
    *(
        "/reports?/healthz",
        "/reports?x=/static/icon.svg",
        "/reports#/healthz",
        "/reports%23",
        "/reports\\",
        "/\\reports",
    ),
    *("/boards/office/", "/boards/office/x", "/boards/office%2fstream", "/boards//office", "/boards/../boards/office"),
    *(
        "/static/",
        "/static",
        "/static//etc/passwd",
        "/static/../run.py",
        "/static/%2e%2e/run.py",
        "/static/....//run.py",
    ),
    *("/static/..%5crun.py", "/static/%252e%252e/run.py", "/.env", "/.git/config", "/var/state.sqlite", "/login/../"),
]


async def test_twisted_path_does_not_get_nobody_in(office: Open, subtests: pytest.Subtests):
    usual = await office()
    for path in TWISTED:
        head = await knock(usual.address, path, headers=[HOST, HTML])
        with subtests.test(path):
            assert refused(head) or head.status in (400, 404)


TALL_TALES = [
    *(("X-Original-URL", "/healthz"), ("X-Rewrite-URL", "/healthz"), ("X-Forwarded-Uri", "/healthz")),
    *(("X-Forwarded-Prefix", "/static"), ("X-HTTP-Method-Override", "OPTIONS"), ("User-Agent", "kube-probe/1.31")),
    *(("User-Agent", "GoogleHC/1.0"), ("X-Forwarded-For", "127.0.0.1"), ("X-Real-IP", "127.0.0.1")),
    *(("Forwarded", "for=127.0.0.1"), ("X-Forwarded-User", "ada"), ("X-Forwarded-Email", "ada@example.com")),
    *(("X_Forwarded_User", "ada"), ("Remote-User", "ada"), ("X-Goog-Authenticated-User-Email", "ada@example.com")),
    *(("Authorization", "Basic YWRhOmFkYQ=="), ("Authorization", "Bearer x"), ("X-Forwarded-Proto", "https")),
    ("X-Forwarded-Host", "localhost"),
]


async def test_header_does_not_get_nobody_in(office: Open, subtests: pytest.Subtests):
    usual = await office()
    for name, value in TALL_TALES:
        for path in ("/", "/reports", "/boards/office"):
            head = await knock(usual.address, path, headers=[HOST, HTML, (name, value)])
            with subtests.test(path, name=name, value=value):
                assert refused(head)
