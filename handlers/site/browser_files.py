"""Files that browsers and crawlers request at fixed addresses."""

from handlers.base.handler import BaseHandler
from handlers.site.static_files import STATIC_FILES_FOLDER

ICON = (STATIC_FILES_FOLDER / "icon.svg").read_bytes()
ROBOTS = b"User-agent: *\nAllow: /a.js\nDisallow: /\n"
"""Nothing here is for search engines, but they may load the script of the pages that they render."""


class IconFile(BaseHandler):
    """Serves the icon at /favicon.ico, for browsers that do not read the page's own link."""

    def get(self) -> None:
        self.set_header("Content-Type", "image/svg+xml")
        self.set_header("Cache-Control", "public, max-age=86400")
        self.finish(ICON)

    head = get


class RobotsFile(BaseHandler):
    """Serves /robots.txt."""

    def get(self) -> None:
        self.set_header("Content-Type", "text/plain; charset=UTF-8")
        self.set_header("Cache-Control", "public, max-age=86400")
        self.finish(ROBOTS)

    head = get
