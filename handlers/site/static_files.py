"""Files from `static/`; browsers cache them for a year when the address has the hash of the content."""

import asyncio
import gzip
from functools import lru_cache
from pathlib import Path

from tornado.web import HTTPError, StaticFileHandler

from handlers.base.handler import BaseHandler

STATIC_FILES_FOLDER = Path(__file__).resolve().parents[2] / "static"
STATIC_URL_PREFIX = "/static/"
STATIC_SETTINGS = {"static_path": str(STATIC_FILES_FOLDER), "static_url_prefix": STATIC_URL_PREFIX}
"""Not in the settings of the application: Tornado would add its own route for them."""

MAX_AGE_SECONDS = 31536000
FONT_AGE_SECONDS = 86400  # style sheets name fonts without a hash, and a font hardly ever changes
COMPRESSIBLE_SUFFIXES = (".css", ".js", ".svg")
"""Fonts are compressed already."""


class StaticFiles(BaseHandler, StaticFileHandler):
    """One file; the hash in its address makes a long cache time safe."""

    def parse_url_path(self, url_path: str) -> str:
        if "\0" in url_path:  # never in a file name; the operating system would raise its own error
            raise HTTPError(404)
        return super().parse_url_path(url_path)

    async def get(self, path: str, include_body: bool = True) -> None:
        if not path.endswith(COMPRESSIBLE_SUFFIXES):
            await super().get(path, include_body)
            return
        self.set_header("Vary", "Accept-Encoding")
        if not (self.accepts_gzip and include_body):
            await super().get(path, include_body)
            return
        self.path = self.parse_url_path(path)
        self.absolute_path = self.validate_absolute_path(self.root, self.get_absolute_path(self.root, self.path))
        self.modified = self.get_modified_time()
        self.set_headers()
        if self.should_return_304():
            self.set_status(304)
            return
        self.clear_header("Accept-Ranges")
        self.set_header("Content-Encoding", "gzip")
        self.finish(await asyncio.to_thread(gzip_file, str(self.absolute_path), self.modified))

    def compute_etag(self) -> str | None:
        """Returns a weak tag: the same for a file and its compressed form."""
        etag = super().compute_etag()
        return f"W/{etag}" if etag else None

    def set_extra_headers(self, path: str) -> None:
        version = self.get_query_argument("v", "")
        current = bool(version) and version == self.get_version(STATIC_SETTINGS, path)
        unversioned = f"public, max-age={FONT_AGE_SECONDS}" if path.endswith(".woff2") else "public, no-cache"
        self.set_header("Cache-Control", f"public, max-age={MAX_AGE_SECONDS}, immutable" if current else unversioned)

    def get_cache_time(self, path: str, modified: object, mime_type: str) -> int:
        return 0


@lru_cache(maxsize=100)
def gzip_file(file: str, modified: object) -> bytes:
    """Returns the compressed file; runs in a thread, because a large script takes a moment."""
    return gzip.compress(Path(file).read_bytes(), 9, mtime=0)


def static_url(path: str) -> str:
    """Returns the address of a file in `static/`, with its hash."""
    return StaticFiles.make_static_url(STATIC_SETTINGS, path)
