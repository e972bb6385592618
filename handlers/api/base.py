"""What every resource of the API shares: the check of what is asked, and the form of what is answered."""

import gzip
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeVar
from urllib.parse import urlencode

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from handlers.api.models import Paging, Query
from handlers.api.paging import part
from handlers.api.problems import TYPE, ApiProblem, problem
from handlers.base.handler import BaseHandler
from handlers.base.permissions import READERS, Allowed
from utilities.model.principals import ApiClient

Item = TypeVar("Item")

WORTH_ZIPPING = 1024  # bytes
LATER = "10"  # seconds until it is worth trying again, where nobody knows better
WORDS = {
    "extra_forbidden": "is no parameter here; {allowed}",
    "string_too_short": "must not be empty",
    "string_too_long": "must be at most {max_length} characters long",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
}


@dataclass(frozen=True)
class Operation:
    """One thing that may be asked of a resource."""

    name: str
    summary: str
    about: str
    answer: type[BaseModel] | None  # None has no body: 204
    query: type[Query] = Query
    method: str = "get"


class ForPrograms(BaseHandler):
    """Tells errors as problem documents, and sends nobody to sign in."""

    for_programs = True

    def tell(self, status: int, title: str, sentence: str, error: BaseException | None) -> None:
        if status == 503 and "Retry-After" not in self._headers:
            self.set_header("Retry-After", LATER)
        self.set_header("Content-Type", TYPE)
        self.finish(problem(status, sentence, error))

    def answer(self, text: str) -> None:
        """Finishes with JSON; zipped for programs that take it, never for browsers.

        A page elsewhere can make a browser ask, and strangers choose titles and paths: who then sees how long a zipped
        answer is can guess what else is in it (BREACH). No browser sends a token by itself.
        """
        self.set_header("Content-Type", "application/json")
        self.set_header("Cache-Control", "private, no-cache")
        self.set_header("Vary", "Accept-Encoding, Authorization, Cookie")
        body, takes = text.encode(), "gzip" in self.request.headers.get("Accept-Encoding", "")
        if takes and isinstance(self.principal, ApiClient) and len(body) >= WORTH_ZIPPING:
            self.set_header("Content-Encoding", "gzip")
            body = gzip.compress(body, 5, mtime=0)
        self.finish(body)


class Resource(ForPrograms):
    """One address, of which one thing may be asked."""

    path: ClassVar[str]  # below ROOT, its parts in braces
    operation: ClassVar[Operation]
    allow: ClassVar[Allowed] = READERS
    scope: ClassVar[str] = "read"

    def asked(self) -> Query:
        """The query, checked against the operation's; ApiProblem 400 names what is wrong."""
        try:
            given = {name: [each.decode() for each in values] for name, values in self.request.query_arguments.items()}
        except UnicodeDecodeError:
            raise ApiProblem(400, {"query": "the query must be UTF-8"}) from None
        twice = {named(name): f"`{named(name)}` is given twice" for name, values in given.items() if len(values) > 1}
        if twice:
            raise ApiProblem(400, twice)
        try:
            return self.operation.query.model_validate({name: values[0] for name, values in given.items()})
        except ValidationError as error:
            known = [each.alias or name for name, each in self.operation.query.model_fields.items()]
            faults = error.errors(include_url=False, include_input=False)
            raise ApiProblem(400, dict(fault(each, known) for each in faults)) from None

    def part(self, items: Sequence[Item], asked: Paging, edition: object) -> tuple[Sequence[Item], str | None]:
        """One page of these, and the address of the next."""
        shown, cursor = part(items, asked.limit, asked.cursor, (self.request.path, edition))
        if cursor is None:
            return shown, None
        said = {name: values[0] for name, values in self.request.query_arguments.items()} | {"cursor": cursor}
        return shown, f"{self.request.path}?{urlencode(said)}"


class Readable(Resource):
    """What is asked with GET; `read` is handed the query and the parts of the address, and answers."""

    read: Callable[..., Awaitable[BaseModel]]

    async def get(self, *parts: str) -> None:
        self.answer((await self.read(self.asked(), *parts)).model_dump_json())

    head = get


def named(name: str) -> str:
    """A parameter's name as it may be repeated."""
    return name if re.fullmatch(r"[A-Za-z0-9_.\[\]-]{1,40}", name) else "?"


def fault(error: ErrorDetails, known: Sequence[str]) -> tuple[str, str]:
    """The parameter, and a sentence that names it and says what is allowed."""
    name = named(str(error["loc"][0]) if error["loc"] else "")
    allowed = f"there are {', '.join(known)}" if known else "there are none"
    words = WORDS.get(error["type"], "").format(allowed=allowed, **error.get("ctx", {}))
    return name, f"`{name}` {words or error['msg'].removeprefix('Value error, ')}"
