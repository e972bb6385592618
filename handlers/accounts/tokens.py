"""/tokens: where people make tokens for their programs, see which there are, and revoke them."""

import logging
from typing import Any, cast

from handlers.base.errors import HttpProblem
from handlers.base.handler import BaseHandler
from utilities.accounts.database.tokens import SCOPES, Made, Tokens
from utilities.model.errors import Overloaded, ParameterError
from utilities.model.formats import format_age
from utilities.model.principals import Person

log = logging.getLogger("foyer.tokens")


class TokensPage(BaseHandler):
    """What the pages of tokens share."""

    @property
    def tokens(self) -> Tokens:
        if self.door.programs is None:
            raise HttpProblem(503)
        return self.door.programs.tokens

    @property
    def who(self) -> str:
        """What the person is called in the list and in the log."""
        return cast(Person, self.principal).label

    async def show(self, **more: Any) -> None:
        told = {"secret": "", "fault": "", "name": "", "ticked": ("read",), **more}
        self.page("tokens.html", here="/api", tokens=await self.tokens.listed(), scopes=SCOPES, used=self.used, **told)

    def used(self, made: Made) -> str:
        """When a token was last here: `4 min ago`."""
        if made.last_used is None:
            return "never"
        age = format_age(max((self.services.clock() - made.last_used).total_seconds(), 0))
        return age if age == "now" else f"{age} ago"


class TokenList(TokensPage):
    """The tokens there are; a POST makes one more, and its answer is the only place where it is ever shown."""

    async def get(self) -> None:
        await self.show()

    async def post(self) -> None:
        name, scopes = self.get_body_argument("name", ""), self.get_body_arguments("scope")
        try:
            secret = await self.tokens.make(name, scopes, self.who)
        except (ParameterError, Overloaded) as error:
            self.set_status(422)
            await self.show(fault=str(error), name=name, ticked=scopes)
            return
        log.info("%s made a token that may %s", self.who, ", ".join(sorted(set(scopes))))
        await self.show(secret=secret)


class TokenRevoked(TokensPage):
    """The end of a token; one that is gone already stays gone."""

    async def post(self, number: str) -> None:
        made = await self.tokens.revoke(int(number))
        if made is not None:
            log.info("%s revoked token %d", self.who, made.number)
        self.redirect("/tokens", status=303)
