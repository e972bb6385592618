"""/tokens: people create, list and revoke tokens for their programs."""

import logging
from typing import Any, cast

from handlers.base.errors import HttpProblem
from handlers.base.handler import BaseHandler
from utilities.accounts.database.tokens import TOKEN_SCOPES, TokenRecord, TokenStore
from utilities.model.errors import Overloaded, ParameterError
from utilities.model.formats import format_age
from utilities.model.principals import Person

log = logging.getLogger("foyer.tokens")


NO_TOKENS_WITHOUT_SIGN_IN = (
    "Tokens cannot be made where nobody signs in. Set GOOGLE_CLIENT_ID, or TOKENS_WITHOUT_SIGN_IN=true if every "
    "program on this machine may make one."
)


class TokensPage(BaseHandler):
    """Base of the token pages."""

    @property
    def tokens(self) -> TokenStore:
        return self.authenticator.api_clients.tokens

    @property
    def person_name(self) -> str:
        """The name of the person in the list and in the log."""
        return self.person.label

    @property
    def person(self) -> Person:
        return cast(Person, self.principal)

    async def render_tokens(self, **more: Any) -> None:
        context = {"secret": "", "fault": "", "name": "", "ticked": ("read",), **more}
        self.render_page(
            "tokens.html",
            here="/api",
            tokens=await self.tokens.list_tokens(),
            scopes=TOKEN_SCOPES,
            can_make=self.authenticator.can_make_tokens,
            used=self.last_used_text,
            **context,
        )

    def last_used_text(self, made: TokenRecord) -> str:
        """Returns when a token was last used: `4 min ago`."""
        if made.last_used is None:
            return "never"
        age = format_age(max((self.services.clock() - made.last_used).total_seconds(), 0))
        return age if age == "now" else f"{age} ago"


class TokensListPage(TokensPage):
    """The list of tokens; a POST creates one, and only its answer shows the secret."""

    async def get(self) -> None:
        await self.render_tokens()

    async def post(self) -> None:
        if not self.authenticator.can_make_tokens:
            raise HttpProblem(403, NO_TOKENS_WITHOUT_SIGN_IN)
        name, scopes = self.get_body_argument("name", ""), self.get_body_arguments("scope")
        try:
            secret = await self.tokens.create_token(name, scopes, self.person)
        except (ParameterError, Overloaded) as error:
            self.set_status(422)
            await self.render_tokens(fault=str(error), name=name, ticked=scopes)
            return
        log.info("%s made a token that may %s", self.person_name, ", ".join(sorted(set(scopes))))
        await self.render_tokens(secret=secret)


class TokenRevokePage(TokensPage):
    """Revokes a token; revoking it again does nothing."""

    async def post(self, number: str) -> None:
        if await self.tokens.revoke_token(int(number)):
            log.info("%s revoked token %s", self.person_name, number)
        self.redirect("/tokens", status=303)
