"""Google's front end: the page for every path and method without a handler."""

import json
from typing import Any

from demo.faults import FaultyHandler
from demo.google.refusal import Refusal, error_page


class FrontHandler(FaultyHandler):
    """Answers 404 with a page, never 405 and never JSON."""

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        if status_code in (404, 405):
            self.set_status(404)
            self.set_header("Content-Type", "text/html; charset=UTF-8")
            self.finish(error_page(404, "Not Found", self.request.path))
        else:
            self.set_header("Content-Type", "application/json; charset=UTF-8")
            self.finish(json.dumps(Refusal(500).body(), indent=2))


class NothingHereHandler(FrontHandler):
    """Handles all paths without a handler."""

    def get(self) -> None:
        self.write_error(404)

    post = put = delete = patch = head = options = get
