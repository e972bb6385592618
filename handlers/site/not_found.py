"""The page for unknown addresses."""

from contextlib import suppress

from handlers.base.errors import HttpProblem
from handlers.base.handler import BaseHandler
from utilities.model.errors import StateDown


class NotFound(BaseHandler):
    """Handles every request that no route matches, for every method."""

    async def answer(self) -> None:
        if self.wants_html() and not self.wants_problem():
            await self.identify_reader()
        raise HttpProblem(404)

    async def identify_reader(self) -> None:
        """Gives the page of a person the usual navigation; nobody's needs none."""
        with suppress(StateDown):
            if self.bearer_token is None:
                self.principal = await self.identify_principal()

    get = head = post = put = patch = delete = options = answer
