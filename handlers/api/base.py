"""Shared by every resource of the API: checks of requests, and the form of answers."""

import gzip
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from handlers.api.models import PagingParams, QueryParams
from handlers.api.paging import PagedItem, paginate_items
from handlers.api.problems import ApiProblem
from handlers.base.handler import BaseHandler
from handlers.base.permissions import PEOPLE_AND_TOKENS, PrincipalTypes
from handlers.reports.handler import safe_param_name
from utilities.model.principals import ApiClient

MIN_GZIP_BYTES = 1024
ERROR_WORDS = {
    "extra_forbidden": "is no parameter here; {allowed}",
    "string_too_short": "must not be empty",
    "string_too_long": "must be at most {max_length} characters long",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
}
"""Our own words for types of pydantic errors."""


@dataclass(frozen=True)
class RequestBody:
    """What a request carries: for each media type the model of its JSON, or None for text such as CSV."""

    about: str
    types: Mapping[str, type[BaseModel] | None]
    example: object


@dataclass(frozen=True)
class Operation:
    """The operation of a resource, as the OpenAPI document has it."""

    name: str
    summary: str
    about: str
    response: type[BaseModel] | None  # None has no body: 204
    query: type[QueryParams] = QueryParams
    method: str = "get"
    body: RequestBody | None = None


class ApiHandler(BaseHandler):
    """Answers errors as problem documents, and redirects nobody to sign in."""

    never_redirects = True

    def wants_problem(self) -> bool:
        return True

    def write_json(self, text: str) -> None:
        """Finishes with JSON, compressed for programs that accept it and never for browsers.

        A foreign page can make a browser send requests, and strangers choose titles and paths: who then sees the length
        of a compressed answer can guess the rest of it (BREACH). No browser sends a token by itself.
        """
        self.set_header("Content-Type", "application/json")
        self.set_header("Cache-Control", "private, no-cache")
        self.set_header("Vary", "Accept-Encoding, Authorization, Cookie")
        body, accepts_gzip = text.encode(), "gzip" in self.request.headers.get("Accept-Encoding", "")
        if accepts_gzip and isinstance(self.principal, ApiClient) and len(body) >= MIN_GZIP_BYTES:
            self.set_header("Content-Encoding", "gzip")
            body = gzip.compress(body, 5, mtime=0)
        self.finish(body)


class ApiResource(ApiHandler):
    """One path of the API with its operations, one for each method."""

    path: ClassVar[str]  # below API_ROOT, with parameters in braces
    operation: ClassVar[Operation]
    other_operations: ClassVar[tuple[Operation, ...]] = ()
    allow: ClassVar[PrincipalTypes] = PEOPLE_AND_TOKENS
    scope: ClassVar[str] = "read"
    write_scope: ClassVar[str] = ""  # of other methods than GET, where one path has several

    @classmethod
    def operations(cls) -> tuple[Operation, ...]:
        """Returns all operations of this path."""
        return cls.operation, *cls.other_operations

    def parse_query(self) -> QueryParams:
        """Returns the query parameters, checked. Raises ApiProblem 400, which names those that are wrong."""
        method = (self.request.method or "").lower().replace("head", "get")
        operation = next((each for each in self.operations() if each.method == method), self.operation)
        try:
            values = {name: [each.decode() for each in raw] for name, raw in self.request.query_arguments.items()}
        except UnicodeDecodeError:
            raise ApiProblem(400, {"query": "the query must be UTF-8"}) from None
        repeated = [safe_param_name(name) for name, several in values.items() if len(several) > 1]
        if repeated:
            raise ApiProblem(400, {name: f"`{name}` appears twice" for name in repeated})
        try:
            return operation.query.model_validate({name: several[0] for name, several in values.items()})
        except ValidationError as error:
            accepted = [each.alias or name for name, each in operation.query.model_fields.items()]
            details = error.errors(include_url=False, include_input=False)
            raise ApiProblem(400, dict(describe_fault(each, accepted) for each in details)) from None

    def paginate(
        self, items: Sequence[PagedItem], params: PagingParams, version: object
    ) -> tuple[Sequence[PagedItem], str | None]:
        """Returns one page of the items, and the address of the next, None at the end."""
        page, cursor = paginate_items(items, params.limit, params.cursor, (self.request.path, version))
        return page, None if cursor is None else self.next_address(cursor)

    def next_address(self, cursor: str) -> str:
        """Returns the address of the page that begins at a cursor."""
        query: dict[str, bytes | str] = {name: values[0] for name, values in self.request.query_arguments.items()}
        return f"{self.request.path}?{urlencode(query | {'cursor': cursor})}"


class ReadableResource(ApiResource):
    """A resource with GET; `build_response` gets the query and the parameters of the path."""

    build_response: Callable[..., Awaitable[BaseModel]]

    async def get(self, *path_params: str) -> None:
        self.write_json((await self.build_response(self.parse_query(), *path_params)).model_dump_json())

    head = get


def describe_fault(error: ErrorDetails, accepted: Sequence[str]) -> tuple[str, str]:
    """Returns the name of the parameter, and a sentence with what is allowed."""
    name = safe_param_name(str(error["loc"][0]) if error["loc"] else "")
    allowed = f"there are {', '.join(accepted)}" if accepted else "there are none"
    words = ERROR_WORDS.get(error["type"], "").format(allowed=allowed, **error.get("ctx", {}))
    return name, f"`{name}` {words or error['msg'].removeprefix('Value error, ')}"
