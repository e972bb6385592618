"""A website on another origin, whose pages include the script in every possible way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

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
    "noscript": "<head>" + TITLE + "</head><body><noscript><img src='{image}'></noscript>",
    "prerender": "<head>" + TITLE + "<script src='{script}'></script><script type='speculationrules'>"
    '{{"prerender": [{{"source": "list", "urls": ["/end"], "eagerness": "immediate"}}]}}</script></head>'
    "<body><a href='/end'>On</a>",
}
PAUSE = 1.5  # seconds between two parts of the slow page


class Page(RequestHandler):
    async def get(self, path: str) -> None:
        foyer, page = self.settings["foyer"], PAGES.get(path, PAGES["end"])
        image = f"{foyer}/a.gif?url=http://{NAME}/noscript&t=No%20script"
        html = page.format(path=path, script=f"{foyer}/a.js", image=image)
        self.settings["requested"].append(path)
        first, *more = html.split("|")
        self.write("<!doctype html><html lang=en>" + first)
        for part in more:
            await self.flush()
            await asyncio.sleep(PAUSE)
            self.write(part)


@asynccontextmanager
async def website(foyer: str) -> AsyncIterator[int]:
    """Its port on 127.0.0.2; its pages carry the script of the Foyer at this address."""
    requested: list[str] = []
    server = HTTPServer(
        Application([(r"/(.*)", Page)], foyer=foyer, requested=requested, log_function=lambda handler: None)
    )
    sockets = bind_sockets(0, "127.0.0.2")
    server.add_sockets(sockets)
    yield sockets[0].getsockname()[1]
    server.stop()
    await server.close_all_connections()
