"""Response headers of beacons: the same for everybody, open to every origin, without cookies."""

import gzip
import logging
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from tornado.httpclient import HTTPResponse

from handlers.collect.beacon import TRACKING_SCRIPT, collect_routes
from handlers.serving.routes import all_routes
from tests.handlers.collect.conftest import AGENT, SITES, OpenCollector

Fetch = Callable[..., Awaitable[HTTPResponse]]

PAGE = "url=https://example.co.uk/"
COOKIE = {"Cookie": "__Host-foyer=2|1:1|10:1800000000|12:__Host-foyer|4:YWJj|00; a=b"}
FOREIGN = {"Origin": "https://www.example.co.uk", "Sec-Fetch-Site": "cross-site"}
WAYS = [
    ("GET", f"/a.gif?{PAGE}", 200),
    ("GET", "/a.gif", 404),
    ("GET", "/a.js", 200),
    ("HEAD", "/a.js", 200),
    ("POST", "/a", 204),
    ("OPTIONS", "/a", 204),
]


def test_only_beacons_come_from_any_origin():
    assert [route.pattern for route in all_routes() if route.any_origin] == ["/a"]


async def test_answer_is_the_same_with_and_without_a_cookie(
    open_collector: OpenCollector, fetch: Fetch, subtests: pytest.Subtests
):
    server = await open_collector(SITES)
    for method, path, status in WAYS:
        with subtests.test(method, path=path):
            kinds = ({}, FOREIGN, {**FOREIGN, **COOKIE}, {"Origin": "null"})
            answers = [await fetch_anonymously(fetch, server.address + path, method, kind, status) for kind in kinds]
            assert all(each == answers[0] for each in answers)


async def fetch_anonymously(
    fetch: Fetch, url: str, method: str, headers: dict[str, str], status: int
) -> tuple[dict[str, str], bytes]:
    """Returns headers and body; checks that they are open to every origin and set no cookie."""
    body = PAGE if method == "POST" else None
    request_headers = {"User-Agent": AGENT, "Content-Type": "text/plain", **headers}
    answer = await fetch(url, method=method, body=body, headers=request_headers)
    assert answer.code == status
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Content-Security-Policy" in answer.headers
    assert "Set-Cookie" not in answer.headers
    assert "Server" not in answer.headers
    return {name: value for name, value in answer.headers.get_all() if name != "Date"}, answer.body


async def test_preflight_names_what_may_be_posted(open_collector: OpenCollector, fetch: Fetch):
    server = await open_collector(SITES)
    preflight = {**FOREIGN, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    answer = await fetch(f"{server.address}/a", method="OPTIONS", headers=preflight)
    assert answer.headers["Access-Control-Allow-Methods"] == "POST"
    assert answer.headers["Access-Control-Allow-Headers"] == "Content-Type"


async def test_other_methods_are_refused(open_collector: OpenCollector, fetch: Fetch):
    server = await open_collector(SITES)
    for method, path in (("POST", "/a.gif"), ("GET", "/a"), ("PUT", "/a"), ("DELETE", "/a.js"), ("HEAD", "/a.gif")):
        body = "" if method in ("POST", "PUT") else None
        assert (await fetch(server.address + path, method=method, body=body)).code == 405, (method, path)


async def test_collector_server_has_no_other_pages(open_collector: OpenCollector, fetch: Fetch):
    server = await open_collector(SITES)
    for path in ("/", "/reports", "/a/", "/a.gif/x", "/static/a.js", "/login", "/A.gif"):
        assert (await fetch(server.address + path)).code == 404, path


async def test_bad_requests_leave_no_line_in_the_log(
    open_collector: OpenCollector, fetch: Fetch, caplog: pytest.LogCaptureFixture
):
    server = await open_collector(SITES)
    caplog.clear()  # what the start has to say is not about a beacon
    caplog.set_level(logging.INFO)
    for method, headers in (
        ("POST", {"Content-Type": "multipart/form-data"}),
        ("PUT", {"Origin": "https://a.example"}),
    ):
        answer = await fetch(f"{server.address}/a.gif?{PAGE}", method=method, body="x", headers=headers)
        assert 400 <= answer.code < 500
    assert not [record for record in caplog.records if record.name in ("foyer.access", "foyer.handlers")]


async def test_foreign_host_header_is_rejected(open_collector: OpenCollector, fetch: Fetch):
    server = await open_collector(SITES)
    assert (await fetch(f"{server.address}/a.gif?{PAGE}", headers={"Host": "evil.example"})).code == 421


async def test_script_is_the_same_for_every_query(open_collector: OpenCollector, fetch: Fetch):
    server = await open_collector(SITES)
    for query in ("", "?site=blog", "?site=<script>", "?site=');alert(1)//", "?x=y"):
        answer = await fetch(f"{server.address}/a.js{query.replace('<', '%3C')}", decompress_response=False)
        assert answer.body == TRACKING_SCRIPT
        assert answer.headers["Content-Type"] == "text/javascript; charset=UTF-8"
        assert answer.headers["Cache-Control"] == "public, max-age=3600"


async def test_script_is_compressed_for_clients_that_accept_gzip(open_collector: OpenCollector, fetch: Fetch):
    server = await open_collector(SITES)
    packed = {"Accept-Encoding": "gzip, br"}
    answer = await fetch(f"{server.address}/a.js", headers=packed, decompress_response=False)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert len(answer.body) <= 1300
    assert gzip.decompress(answer.body) == TRACKING_SCRIPT


async def test_healthz_has_the_counts(open_collector: OpenCollector, fetch: Fetch):
    server = await open_collector(SITES)
    await fetch(f"{server.address}/a.gif?{PAGE}", headers={"User-Agent": AGENT})
    await fetch(f"{server.address}/a.gif?{PAGE}", headers={"User-Agent": "Googlebot/2.1"})
    answer = await fetch(f"{server.address}/healthz")
    assert answer.code == 200
    assert b'"counted": 1, "dropped": {"bot": 1}' in answer.body


def test_documented_proxy_keeps_visitors_addresses_out_of_its_logs():
    text = (Path(__file__).parents[3] / "docs" / "deploying.md").read_text(encoding="utf-8")
    for route in collect_routes():
        path = route.pattern.replace("\\", "")
        if path != "/a.js":
            block = re.search(rf"location = {re.escape(path)} {{([^}}]*)}}", text)
            assert block, path
            assert "access_log off;" in block[1]
            assert "error_log /dev/null" in block[1]
