"""Files from `static/`, kept for good by browsers when asked for by the hash of what is in them."""

from pathlib import Path

from tornado.web import HTTPError, StaticFileHandler

from handlers.base import BaseHandler

FOLDER = Path(__file__).resolve().parent.parent / "static"
PREFIX = "/static/"
PLACES = {"static_path": str(FOLDER), "static_url_prefix": PREFIX}
"""Not among the application's settings, where Tornado would add a route of its own for them."""

A_YEAR = 31536000


class Assets(BaseHandler, StaticFileHandler):
    """One file; its address carries its hash, which is what makes keeping it for good safe."""

    def parse_url_path(self, url_path: str) -> str:
        if "\0" in url_path:  # no file's name, and an error of the system's own for whoever looks
            raise HTTPError(404)
        return super().parse_url_path(url_path)

    def set_extra_headers(self, path: str) -> None:
        asked = self.get_query_argument("v", "")
        current = bool(asked) and asked == self.get_version(PLACES, path)
        self.set_header("Cache-Control", f"public, max-age={A_YEAR}, immutable" if current else "public, no-cache")

    def get_cache_time(self, path: str, modified: object, mime_type: str) -> int:
        return 0


def static_url(path: str) -> str:
    """The address of a file in `static/`, with its hash."""
    return Assets.make_static_url(PLACES, path)
