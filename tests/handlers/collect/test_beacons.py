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
CYRILLIC = "%D0%BF" * 420


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
    (204, b"\xef\xbb\xbf" + json.dumps({"url": PAGE}).encode()),  # with a byte order mark
    (204, " \n" + json.dumps({"url": PAGE})),
    (400, {"url": "https://exa mple.co.uk/"}),
    (400, ""),
    (400, "nothing"),
    (400, {}),
    (400, {"url": ""}),
    (400, {"url": 7}),
    (204, DEEP),
    (204, '{"url": "https://example.co.uk/", "screen": NaN}'),
    (400, b"\xff\xfe\x00"),
    (400, b"{" * 4000),
    (400, b"[" * 8000),
    (400, "[]"),
    (400, "&".join(f"k{n}=1" for n in range(60))),
    (413, "x" * 65_537),
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


LONG_QUERY = f"?q={'x' * 5000}&utm_source=letter&utm_medium=email"
CUT_HITS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("address with tags", {"url": PAGE + LONG_QUERY}, {"path": "/a", "source": "letter", "medium": "email"}),
    ("path", {"url": TOO_LONG + "?utm_source=letter"}, {"path": "/" + "a" * 2026, "source": "letter"}),
    ("path cut within a character", {"url": f"https://example.co.uk/{'%E2%82%AC' * 500}"}, {"path": "/" + "€" * 224}),
    ("two long addresses", {"url": f"https://example.co.uk/{CYRILLIC}", "ref": f"https://o.example/{CYRILLIC}"}, {}),
    ("title", {"url": PAGE, "t": "\u6f22" * 1200}, {"title": "\u6f22" * 299 + "\u2026"}),
    ("half an emoji in the title", {"url": PAGE, "t": "a\ud83c"}, {"title": "a\ufffd"}),
    (
        "half an emoji in a property",
        {"url": PAGE, "n": "x", "p": {"q": "pizza \ud83c"}},
        {"props": '{"q": "pizza \ufffd"}'},
    ),
    (
        "whole emoji",
        {"url": PAGE, "n": "x", "p": {"q": "\\ud83c \U0001f355"}},
        {"props": '{"q": "\\\\ud83c \U0001f355"}'},
    ),
    ("NUL", {"url": PAGE + "\0", "t": "a\0b"}, {"path": "/a\ufffd", "title": "a\ufffdb"}),
    ("large number", {"url": PAGE, "n": "x", "p": {"n": 1e300}}, {"props": '{"n": "1e+300"}'}),
    ("larger number", {"url": PAGE, "n": "x", "p": {"n": 10**400}}, {}),
    ("21 properties", {"url": PAGE, "n": "x", "p": {f"k{n:02}": n for n in range(21)}}, {}),
    ("long property", {"url": PAGE, "n": "x", "p": {"k" * 400: "v" * 400}}, {}),
    ("properties that are none", {"url": PAGE, "n": "x", "p": "x"}, {"props": ""}),
    ("nested property", {"url": PAGE, "n": "x", "p": {"a": {"b": [{}]}, "c": 1}}, {"props": '{"c": "1"}'}),
    ("screen", {"url": PAGE, "w": 10**30}, {"screen": 0}),
    ("screen that is none", {"url": PAGE, "w": "wide"}, {"screen": 0}),
    ("title that is none", {"url": PAGE, "t": ["x"]}, {"title": ""}),
    ("more fields than there are", {"url": PAGE, **{f"f{n}": "x" for n in range(60)}}, {"path": "/a"}),
]
"""Hits with something that is too long, too much or no text, and what is stored of them."""


async def test_what_is_too_much_is_cut_and_the_hit_counts(
    open_collector: OpenCollector, fetch: Fetch, subtests: pytest.Subtests
):
    server = await open_collector(SITES)
    names = ("path", "title", "source", "medium", "props", "screen")
    for number, (kind, hit, stored) in enumerate(CUT_HITS):
        form = {name: value if isinstance(value, str) else json.dumps(value) for name, value in hit.items()}
        query = urlencode(form, errors="surrogatepass")
        agent = f"{AGENT} kind/{number}"  # each kind has a visit of its own
        with subtests.test(kind):
            assert (await post(fetch, server, hit, **{"User-Agent": agent})).code == 204
            assert (await post(fetch, server, query, **{"User-Agent": agent})).code == 204
            image = await fetch(f"{server.address}/a.gif?{query}", headers={"User-Agent": agent})
            assert image.code == 200
            rows = await server.own.views.query(
                f"SELECT {', '.join(names)} FROM page_views WHERE agent = $agent", {"agent": agent}
            )
            assert len(rows) == 3
            row = dict(zip(names, rows[0], strict=True))
            assert stored.items() <= row.items()
            assert len(row["path"]) <= 2048
            assert len(json.loads(row["props"] or "{}")) <= 20


async def test_form_with_parts_is_a_form(open_collector: OpenCollector, fetch: Fetch):
    """What `sendBeacon` makes of a FormData."""
    server = await open_collector(SITES)
    fields = {"url": PAGE, "t": "Größe", "w": "1920"}
    parts = [f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{fields[name]}\r\n' for name in fields]
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    assert (await post(fetch, server, "".join(parts) + "--x--\r\n", **form)).code == 204
    assert (await post(fetch, server, "".join(parts[1:]) + "--x--\r\n", **form)).code == 400
    assert [(view.title, view.screen) for view in await server.views()] == [("Größe", 1920)]


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
