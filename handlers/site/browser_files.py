"""Files that browsers and crawlers request at fixed addresses."""

from typing import ClassVar

from handlers.base.handler import BaseHandler
from handlers.site.static_files import STATIC_FILES_FOLDER


class BrowserFile(BaseHandler):
    """Serves `body`, which browsers may store for a day."""

    content_type: ClassVar[str]
    body: ClassVar[bytes]

    def get(self) -> None:
        self.set_header("Content-Type", self.content_type)
        self.set_header("Cache-Control", "public, max-age=86400")
        self.finish(self.body)

    head = get


class IconFile(BrowserFile):
    """Serves the icon at /favicon.ico, for browsers that do not read the page's own link."""

    content_type = "image/svg+xml"
    body = (STATIC_FILES_FOLDER / "icon.svg").read_bytes()


class RobotsFile(BrowserFile):
    """Serves /robots.txt. Nothing here is for search engines, but they may load the script of pages they render."""

    content_type = "text/plain; charset=UTF-8"
    body = b"User-agent: *\nAllow: /a.js\nDisallow: /\n"
