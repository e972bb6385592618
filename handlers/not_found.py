"""The page for an address under which nothing is kept."""

from handlers.base import BaseHandler
from handlers.errors import Refusal


class NotFound(BaseHandler):
    """Answers whatever no route matches, for every method."""

    def answer(self) -> None:
        raise Refusal(404)

    get = head = post = put = patch = delete = options = answer
