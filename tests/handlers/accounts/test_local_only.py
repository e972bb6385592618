"""Without sign-in only this machine is answered, and whatever came through a proxy is not from this machine."""

import asyncio

import pytest

from tests.handlers.accounts.conftest import StartFoyer
from tests.handlers.accounts.raw_http import ResponseHead, send_request
from tests.handlers.accounts.test_access import HTML, ROUTE_CASES

PROXY_HEADERS = (
    *(
        "Forwarded",
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "X-Forwarded-Port",
        "X-Forwarded-Prefix",
    ),
    *("X-Forwarded", "X-Forward-For", "X-Real-IP", "Via", "CF-Connecting-IP", "CF-Ray", "CDN-Loop", "True-Client-IP"),
    *("Fly-Client-IP", "Fly-Region", "X-Amzn-Trace-Id", "X-Amz-Cf-Id", "CloudFront-Viewer-Address", "X-Client-IP"),
    *("X-Cluster-Client-IP", "X-Original-URL", "X-Original-Host", "X-Originating-IP", "X-Envoy-Attempt-Count"),
    *("X-Azure-ClientIP", "X-ARR-LOG-ID", "X-AppEngine-User-IP", "X-Cloud-Trace-Context", "X-Goog-IAP-JWT-Assertion"),
    *("X-Vercel-Id", "X-NF-Client-Connection-IP", "X-Request-Start", "X-Varnish", "Fastly-FF", "Akamai-Origin-Hop"),
    *("X-Scheme", "X-Host", "X-HTTPS", "X-SSL-Cipher", "Front-End-Https", "WL-Proxy-SSL", "Proxy-Client-IP"),
    *(
        "X-Rewrite-URL",
        "Tailscale-User-Login",
        "X-Remote-User",
        "Ali-CDN-Real-IP",
        "X-Some-New-Gateway",
        "X-My-Client-IP",
    ),
)
BROWSER_HEADERS = [
    *(
        ("Accept-Encoding", "gzip, br"),
        ("Accept-Language", "de"),
        ("Cache-Control", "no-cache"),
        ("Connection", "close"),
    ),
    *(
        ("Cookie", "a=b"),
        ("DNT", "1"),
        ("Priority", "u=0"),
        ("Purpose", "prefetch"),
        ("Range", "bytes=0-"),
        ("TE", "x"),
    ),
    *(("Sec-CH-UA-Platform", '"Linux"'), ("Sec-Fetch-Mode", "navigate"), ("Sec-GPC", "1"), ("Save-Data", "on")),
    *(("Upgrade-Insecure-Requests", "1"), ("User-Agent", "curl/8"), ("X-Requested-With", "XMLHttpRequest")),
    *(("X-Request-ID", "1"), ("X-Api-Key", "1"), ("X-Purpose", "preview"), ("traceparent", "00-1-1-01")),
    *(("Sec-Fetch-Site", "cross-site"), ("Referer", "https://wiki.example.com/")),  # a link in the wiki
]


async def open_reports(address: str, *headers: tuple[str, str], path: str = "/reports") -> ResponseHead:
    return await send_request(address, path, headers=[("Host", "localhost"), HTML, *headers], body=True)


async def test_any_sign_of_a_proxy_is_refused_with_a_sentence(start_local_foyer: StartFoyer, subtests: pytest.Subtests):
    foyer = await start_local_foyer()
    for name in PROXY_HEADERS:
        answer = await open_reports(foyer.address, (name, "1"))
        with subtests.test(name):
            assert answer.status == 403
            assert b"came through a proxy" in answer.body
            assert b"GOOGLE_CLIENT_ID" in answer.body


async def test_what_browsers_and_programs_send_is_no_sign_of_a_proxy(start_local_foyer: StartFoyer):
    foyer = await start_local_foyer()
    assert (await open_reports(foyer.address, *BROWSER_HEADERS)).status == 200


async def test_proxy_that_changes_the_host_shows_in_what_the_browser_says_of_its_own_page(
    start_local_foyer: StartFoyer, subtests: pytest.Subtests
):
    """Checks what is left to see when a proxy adds nothing and says HTTP/1.1."""
    foyer = await start_local_foyer()
    same = ("Sec-Fetch-Site", "same-origin")
    for address, status in (
        ("https://foyer.example.com/boards", 403),
        ("http://192.168.1.7/", 403),
        ("http://[::1", 403),
        ("http://localhost:8888/boards", 200),
        ("http://[::1]:8888/", 200),
    ):
        for name in ("Referer", "Origin"):
            with subtests.test(address, name=name):
                assert (await open_reports(foyer.address, same, (name, address))).status == status


async def send_http_1_0(address: str, path: str) -> int:
    host, port = address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
    status = int((await reader.readline()).split()[1])
    writer.close()
    return status


async def test_shortest_nginx_block_is_refused(start_local_foyer: StartFoyer):
    """Checks `proxy_pass http://127.0.0.1:8888;` alone: HTTP/1.0, and the host is the one it passes to."""
    foyer = await start_local_foyer()
    for path, status in (("/reports", 403), ("/s/" + "A" * 40 + ".svg", 403), ("/healthz", 200), ("/a.js", 200)):
        assert await send_http_1_0(foyer.address, path) == status, path


async def test_proxied_request_reaches_no_page_with_or_without_a_token(start_local_foyer: StartFoyer):
    foyer = await start_local_foyer()
    token = await foyer.make_token("read")
    for claim in ([], [("Authorization", f"Bearer {token}")]):
        headers = [("Host", "localhost"), HTML, ("X-Forwarded-Proto", "https"), *claim]
        for route, row, method in ROUTE_CASES:
            if not route.through_proxies:
                head = await send_request(foyer.address, row[3], method, headers=headers)
                assert head.status == 403, (row[3], method)


@pytest.mark.parametrize("public_url", ["", "https://foyer.example.com", "http://localhost:8888"])
async def test_host_that_is_not_loopback_reaches_no_page(
    start_local_foyer: StartFoyer, public_url: str, subtests: pytest.Subtests
):
    foyer = await start_local_foyer(public_url=public_url)
    for host in ("foyer.example.com", "192.168.1.7:8888", "foyer", "0.0.0.0:8888"):
        for path in ("/reports", "/tokens", "/nothing", "/login-page"):
            head = await send_request(foyer.address, path, headers=[("Host", host), HTML], body=True)
            with subtests.test(path, host=host):
                assert head.status in (403, 421)
                assert b"localhost" in head.body


async def test_beacons_of_visitors_are_counted_through_a_proxy(start_local_foyer: StartFoyer):
    foyer = await start_local_foyer(public_url="https://foyer.example.com")
    headers = [("Host", "foyer.example.com"), ("X-Forwarded-For", "203.0.113.9"), ("User-Agent", "x")]
    head = await send_request(foyer.address, "/a.gif?url=https%3A%2F%2Fexample.com%2F", headers=headers)
    assert head.status == 200


@pytest.mark.parametrize(("is_allowed", "status"), [(False, 403), (True, 200)])
async def test_without_sign_in_a_setting_decides_whether_tokens_can_be_made(
    start_local_foyer: StartFoyer, is_allowed: bool, status: int
):
    foyer = await start_local_foyer(tokens_without_sign_in=is_allowed)
    browser = foyer.new_browser()
    page = await browser.open("/tokens")
    assert (b"<form" in page.body.partition(b"Make a token")[2]) == is_allowed
    answer = await browser.open("/tokens", "POST", "name=a&scope=read", Origin=foyer.address)
    assert answer.code == status
    assert (b"TOKENS_WITHOUT_SIGN_IN" in answer.body) != is_allowed
    assert len(await foyer.authenticator.api_clients.tokens.list_tokens()) == int(is_allowed)
