"""Files from `static/`, kept for good by browsers when asked for by the hash of what is in them."""

import asyncio
import gzip
from functools import lru_cache
from pathlib import Path

from tornado.web import HTTPError, StaticFileHandler

from handlers.base.handler import BaseHandler

STATIC_FILES_FOLDER = Path(__file__).resolve().parents[2] / "static"
STATIC_URL_PREFIX = "/static/"
STATIC_SETTINGS = {"static_path": str(STATIC_FILES_FOLDER), "static_url_prefix": STATIC_URL_PREFIX}
"""Not among the application's settings, where Tornado would add a route of its own for them."""

MAX_AGE_SECONDS = 31536000
COMPRESSIBLE_SUFFIXES = (".css", ".js", ".svg")
"""What is shorter zipped; fonts are already."""


class StaticFiles(BaseHandler, StaticFileHandler):
    """One file; its address carries its hash, which is what makes keeping it for good safe."""

    def parse_url_path(self, url_path: str) -> str:
        if "\0" in url_path:  # no file's name, and an error of the system's own for whoever looks
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
        """Weak: the same for a file and for the same file zipped."""
        etag = super().compute_etag()
        return f"W/{etag}" if etag else None

    def set_extra_headers(self, path: str) -> None:
        asked = self.get_query_argument("v", "")
        current = bool(asked) and asked == self.get_version(STATIC_SETTINGS, path)
        self.set_header(
            "Cache-Control", f"public, max-age={MAX_AGE_SECONDS}, immutable" if current else "public, no-cache"
        )

    def get_cache_time(self, path: str, modified: object, mime_type: str) -> int:
        return 0


@lru_cache(maxsize=100)
def gzip_file(file: str, modified: object) -> bytes:
    """On a thread: a large script takes a moment."""
    return gzip.compress(Path(file).read_bytes(), 9, mtime=0)


def static_url(path: str) -> str:
    """The address of a file in `static/`, with its hash."""
    return StaticFiles.make_static_url(STATIC_SETTINGS, path)
