"""The response to beacons of every kind, and what is stored."""

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from tornado.httpclient import HTTPResponse

from handlers.collect.beacon import PIXEL_GIF
from tests.handlers.collect.conftest import AGENT, SITES, CollectorServer, OpenCollector

Fetch = Callable[..., Awaitable[HTTPResponse]]

PAGE = "https://www.example.co.uk/a"
TOO_LONG = "https://example.co.uk/" + "a" * 4096


async def gif(
    fetch: Fetch, server: CollectorServer, headers: dict[str, str] | None = None, **query: Any
) -> HTTPResponse:
    return await fetch(f"{server.address}/a.gif?{urlencode(query)}", headers={"User-Agent": AGENT, **(headers or {})})


async def post(
    fetch: Fetch, server: CollectorServer, body: bytes | str | dict[str, Any], **headers: str
) -> HTTPResponse:
    text = json.dumps(body) if isinstance(body, dict) else body
    request_headers = {"User-Agent": AGENT, "Content-Type": "text/plain", **headers}
    return await fetch(f"{server.address}/a", method="POST", body=text, headers=request_headers)


async def test_image_is_43_bytes_and_the_row_is_there_when_it_comes(open_collector: OpenCollector, fetch: Fetch):
    server = await open_collector(SITES)
    answer = await gif(fetch, server, url=PAGE + "?q=x&y=z", ref="https://news.example/", t="Ä", w="1920", l="de-DE")
    assert (answer.code, answer.headers["Content-Type"], len(answer.body)) == (200, "image/gif", 43)
    assert answer.body == PIXEL_GIF
    assert answer.headers["Cache-Control"] == "private, no-cache"
    [view] = await server.views()
    assert view.site == "blog"
    assert view.path == "/a?q=x"
    assert (view.title, view.referrer, view.language, view.screen) == ("Ä", "https://news.example/", "de-DE", 1920)


async def test_image_without_a_page_is_a_true_404(open_collector: OpenCollector, fetch: Fetch):
    server = await open_collector(SITES)
    for query in ("", "?", "?url", "?url=", "?ref=x&t=y", "?URL=https://example.co.uk/"):
        answer = await fetch(f"{server.address}/a.gif{query}", headers={"User-Agent": AGENT})
        assert (answer.code, answer.body) == (404, b""), query
        assert await server.views() == [], query


QUERIES: list[tuple[int, dict[str, Any]]] = [
    (200, {"url": PAGE, "site": "blog"}),
    (200, {"url": "http://EXAMPLE.co.uk:8080/"}),
    (200, {"url": "https://example.co.uk./"}),
    (200, {"url": "https://xn--bcher-kva.example/"}),
    (200, {"url": "https://bücher.example/"}),
    (200, {"url": "https://other.example.com/", "site": "shop"}),  # the same owner
    (200, {"url": "  " + PAGE + " "}),
    (200, {"url": PAGE, "w": "", "l": "undefined", "p": ""}),
    (200, {"url": PAGE, "ref": "r" * 3000, "t": "t" * 2000, "l": "l" * 99}),
    (404, {"url": PAGE, "site": "nothing"}),
    (404, {"url": PAGE, "site": "../blog"}),
    (403, {"url": "https://evil.co.uk/", "site": "blog"}),
    (403, {"url": "https://example.co.uk.evil.example/"}),
    (403, {"url": "https://co.uk/", "site": "blog"}),
    (403, {"url": "https://shop.example.com/", "site": "blog"}),
    (403, {"url": "http://127.0.0.1/"}),
    (400, {"url": "/a"}),
    (400, {"url": "javascript:alert(1)"}),
    (400, {"url": "file:///etc/passwd"}),
    (400, {"url": "https://"}),
    (400, {"url": "https://[::1/"}),
    (400, {"url": PAGE + "\0"}),
    (400, {"url": PAGE, "t": "\0"}),
    (400, {"url": PAGE, "w": "wide"}),
    (400, {"url": PAGE, "w": "9" * 5000}),
    (400, {"url": PAGE, "w": "-1"}),
    (400, {"url": PAGE, "p": "{"}),
    (400, {"url": PAGE, "p": "[]"}),
    (400, {"url": PAGE, "p": '{"a": NaN}'}),
    (400, {"url": PAGE, "p": '{"a": 1e999}'}),
    (400, {"url": b"https://example.co.uk/\xff"}),
    (400, {"url": PAGE, "t": b"\xed\xa0\x80"}),
    (413, {"url": TOO_LONG}),
    (413, {"url": PAGE, "x": "x" * 9000}),
]


async def test_image_request_gets_the_status_of_its_query(
    open_collector: OpenCollector, fetch: Fetch, subtests: pytest.Subtests
):
    server = await open_collector(SITES)
    for status, query in QUERIES:
        with subtests.test(status=status, query=query):
            stored = len(await server.views())
            answer = await gif(fetch, server, **query)
            assert answer.code == status
            assert len(await server.views()) - stored == (status == 200)
            assert answer.body == (PIXEL_GIF if status == 200 else b"")


DEEP = {"url": PAGE, "props": {"a": {"b": {"c": {"d": 1}}}}}
BODIES: list[tuple[int, Any]] = [
    (204, {"url": PAGE}),
    (204, {"url": PAGE, "site": "blog", "name": "sign-up", "props": {"plan": "small", "seats": 3, "paid": True}}),
    (204, {"url": PAGE, "props": {"list": [1], "nothing": None, "map": {"a": {"b": 1}}}}),
    (204, urlencode({"url": PAGE, "n": "sign-up", "p": '{"plan": "small"}'})),
    (204, "?site=blog&" + urlencode({"url": PAGE})),  # as the script says it
    (400, ""),
    (400, "nothing"),
    (400, {}),
    (400, {"url": ""}),
    (400, {"url": 7}),
    (400, {"url": PAGE, "title": ["x"]}),
    (400, {"url": PAGE, "screen": True}),
    (400, {"url": PAGE, "screen": 10**30}),
    (400, {"url": PAGE, "props": "x"}),
    (400, {"url": PAGE, "props": {"n": 10**400}}),
    (400, {"url": PAGE, "props": {f"k{n}": n for n in range(21)}}),
    (400, DEEP),
    (400, '{"url": "https://example.co.uk/", "screen": NaN}'),
    (400, '{"url": "https://example.co.uk/", "title": "\\ud800"}'),
    (400, '{"url": "https://example.co.uk/", "title": "a\\u0000b"}'),
    (400, b'{"url": "https://example.co.uk/\xff"}'),
    (400, b"\xff\xfe\x00"),
    (400, b"{" * 4000),
    (400, b"[" * 8000),
    (400, "[]"),
    (400, "&".join(f"k{n}=1" for n in range(60))),
    (413, "x" * 8193),
    (413, json.dumps({"url": TOO_LONG})),
]


async def test_body_gets_the_status_of_its_content(
    open_collector: OpenCollector, fetch: Fetch, subtests: pytest.Subtests
):
    server = await open_collector(SITES)
    for status, body in BODIES:
        with subtests.test(status=status, body=body):
            stored = len(await server.views())
            answer = await post(fetch, server, body)
            assert (answer.code, answer.body) == (status, b"")
            assert len(await server.views()) - stored == (status == 204)


async def test_content_type_of_a_body_never_causes_a_server_error(open_collector: OpenCollector, fetch: Fetch):
    server = await open_collector(SITES)
    for kind in ("application/json", "application/x-www-form-urlencoded", "multipart/form-data", "x"):
        for body in (b"{", b"\xff=%ff", b"%", b"a" * 8192, b"--x\r\n\r\n--x--", b'{"url": "https://example.co.uk/"}'):
            assert (await post(fetch, server, body, **{"Content-Type": kind})).code in (204, 400), (kind, body)


async def test_event_is_stored_with_its_props(open_collector: OpenCollector, fetch: Fetch):
    server = await open_collector(SITES)
    await post(fetch, server, {"url": PAGE, "name": "sign-up", "props": {"seats": 3, "paid": True, "plan": "small"}})
    [view] = await server.views()
    assert (view.name, json.loads(view.props)) == ("sign-up", {"paid": "true", "plan": "small", "seats": "3"})


async def test_address_agent_and_time_come_from_the_server(open_collector: OpenCollector, fetch: Fetch):
    server = await open_collector(SITES)
    lies = {"ip": "203.0.113.9", "address": "203.0.113.9", "agent": "x", "userAgent": "x", "at": 1, "timestamp": 1}
    await post(fetch, server, {"url": PAGE, **lies}, **{"X-Forwarded-For": "203.0.113.9", "X-Real-Ip": "203.0.113.9"})
    await post(fetch, server, {"url": PAGE})
    rows = await server.own.views.query("SELECT visitor, agent, year(moment) FROM page_views", {})
    assert len(set(rows)) == 1
    assert rows[0][1:] == (AGENT, server.own.collector.clock().year)


async def test_no_address_is_stored(open_collector: OpenCollector, fetch: Fetch):
    server = await open_collector(SITES, trusted_proxies=("127.0.0.1",))
    await gif(fetch, server, {"X-Forwarded-For": "203.0.113.9"}, url=PAGE)
    assert "203.0.113.9" not in str(await server.own.views.query("SELECT * FROM page_views", {}))


async def test_dropped_hits_get_the_usual_response_and_are_not_stored(open_collector: OpenCollector, fetch: Fetch):
    server = await open_collector(SITES)
    assert (await gif(fetch, server, url="https://example.co.uk/admin/x")).body == PIXEL_GIF
    assert (await gif(fetch, server, {"User-Agent": "Googlebot/2.1"}, url=PAGE)).body == PIXEL_GIF
    assert (await gif(fetch, server, {"Sec-GPC": "1"}, url=PAGE)).body == PIXEL_GIF
    assert await server.views() == []


async def test_without_sites_every_host_is_a_site_on_a_loopback_server(open_collector: OpenCollector, fetch: Fetch):
    server = await open_collector()
    for url in ("https://www.example.com/", "http://127.0.0.2:5000/", "http://localhost/", "http://[::1]:80/"):
        await gif(fetch, server, url=url)
    assert [view.site for view in await server.views()] == ["example.com", "127.0.0.2", "localhost", "::1"]
