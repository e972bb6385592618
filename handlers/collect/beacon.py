"""Where page views come in: the script that sends them, and the two addresses it sends them to."""

import gzip
import math
from collections.abc import Callable
from typing import cast

from tornado.httputil import HTTPHeaders

from handlers.base.handler import BaseHandler
from handlers.base.permissions import EVERYONE, Route
from handlers.site.static_files import FOLDER
from utilities.model.errors import (
    BadHit,
    ForeignHost,
    FoyerError,
    HitRejected,
    Overloaded,
    StoreDown,
    TooFast,
    TooLarge,
    UnknownSite,
)
from utilities.pageviews.collect.beacon import MOST_BYTES, NoUrl, Said, of_body, of_query
from utilities.pageviews.collect.collector import Collector

SCRIPT = (FOLDER / "a.js").read_bytes()
ZIPPED = gzip.compress(SCRIPT, 9, mtime=0)
GIF = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00"
    b",\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
"""One transparent pixel: 43 bytes."""

TO_ANYBODY = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "private, no-cache",
}
TELLING = {
    name.title(): name for name in ("sec-gpc", "dnt", "sec-purpose", "purpose", "x-purpose", "x-moz", "accept-language")
}
"""The headers that are handed on: for what tells a bot, a prefetch or a wish for privacy. Never a cookie."""

STATUSES: dict[type[FoyerError], int] = {
    BadHit: 400,
    NoUrl: 400,
    TooLarge: 413,
    UnknownSite: 404,
    ForeignHost: 403,
    TooFast: 429,
    Overloaded: 503,
    StoreDown: 503,
}
PATIENCE = 1.0  # seconds after which a full buffer has usually been written
PLAIN = "text/plain; charset=UTF-8"


def answer_to(error: FoyerError) -> tuple[int, float]:
    """The status for a hit that was not taken in, and the seconds after which to try again; 0 for none."""
    status = STATUSES[type(error)]
    return status, error.retry_after if isinstance(error, TooFast) else PATIENCE if status == 503 else 0.0


def telling(headers: HTTPHeaders) -> dict[str, str]:
    """What of a request's headers is handed on."""
    return {TELLING[usual]: headers[usual] for usual in headers if usual in TELLING}


def collecting_routes() -> list[Route]:
    """Where they are; the busiest first, for Tornado tries one after the other."""
    return [
        Route(r"/a\.gif", Pixel, EVERYONE),
        Route(r"/a", Collect, EVERYONE, any_origin=True),
        Route(r"/a\.js", Script, EVERYONE),
    ]


class Beacon(BaseHandler):
    """Blind to cookies, open to every origin, and quick: no page, no log line (it would keep an address), no ETag."""

    logged = False

    def set_default_headers(self) -> None:
        super().set_default_headers()
        self._headers.update(TO_ANYBODY)

    def compute_etag(self) -> None:
        return None

    def wants_json(self) -> bool:
        return True

    async def collect(self, read: Callable[[], Said]) -> bool:
        """Whether the hit is safe on disk; if not, the answer is that already."""
        headers = self.request.headers
        try:
            said = read()
            await cast(Collector, self.settings["collector"]).take(
                said, self.client, headers.get("User-Agent", ""), telling(headers)
            )
        except (HitRejected, Overloaded, StoreDown) as error:
            self.refuse(error)
            return False
        return True

    def refuse(self, error: FoyerError) -> None:
        """An answer that costs little: whoever sends nonsense may send much of it."""
        status, wait = answer_to(error)
        self.set_status(status)
        if wait:
            self.set_header("Retry-After", str(math.ceil(wait)))
        self.set_header("Content-Type", PLAIN)
        self.finish()


class Pixel(Beacon):
    """A page view as an image: for browsers without scripts, and those whose beacon is turned away."""

    async def get(self) -> None:
        if await self.collect(self.said):
            self.set_header("Content-Type", "image/gif")
            self.finish(GIF)

    def said(self) -> Said:
        if len(self.request.query) > MOST_BYTES:
            raise TooLarge("the query is too long")
        return of_query(self.request.query_arguments)

    def refuse(self, error: FoyerError) -> None:
        super().refuse(UnknownSite("no page") if isinstance(error, NoUrl) else error)


class Collect(Beacon):
    """A page view or an event as a body: what `sendBeacon` sends, a form, or a JSON object."""

    async def post(self) -> None:
        if await self.collect(lambda: of_body(self.request.body)):
            self.set_status(204)
            self.finish()

    def options(self) -> None:
        self.set_header("Access-Control-Allow-Methods", "POST")
        self.set_header("Access-Control-Allow-Headers", "Content-Type")
        self.set_header("Access-Control-Max-Age", "86400")
        self.set_status(204)
        self.finish()


class Script(Beacon):
    """The script, the same for everybody: which site it speaks for it reads from its own address."""

    def get(self) -> None:
        self.set_header("Content-Type", "text/javascript; charset=UTF-8")
        self.set_header("Cache-Control", "public, max-age=3600")
        self.set_header("Vary", "Accept-Encoding")
        zipped = "gzip" in self.request.headers.get("Accept-Encoding", "")
        if zipped:
            self.set_header("Content-Encoding", "gzip")
        self.finish(ZIPPED if zipped else SCRIPT)

    head = get
