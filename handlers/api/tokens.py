"""/api/v1/tokens: tokens for programs that administer them; only people make them."""

import logging
from typing import cast

from handlers.api.base import ApiResource, Operation, ReadableResource
from handlers.api.models import PagingParams, TokenListResponse, TokenResponse
from handlers.base.authenticator import ApiClients
from handlers.base.errors import HttpProblem
from handlers.base.permissions import TOKENS_ONLY
from utilities.accounts.database.tokens import TokenRecord
from utilities.model.principals import ApiClient

log = logging.getLogger("foyer.tokens")


class TokenAdminResource(ApiResource):
    """Base of the token resources; for programs only, people have /tokens."""

    allow = TOKENS_ONLY
    scope = "admin"

    @property
    def programs(self) -> ApiClients:
        return self.authenticator.api_clients


class TokensResource(TokenAdminResource, ReadableResource):
    path = "/tokens"
    operation = Operation(
        "listTokens", "The tokens", "The newest first, without their secrets.", TokenListResponse, PagingParams
    )

    async def build_response(self, params: PagingParams) -> TokenListResponse:
        tokens = await self.programs.tokens.list_tokens()
        page, following = self.paginate(tokens, params, [each.number for each in tokens])
        return TokenListResponse(items=[token_response(each) for each in page], next=following)


class TokenResource(TokenAdminResource):
    path = "/tokens/{number}"
    operation = Operation("revokeToken", "Revoke a token", "At once, and for good.", None, method="delete")

    async def delete(self, number: str) -> None:
        self.parse_query()
        if not await self.programs.tokens.revoke_token(int(number)):
            raise HttpProblem(404, "There is no token of this number.")
        log.info("token %d revoked token %s", cast(ApiClient, self.principal).number, number)
        self.set_status(204)


def token_response(token: TokenRecord) -> TokenResponse:
    return TokenResponse(
        number=token.number,
        name=token.name,
        scopes=sorted(token.scopes),
        hint=token.hint,
        made_by=token.made_by,
        made_at=token.made_at,
        last_used=token.last_used,
    )
