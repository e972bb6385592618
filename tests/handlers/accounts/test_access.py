"""Who may do what, on every route there is: the router is walked against access.txt, and every door is tried."""

from pathlib import Path

import pytest
from tornado.web import RequestHandler

from handlers.base.handler import BaseHandler
from handlers.base.permissions import ANYONE, PEOPLE, Route, build_access_table
from handlers.serving.routes import all_routes
from tests.handlers.accounts.browser import Browser
from tests.handlers.accounts.conftest import Open
from tests.handlers.accounts.wire import Head, knock
from utilities.accounts.database.tokens import TOKEN_SCOPES
from utilities.model.principals import ApiClient, Nobody, PairedScreen, Person

TABLE = Path(__file__).with_name("access.txt")
HOST = ("Host", "foyer.example.com")
HTML = ("Accept", "text/html")


def rows() -> list[list[str]]:
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return [line.split() for line in lines if not line.startswith("#")]


ROWS = rows()
KNOWN = {row[0]: row for row in ROWS}
WAYS = [
    (route, KNOWN[route.pattern], method)
    for route in all_routes()
    if route.pattern in KNOWN
    for method in route.handler.allowed_methods()
]


PRINCIPAL_NAMES = {Nobody: "nobody", Person: "person", PairedScreen: "screen", ApiClient: "token"}


def table_row(route: Route) -> tuple[str, str, str]:
    names = ",".join(sorted(PRINCIPAL_NAMES[principal] for principal in route.allow))
    return route.pattern, route.handler.__name__, names


def test_router_is_as_the_checked_in_table_says():
    here, there = [table_row(route) for route in all_routes()], [tuple(row[:3]) for row in ROWS]
    assert here == there, f"write into {TABLE.name} what is new in handlers/serving/routes.py"


@pytest.mark.parametrize("route", all_routes(), ids=lambda route: route.pattern)
def test_no_handler_overrides_the_authentication(route: Route):
    for name in (
        "prepare",
        "identify_principal",
        "check_permission",
        "send_error",
        "write_error",
        "log_exception",
        "check_trusted_origin",
    ):
        where = next(kind for kind in route.handler.__mro__ if name in vars(kind))
        assert where in (BaseHandler, RequestHandler), f"{route.handler.__name__} overrides {name}"
    assert issubclass(route.handler, BaseHandler)


def test_only_the_health_check_answers_under_any_name():
    assert [route.pattern for route in all_routes() if route.any_host] == ["/healthz"]


def test_one_handler_cannot_be_for_different_principals():
    with pytest.raises(ValueError, match="twice"):
        build_access_table([Route("/a", BaseHandler, ANYONE), Route("/b", BaseHandler, PEOPLE)])


def refused(head: Head) -> bool:
    return head.status in (401, 403) or head.location.startswith("/login-page?next=")


@pytest.mark.parametrize(
    "claim",
    [
        pytest.param([], id="nothing"),
        pytest.param([("Cookie", "__Host-foyer=nonsense")], id="nonsense"),
        pytest.param([("Cookie", f"__Host-foyer=2|1:1|10:1800000000|12:__Host-foyer|4:YWJj|{'0' * 64}")], id="forged"),
        pytest.param([("Authorization", f"Bearer foyer_{'x' * 43}")], id="token"),
    ],
)
async def test_nobody_gets_where_the_table_says_and_nowhere_else(office: Open, claim: list[tuple[str, str]]):
    usual = await office()
    for route, row, method in WAYS:
        page = method == "GET" and not route.handler.never_redirects and ("Authorization" not in dict(claim))
        for accept, turned_away in (([HTML], 302 if page else 401), ([], 401)):
            head = await knock(usual.address, row[3], method, headers=[HOST, *accept, *claim])
            if "nobody" in row[2]:
                assert not refused(head), (row[3], method)
            else:
                assert head.status == turned_away, (row[3], method)
                way = f"/login-page?next={row[3].replace('/', '%2F')}" if turned_away == 302 else ""
                assert head.location == way, (row[3], method)
                told = "www-authenticate" in head.headers
                assert told == (turned_away == 401 and ("token" in row[2] or bool(dict(claim).get("Authorization"))))


@pytest.mark.slow
async def test_person_gets_where_the_table_says(office: Open):
    usual = await office()
    for _, row, method in WAYS:
        one = usual.browser()
        await one.sign_in()
        head = await knock(usual.address, row[3], method, headers=[HOST, HTML, cookie_of(one)])
        assert refused(head) == ("person" not in row[2]), (row[3], method)
        assert head.status < 500, (row[3], method)


async def test_token_gets_where_the_table_says_with_its_own_scope_only(office: Open):
    usual = await office()
    tokens = usual.authenticator.api_clients.tokens
    made = {scope: await tokens.create_token(scope, [scope], "ada@example.com") for scope in TOKEN_SCOPES}
    for route, row, method in WAYS:
        for scope, token in made.items():
            headers = [HOST, HTML, ("Authorization", f"Bearer {token}")]
            if "nobody" not in row[2]:
                head = await knock(usual.address, row[3], method, headers=headers)
                inside = "token" in row[2] and scope == route.scope
                assert (head.status == 403) != inside, (row[3], method, scope)
                assert head.status < 500, (row[3], method)
                assert not head.location


def cookie_of(one: Browser) -> tuple[str, str]:
    return "Cookie", "; ".join(f"{name}={value}" for name, value in one.cookies.items())


async def test_without_sign_in_this_machine_gets_where_people_get(local: Open):
    usual = await local()
    for _, row, method in WAYS:
        head = await knock(usual.address, row[3], method, headers=[("Host", usual.address.removeprefix("http://"))])
        assert refused(head) == ("person" not in row[2]), (row[3], method)
        assert head.status < 500, (row[3], method)


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded"])
async def test_without_sign_in_whatever_a_proxy_hands_on_is_refused(local: Open, header: str):
    """A proxy on this machine would otherwise show the figures to the world."""
    usual = await local()
    token = await usual.authenticator.api_clients.tokens.create_token("pilot", ["read"], "ada@example.com")
    for claim in ([], [("Authorization", f"Bearer {token}")]):
        headers = [("Host", "localhost"), HTML, (header, "203.0.113.9"), *claim]
        for _, row, method in WAYS:
            if "nobody" not in row[2]:
                head = await knock(usual.address, row[3], method, headers=headers)
                assert head.status == 403, (row[3], method)
