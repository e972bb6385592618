"""The page for unknown addresses."""

from handlers.base.errors import HttpProblem
from handlers.base.handler import BaseHandler


class NotFound(BaseHandler):
    """Handles every request that no route matches, for every method."""

    def answer(self) -> None:
        raise HttpProblem(404)

    get = head = post = put = patch = delete = options = answer
