"""The page for an address under which nothing is kept."""

from handlers.base.errors import Refusal
from handlers.base.handler import BaseHandler


class NotFound(BaseHandler):
    """Answers whatever no route matches, for every method."""

    def answer(self) -> None:
        raise Refusal(404)

    get = head = post = put = patch = delete = options = answer
