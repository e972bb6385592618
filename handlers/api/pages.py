"""What the API says of itself: to programs, to people, and under addresses that are none."""

import json
from collections.abc import Sequence

from handlers.api.base import ForPrograms, Resource
from handlers.api.document import ROOT, document, example_of
from handlers.base.errors import HttpProblem
from handlers.base.handler import BaseHandler
from utilities.accounts.database.tokens import SCOPES


class OpenApi(ForPrograms):
    """The document."""

    def initialize(self, resources: Sequence[type[Resource]]) -> None:
        self.resources = resources

    def get(self) -> None:
        self.answer(json.dumps(document(self.resources)))

    head = get


class ApiPage(BaseHandler):
    """The same for people: each route with its parameters and something to try."""

    def initialize(self, resources: Sequence[type[Resource]]) -> None:
        self.resources = resources

    def get(self) -> None:
        whole = document(self.resources)
        self.page(
            "api.html",
            here="/api",
            root=ROOT,
            address=self.services.settings.address,
            operations=[
                (each.operation.method, each.path, example_of(each), whole["paths"][each.path][each.operation.method])
                for each in self.resources
            ],
            scopes=SCOPES,
            refusals=whole["components"]["responses"],
        )


class Missing(ForPrograms):
    """An address of the API that is none, for every method."""

    def answer_nothing(self) -> None:
        raise HttpProblem(404, "The API has no such address. /api lists those it has.")

    get = head = post = put = patch = delete = options = answer_nothing
