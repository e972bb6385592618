"""The API's description for programs and for people, and the answer to unknown addresses."""

import json
from functools import partial

from handlers.api.base import ApiHandler, ApiResource
from handlers.api.document import API_ROOT, example_address, openapi_document
from handlers.base.errors import HttpProblem
from handlers.base.handler import BaseHandler
from utilities.accounts.database.tokens import TOKEN_SCOPES


class OpenApiJson(ApiHandler):
    """The OpenAPI document."""

    def initialize(self, resources: tuple[type[ApiResource], ...]) -> None:
        self.resources = resources

    async def get(self) -> None:
        self.write_json(json.dumps(await self.run_in_worker(partial(openapi_document, self.resources))))

    head = get


class ApiPage(BaseHandler):
    """The same for people: each operation with its parameters and an example."""

    def initialize(self, resources: tuple[type[ApiResource], ...]) -> None:
        self.resources = resources

    async def get(self) -> None:
        document = await self.run_in_worker(partial(openapi_document, self.resources))
        await self.render_large_page(
            "api.html",
            here="/api",
            root=API_ROOT,
            address=self.services.settings.address,
            operations=[
                (one.method, each.path, example_address(each, one), document["paths"][each.path][one.method])
                for each in self.resources
                for one in each.operations()
            ],
            scopes=TOKEN_SCOPES,
            errors=document["components"]["responses"],
        )


class UnknownApiAddress(ApiHandler):
    """An address that the API does not have, for every method."""

    def refuse_request(self) -> None:
        raise HttpProblem(404, "The API has no such address. /api lists those it has.")

    get = head = post = put = patch = delete = options = refuse_request
