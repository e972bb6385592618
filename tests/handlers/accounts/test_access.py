"""Every route is tested with every kind of principal against access.txt."""

from pathlib import Path

import pytest
from tornado.web import RequestHandler

from handlers.base.handler import BaseHandler
from handlers.base.permissions import ANYONE, PEOPLE, Route, build_access_table
from handlers.serving.routes import all_routes
from tests.handlers.accounts.browser import Browser
from tests.handlers.accounts.conftest import StartFoyer
from tests.handlers.accounts.raw_http import ResponseHead, send_request
from utilities.accounts.database.tokens import TOKEN_SCOPES
from utilities.model.principals import ApiClient, Nobody, PairedScreen, Person

TABLE = Path(__file__).with_name("access.txt")
HOST = ("Host", "foyer.example.com")
HTML = ("Accept", "text/html")


def read_access_table() -> list[list[str]]:
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return [line.split() for line in lines if not line.startswith("#")]


ROWS = read_access_table()
ROW_OF_ROUTE = {row[0]: row for row in ROWS}


def row_for_method(row: list[str], method: str) -> list[str]:
    """Returns a row with the principals that may use this method."""
    return [*row[:2], "token", row[3]] if len(row) > 4 and method not in ("GET", "HEAD") else row


ROUTE_CASES = [
    (route.for_method(method), row_for_method(ROW_OF_ROUTE[route.pattern], method), method)
    for route in all_routes()
    if route.pattern in ROW_OF_ROUTE
    for method in route.handler.allowed_methods()
]


PRINCIPAL_NAMES = {Nobody: "nobody", Person: "person", PairedScreen: "screen", ApiClient: "token"}


def route_to_row(route: Route) -> tuple[str, ...]:
    names = ",".join(sorted(PRINCIPAL_NAMES[principal] for principal in route.allow))
    return route.pattern, route.handler.__name__, names, *([route.write_scope] if route.write_scope else [])


def test_routes_match_the_access_table():
    here, there = [route_to_row(route) for route in all_routes()], [(*row[:3], *row[4:]) for row in ROWS]
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


def test_only_the_health_check_answers_under_any_host_name():
    assert [route.pattern for route in all_routes() if route.any_host] == ["/healthz"]


def test_one_handler_cannot_be_for_different_principals():
    with pytest.raises(ValueError, match="twice"):
        build_access_table([Route("/a", BaseHandler, ANYONE), Route("/b", BaseHandler, PEOPLE)])


def is_answered(head: ResponseHead, path: str) -> bool:
    """Whether there is an answer, which for a file of a report without figures is 503."""
    has_no_figures = head.status == 503 and path.startswith("/reports/") and path.endswith((".csv", ".svg", ".png"))
    return head.status < 500 or has_no_figures


def is_refused(head: ResponseHead) -> bool:
    return head.status in (401, 403) or head.location.startswith("/login-page?next=")


async def test_anonymous_requests_reach_only_what_the_table_allows(start_foyer: StartFoyer, subtests: pytest.Subtests):
    foyer = await start_foyer()
    for claim in (
        [],
        [("Cookie", "__Host-foyer=nonsense")],
        [("Cookie", f"__Host-foyer=2|1:1|10:1800000000|12:__Host-foyer|4:YWJj|{'0' * 64}")],
        [("Authorization", f"Bearer foyer_{'x' * 43}")],
    ):
        with subtests.test(claim=claim):
            for route, row, method in ROUTE_CASES:
                page = method == "GET" and not route.handler.never_redirects and ("Authorization" not in dict(claim))
                for accept, refused_status in (([HTML], 302 if page else 401), ([], 401))[: 1 if claim else 2]:
                    head = await send_request(foyer.address, row[3], method, headers=[HOST, *accept, *claim])
                    if "nobody" in row[2]:
                        assert not is_refused(head), (row[3], method)
                    else:
                        assert head.status == refused_status, (row[3], method)
                        login_url = f"/login-page?next={row[3].replace('/', '%2F')}" if refused_status == 302 else ""
                        assert head.location == login_url, (row[3], method)
                        has_challenge = "www-authenticate" in head.headers
                        assert has_challenge == (
                            refused_status == 401 and ("token" in row[2] or bool(dict(claim).get("Authorization")))
                        )


@pytest.mark.slow
async def test_person_reaches_what_the_table_allows(start_foyer: StartFoyer):
    foyer = await start_foyer()
    for _, row, method in ROUTE_CASES:
        browser = foyer.new_browser()
        await browser.sign_in()
        head = await send_request(foyer.address, row[3], method, headers=[HOST, HTML, cookie_header(browser)])
        assert is_refused(head) == ("person" not in row[2]), (row[3], method)
        assert is_answered(head, row[3]), (row[3], method)


async def test_token_reaches_what_the_table_allows_for_its_scope(start_foyer: StartFoyer):
    foyer = await start_foyer()
    tokens_by_scope = {scope: await foyer.make_token(scope) for scope in TOKEN_SCOPES}
    for route, row, method in ROUTE_CASES:
        for scope, token in tokens_by_scope.items():
            headers = [HOST, HTML, ("Authorization", f"Bearer {token}")]
            if "nobody" not in row[2]:
                head = await send_request(foyer.address, row[3], method, headers=headers)
                is_allowed = "token" in row[2] and scope == route.scope
                assert (head.status == 403) != is_allowed, (row[3], method, scope)
                assert is_answered(head, row[3]), (row[3], method)
                assert not head.location


def cookie_header(browser: Browser) -> tuple[str, str]:
    return "Cookie", "; ".join(f"{name}={value}" for name, value in browser.cookies.items())


async def test_without_sign_in_loopback_requests_reach_what_people_reach(start_local_foyer: StartFoyer):
    foyer = await start_local_foyer(tokens_without_sign_in=True)
    for _, row, method in ROUTE_CASES:
        head = await send_request(
            foyer.address, row[3], method, headers=[("Host", foyer.address.removeprefix("http://"))]
        )
        assert is_refused(head) == ("person" not in row[2]), (row[3], method)
        assert is_answered(head, row[3]), (row[3], method)
