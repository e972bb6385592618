"""A website on another origin, whose pages include the script in every possible way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tornado.httpclient import AsyncHTTPClient
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

NAME = "www.shop.test"
"""Chromium resolves every *.test to 127.0.0.2."""

TITLE = "<title>Of {path}</title>"
WAIT = "<!-- wait -->"  # the page is sent this far, and the rest when the website may go on
PAGES = {
    "end": "<head>" + TITLE + "</head><body>Hello.<script src='{script}'></script>",
    "head": "<head><script src='{script}'></script>" + TITLE + "</head><body>Hello.",
    "async": "<head><script async src='{script}'></script>" + TITLE + "</head><body>Hello.",
    "defer": "<head><script defer src='{script}'></script>" + TITLE + "</head><body>Hello.",
    "site": "<head>" + TITLE + "<script src='{script}?site=shop'></script></head><body>Hello.",
    "stranger": "<head>" + TITLE + "<script src='{script}?site=blog'></script></head><body>Hello.",
    "local": "<head>" + TITLE + "<script data-local src='{script}'></script></head><body>Hello.",
    "hash": "<head>" + TITLE + "<script data-hash src='{script}'></script></head><body>Hello.",
    "slow": "<head><script src='{script}'></script>" + WAIT + TITLE + "</head><body>Hello." + WAIT + "<p>At last.",
    "last": "<head>" + TITLE + "<script data-local src='{script}'></script></head><body>Hello.",
    "early": "<head><script src='{script}'></script><script>{change}</script>" + TITLE + "</head><body>Hello.",
    "module": "<head><script type='module' src='{script}'></script>" + TITLE + "</head><body>Hello.",
    "half": "<head><script src='{script}'></script></head><body>Hello.<script>document.title = 'Half \\ud83c'</script>",
    "without-fetch": "<head><script>window.fetch = undefined</script>"
    + TITLE
    + "<script src='{script}'></script></head>",
    "broken-fetch": "<head><script>window.fetch = function () {{ throw 1 }}</script>"
    + TITLE
    + "<script src='{script}'></script></head>",
    "empty-fetch": "<head><script>window.fetch = function () {{}}</script>"
    + TITLE
    + "<script src='{script}'></script></head>",
    "broken-beacon": "<head><script>Request = 0; navigator.sendBeacon = function () {{ throw 1 }}</script>"
    + TITLE
    + "<script src='{script}'></script></head>",
    "old-navigation": "<head><script>Object.defineProperty(window, 'navigation', {{value: {{}}}})</script>"
    + TITLE
    + "<script src='{script}'></script></head>",
    "frozen": "<head><script>Object.freeze(History.prototype)</script><script type='module' src='{script}'></script>"
    + TITLE
    + "</head>",
    "clobbered": "<head><script src='{script}'></script></head><body><img name='title'>Hello.",
    "twice": "<head><script src='{script}'></script><script src='{script}?v=2'></script>"
    + TITLE
    + "</head><body>Hello."
    "<script src='{script}?site=shop'></script><script async src='{script}?site=shop'></script>",
    "stub": "<head>" + TITLE + "<script>window.foyer = window.foyer || function () {{ foyer.q.push(arguments) }}\n"
    "foyer.q = foyer.q || []</script></head><body>Hello.<script>foyer('event', 'early', {{at: 'once'}})</script>"
    "<script async src='{script}'></script>",
    "policy": "<head><meta http-equiv='Content-Security-Policy' content=\"connect-src 'self'; img-src *\">"
    + TITLE
    + "<script src='{script}'></script></head><body>Hello.",
    "sections": "<head>" + TITLE + "<script data-hash src='{script}'></script></head><body>"
    "<a id='link' href='#section'>Down</a><p id='section'>Here.",
    "relayed": "<head>" + TITLE + "<script src='{relay}/a.js'></script></head><body>Hello.",
    "relayed-policy": "<head><meta http-equiv='Content-Security-Policy' content=\"connect-src 'self'\">"
    + TITLE
    + "<script src='{relay}/a.js'></script></head><body>Hello.",
    "base": "<head><base href='http://elsewhere.test/deep/'><meta name=referrer content=no-referrer>"
    + TITLE
    + "<script src='{script}'></script></head>",
    "frames": "<head>" + TITLE + "</head><body><iframe src='http://" + NAME + ":{port}/end'></iframe>"
    "<iframe srcdoc=\"<script src='{script}'></script>\"></iframe>"
    "<iframe sandbox='allow-scripts' src='http://" + NAME + ":{port}/head'></iframe>",
    "expando": "<head><script>Object.prototype.extend = function () {{ return 1 }}</script>"
    + TITLE
    + "<script src='{script}'></script></head>",
    "drive": "<head>"
    + TITLE
    + "<script defer src='{script}'></script></head><body>Hello.<script src='{script}'></script>",
    "noscript": "<head>" + TITLE + "</head><body><noscript><img src='{image}'></noscript>",
    "prerender": "<head>" + TITLE + "<script src='{script}'></script><script type='speculationrules'>"
    '{{"prerender": [{{"source": "list", "urls": ["/end"], "eagerness": "immediate"}}]}}</script></head>'
    "<body><a href='/end'>On</a>",
}


class Page(RequestHandler):
    async def get(self, path: str) -> None:
        foyer, page = self.settings["foyer"], PAGES.get(path, PAGES["end"])
        image = f"{foyer}/a.gif?url=http://{NAME}/noscript&t=No%20script"
        website: Website = self.settings["website"]
        relay, change = f"http://{NAME}:{website.relay_port}", website.change
        html = page.format(
            path=path, script=f"{foyer}/a.js", image=image, relay=relay, change=change, port=website.port
        )
        website.requested.append(path)
        first, *more = html.split(WAIT)
        self.write("<!doctype html><html lang=en>" + first)
        for part in more:
            await self.flush()
            await self.settings["website"].may_go_on.wait()
            self.write(part)


class Relay(RequestHandler):
    """A proxy in front of Foyer, which fails as it is told to."""

    async def get(self, path: str) -> None:
        await self.relay_request(path, None)

    async def post(self, path: str) -> None:
        await self.relay_request(path, self.request.body)

    async def relay_request(self, path: str, body: bytes | None) -> None:
        website: Website = self.settings["website"]
        if path != "a.js":
            website.marks.append(b"&r=1" in (body or self.request.query.encode()))
        fault = website.faults.pop(0) if website.faults and path != "a.js" else ""
        self.set_header("Access-Control-Allow-Origin", "*")
        if fault == "closed":
            self.detach().close()
        elif fault.isdigit():
            self.set_status(int(fault))
        else:
            url = f"{self.settings['foyer']}/{path}?{self.request.query}"
            headers = {"User-Agent": self.request.headers["User-Agent"]}
            method = self.request.method or "GET"
            response = await AsyncHTTPClient().fetch(url, method=method, body=body, headers=headers)
            self.set_header("Content-Type", response.headers.get("Content-Type", "text/plain"))
            self.set_status(502 if fault == "lost" else response.code)
            if response.body and fault != "lost":
                self.write(response.body)


@dataclass
class Website:
    """A running website."""

    port: int  # on 127.0.0.2
    relay_port: int
    faults: list[str] = field(default_factory=list)  # a status, `lost` (after it was stored) or `closed`, for each hit
    change: str = ""  # a script that runs at the start of the page `early`
    marks: list[bool] = field(default_factory=list)  # whether each hit that came to the relay is marked as repeated
    requested: list[str] = field(default_factory=list)  # the paths of the pages that were requested
    may_go_on: asyncio.Event = field(default_factory=asyncio.Event)  # until it is set, the slow page stops half-way


@asynccontextmanager
async def website(foyer: str) -> AsyncIterator[Website]:
    """Runs a website whose pages carry the script of the Foyer at this address."""
    sockets, relay_sockets = (bind_sockets(0, "127.0.0.2") for _ in range(2))
    site = Website(sockets[0].getsockname()[1], relay_sockets[0].getsockname()[1])
    options = {"foyer": foyer, "website": site, "log_function": lambda handler: None}
    servers = [HTTPServer(Application([(r"/(.*)", handler)], **options)) for handler in (Page, Relay)]
    servers[0].add_sockets(sockets)
    servers[1].add_sockets(relay_sockets)
    yield site
    for server in servers:
        server.stop()
        await server.close_all_connections()
