"""Tokens, for programs that look after them; only people make them."""

import logging
from typing import cast

from handlers.api.base import Operation, Readable, Resource
from handlers.api.models import Paging, TokenList, TokenTold
from handlers.base.authenticator import Programs
from handlers.base.errors import HttpProblem
from handlers.base.permissions import PROGRAMS
from utilities.accounts.database.tokens import Made
from utilities.model.principals import ApiClient as Program

log = logging.getLogger("foyer.tokens")


class TokenResource(Resource):
    """For programs only: people have /tokens."""

    allow = PROGRAMS
    scope = "admin"

    @property
    def programs(self) -> Programs:
        if self.door.programs is None:
            raise HttpProblem(503)
        return self.door.programs


class Tokens(TokenResource, Readable):
    path = "/tokens"
    operation = Operation(
        "listTokens", "The tokens there are", "The newest first, without their secrets.", TokenList, Paging
    )

    async def read(self, asked: Paging) -> TokenList:
        made = await self.programs.tokens.listed()
        shown, following = self.part(made, asked, [each.number for each in made])
        return TokenList(items=[entry(each) for each in shown], next=following)


class Token(TokenResource):
    path = "/tokens/{number}"
    operation = Operation("revokeToken", "Revoke a token", "At once, and for good.", None, method="delete")

    async def delete(self, number: str) -> None:
        self.asked()
        made = await self.programs.tokens.revoke(int(number))
        if made is None:
            raise HttpProblem(404, "There is no token of this number.")
        log.info("token %d revoked token %d", cast(Program, self.principal).number, made.number)
        self.set_status(204)


def entry(made: Made) -> TokenTold:
    return TokenTold(
        number=made.number,
        name=made.name,
        scopes=sorted(made.scopes),
        hint=made.hint,
        made_by=made.made_by,
        made_at=made.made_at,
        last_used=made.last_used,
    )
