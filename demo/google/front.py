"""The front end before all of Google: a page for every path and method that nobody answers."""

import json
from typing import Any

from demo.faults import FaultyHandler
from demo.google.refusal import Refusal, page


class FrontHandler(FaultyHandler):
    """Says 404 with a page where others would say 405, and never with JSON."""

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        if status_code in (404, 405):
            self.set_status(404)
            self.set_header("Content-Type", "text/html; charset=UTF-8")
            self.finish(page(404, "Not Found", self.request.path))
        else:
            self.set_header("Content-Type", "application/json; charset=UTF-8")
            self.finish(json.dumps(Refusal(500).body(), indent=2))


class NothingHereHandler(FrontHandler):
    """Every path that nobody answers."""

    def get(self) -> None:
        self.write_error(404)

    post = put = delete = patch = head = options = get
