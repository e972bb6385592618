"""Handlers that receive page views: the script, and the two addresses that it sends to."""

import gzip
import math
from collections.abc import Callable
from itertools import islice
from typing import cast

from tornado.escape import parse_qs_bytes
from tornado.httputil import HTTPHeaders

from handlers.base.handler import BaseHandler
from handlers.base.permissions import ANYONE, Route
from handlers.site.static_files import STATIC_FILES_FOLDER
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
from utilities.pageviews.collect.beacon import (
    MAX_BEACON_FIELDS,
    BeaconPayload,
    MissingUrl,
    first_fields,
    parse_beacon_body,
    parse_beacon_query,
)
from utilities.pageviews.collect.collector import Collector

TRACKING_SCRIPT = (STATIC_FILES_FOLDER / "a.js").read_bytes()
TRACKING_SCRIPT_GZIP = gzip.compress(TRACKING_SCRIPT, 9, mtime=0)
PIXEL_GIF = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00"
    b",\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
"""One transparent pixel: 43 bytes."""

CROSS_ORIGIN_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "private, no-cache",
}
CLASSIFIER_HEADERS = {
    name.title(): name for name in ("sec-gpc", "dnt", "sec-purpose", "purpose", "x-purpose", "x-moz", "accept-language")
}
"""The request headers that the classifier gets, to detect bots, prefetches and privacy signals. Never a cookie."""

HIT_ERROR_STATUSES: dict[type[FoyerError], int] = {
    BadHit: 400,
    MissingUrl: 400,
    TooLarge: 413,
    UnknownSite: 404,
    ForeignHost: 403,
    TooFast: 429,
    Overloaded: 503,
    StoreDown: 503,
}
OVERLOAD_RETRY_SECONDS = 1.0  # a full buffer has usually been written by then
TEXT_CONTENT_TYPE = "text/plain; charset=UTF-8"


def hit_error_status(error: FoyerError) -> tuple[int, float]:
    """Returns the status for a rejected hit, and the seconds after which to retry; 0 for no retry."""
    status = HIT_ERROR_STATUSES[type(error)]
    if isinstance(error, TooFast):
        return status, error.retry_after
    return status, OVERLOAD_RETRY_SECONDS if status == 503 else 0.0


def classifier_headers(headers: HTTPHeaders) -> dict[str, str]:
    """Returns the headers that the classifier needs, with lower-case names."""
    return {CLASSIFIER_HEADERS[name]: headers[name] for name in headers if name in CLASSIFIER_HEADERS}


def parse_pixel_query(query: str) -> BeaconPayload:
    """Parses the query string of the pixel; raises HitRejected."""
    return parse_beacon_query(parse_qs_bytes(first_fields(query), keep_blank_values=True))


def parse_or_count(parse_payload: Callable[[], BeaconPayload], collector: Collector) -> BeaconPayload:
    """Returns the payload; counts a request that cannot be parsed as dropped, and raises HitRejected."""
    try:
        return parse_payload()
    except HitRejected as error:
        collector.count_rejected(error)
        raise


def collect_routes() -> list[Route]:
    """Returns the routes, the busiest first: Tornado tries them in order."""
    return [
        Route(r"/a\.gif", PixelHandler, ANYONE, through_proxies=True),
        Route(r"/a", CollectHandler, ANYONE, any_origin=True, through_proxies=True),
        Route(r"/a\.js", ScriptHandler, ANYONE, through_proxies=True),
    ]


class BeaconHandler(BaseHandler):
    """Ignores cookies and accepts every origin. No page, no ETag, and no log line, which would contain an address."""

    writes_access_log = False

    def set_default_headers(self) -> None:
        super().set_default_headers()
        self._headers.update(CROSS_ORIGIN_HEADERS)

    def compute_etag(self) -> None:
        return None

    def wants_problem(self) -> bool:
        return True

    async def collect_hit(self, parse_payload: Callable[[], BeaconPayload]) -> bool:
        """Whether the hit is stored or was dropped; if not, the error response is finished."""
        headers, collector = self.request.headers, cast(Collector, self.settings["collector"])
        try:
            payload = parse_or_count(parse_payload, collector)
            await collector.collect_hit(
                payload, self.client_address, headers.get("User-Agent", ""), classifier_headers(headers)
            )
        except (HitRejected, Overloaded, StoreDown) as error:
            self.finish_with_error(error)
            return False
        return True

    def finish_with_error(self, error: FoyerError) -> None:
        """Finishes with a short response without a body: a client may send many bad hits."""
        status, retry_seconds = hit_error_status(error)
        self.set_status(status)
        if retry_seconds:
            self.set_header("Retry-After", str(math.ceil(retry_seconds)))
        self.set_header("Content-Type", TEXT_CONTENT_TYPE)
        self.finish()


class PixelHandler(BeaconHandler):
    """Receives a page view as a request for an image: from browsers without scripts or whose beacon was blocked."""

    async def get(self) -> None:
        if await self.collect_hit(self.parse_payload):
            self.set_header("Content-Type", "image/gif")
            self.finish(PIXEL_GIF)

    def parse_payload(self) -> BeaconPayload:
        return parse_pixel_query(self.request.query)

    def finish_with_error(self, error: FoyerError) -> None:
        super().finish_with_error(UnknownSite("no page") if isinstance(error, MissingUrl) else error)


class CollectHandler(BeaconHandler):
    """Receives a page view or an event as a body: from `sendBeacon`, as a form or as a JSON object."""

    async def post(self) -> None:
        if await self.collect_hit(self.parse_payload):
            self.set_status(204)
            self.finish()

    def parse_payload(self) -> BeaconPayload:
        is_form_data = self.request.headers.get("Content-Type", "").lower().startswith("multipart/form-data")
        if is_form_data and (fields := self.request.body_arguments):
            return parse_beacon_query(dict(islice(fields.items(), MAX_BEACON_FIELDS)))
        return parse_beacon_body(self.request.body)

    def options(self) -> None:
        self.set_header("Access-Control-Allow-Methods", "POST")
        self.set_header("Access-Control-Allow-Headers", "Content-Type")
        self.set_header("Access-Control-Max-Age", "86400")
        self.set_status(204)
        self.finish()


class ScriptHandler(BeaconHandler):
    """Serves the script. It is the same for every site: the script reads its site from its own address."""

    def get(self) -> None:
        self.set_header("Content-Type", "text/javascript; charset=UTF-8")
        self.set_header("Cache-Control", "public, max-age=3600")
        self.set_header("Vary", "Accept-Encoding")
        accepts_gzip = "gzip" in self.request.headers.get("Accept-Encoding", "")
        if accepts_gzip:
            self.set_header("Content-Encoding", "gzip")
        self.finish(TRACKING_SCRIPT_GZIP if accepts_gzip else TRACKING_SCRIPT)

    head = get
