"""A website on another origin, whose pages include the script in every possible way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

NAME = "www.shop.test"
"""Chromium resolves every *.test to 127.0.0.2."""

TITLE = "<title>Of {path}</title>"
PAGES = {
    "end": "<head>" + TITLE + "</head><body>Hello.<script src='{script}'></script>",
    "head": "<head><script src='{script}'></script>" + TITLE + "</head><body>Hello.",
    "async": "<head><script async src='{script}'></script>" + TITLE + "</head><body>Hello.",
    "defer": "<head><script defer src='{script}'></script>" + TITLE + "</head><body>Hello.",
    "site": "<head>" + TITLE + "<script src='{script}?site=shop'></script></head><body>Hello.",
    "stranger": "<head>" + TITLE + "<script src='{script}?site=blog'></script></head><body>Hello.",
    "local": "<head>" + TITLE + "<script data-local src='{script}'></script></head><body>Hello.",
    "hash": "<head>" + TITLE + "<script data-hash src='{script}'></script></head><body>Hello.",
    "slow": "<head><script src='{script}'></script>|" + TITLE + "</head><body>Hello.|<p>At last.",
    "last": "<head>" + TITLE + "<script data-local src='{script}'></script></head><body>Hello.",
    "noscript": "<head>" + TITLE + "</head><body><noscript><img src='{image}'></noscript>",
    "prerender": "<head>" + TITLE + "<script src='{script}'></script><script type='speculationrules'>"
    '{{"prerender": [{{"source": "list", "urls": ["/end"], "eagerness": "immediate"}}]}}</script></head>'
    "<body><a href='/end'>On</a>",
}


class Page(RequestHandler):
    async def get(self, path: str) -> None:
        foyer, page = self.settings["foyer"], PAGES.get(path, PAGES["end"])
        image = f"{foyer}/a.gif?url=http://{NAME}/noscript&t=No%20script"
        html = page.format(path=path, script=f"{foyer}/a.js", image=image)
        self.settings["website"].requested.append(path)
        first, *more = html.split("|")
        self.write("<!doctype html><html lang=en>" + first)
        for part in more:
            await self.flush()
            await self.settings["website"].may_go_on.wait()
            self.write(part)


@dataclass
class Website:
    """A running website."""

    port: int  # on 127.0.0.2
    requested: list[str] = field(default_factory=list)  # the paths of the pages that were requested
    may_go_on: asyncio.Event = field(default_factory=asyncio.Event)  # until it is set, the slow page stops half-way


@asynccontextmanager
async def website(foyer: str) -> AsyncIterator[Website]:
    """Runs a website whose pages carry the script of the Foyer at this address."""
    sockets = bind_sockets(0, "127.0.0.2")
    site = Website(sockets[0].getsockname()[1])
    server = HTTPServer(Application([(r"/(.*)", Page)], foyer=foyer, website=site, log_function=lambda handler: None))
    server.add_sockets(sockets)
    yield site
    server.stop()
    await server.close_all_connections()
