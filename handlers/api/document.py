"""The OpenAPI 3.1 document, made of what the resources say of themselves."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from handlers.api.base import Operation, Resource
from handlers.api.models import Paging, ProblemTold, Query, Range
from handlers.api.problems import TYPE
from handlers.base.permissions import PROGRAMS

ROOT = "/api/v1"
NAME = "[a-z0-9-]+"
NUMBER = "[0-9]{1,9}"
PARTS: Mapping[str, tuple[str, str, str]] = {
    "board": (NAME, "office", "The name of a board."),
    "report": (NAME, "site-pages", "The name of a report."),
    "question": (NAME, "pages", "The name of a question."),
    "number": (NUMBER, "1", "The number of a token."),
}
"""What stands in braces in a path: its form, an example, and what it is."""

REFUSALS = {
    400: "The request is not one that this document allows; `errors` names the parameters.",
    401: "No token, or one that is not known.",
    403: "The token was not made for this.",
    404: "There is nothing of this name.",
    409: "What was asked for has changed since the first page.",
    422: "The request can be read, but not answered; `errors` names the parameters.",
    429: "Too many requests with this token in a minute.",
    503: "Something that Foyer needs does not answer.",
}
EVERYWHERE = (400, 401, 403, 429, 503)
WAITING = (429, 503)  # these say when to try again

ABOUT = """What Foyer knows, for programs. People make tokens at `/tokens`; a session may only read.
Times are RFC 3339. A `href` and a `next` are addresses on the same host. What goes wrong is told as a problem document
(RFC 9457). Answers carry an ETag; send it back as `If-None-Match`, and an unchanged answer costs a 304."""

Json = dict[str, Any]


def pattern_of(path: str) -> str:
    """What a router matches."""
    return re.escape(ROOT) + re.sub(r"\{(\w+)\}", lambda part: f"({PARTS[part[1]][0]})", path)


def example_of(resource: type[Resource]) -> str:
    """An address to try."""
    query = "?from=now-7d/d&to=now" if issubclass(resource.operation.query, Range) else ""
    return ROOT + re.sub(r"\{(\w+)\}", lambda part: PARTS[part[1]][1], resource.path) + query


def document(resources: Sequence[type[Resource]]) -> Json:
    answers = {each.operation.answer for each in resources if each.operation.answer} | {ProblemTold}
    ordered: list[type[BaseModel]] = sorted(answers, key=lambda model: model.__name__)
    _, schemas = models_json_schema(
        [(model, "serialization") for model in ordered], ref_template="#/components/schemas/{model}"
    )
    return {
        "openapi": "3.1.0",
        "info": {"title": "Foyer", "version": "1", "description": ABOUT},
        "servers": [{"url": ROOT}],
        "paths": {each.path: {each.operation.method: told(each, each.operation)} for each in resources},
        "components": {
            "schemas": schemas["$defs"],
            "responses": {str(status): refusal(status, words) for status, words in REFUSALS.items()},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "Made at `/tokens`, for some scopes."},
                "session": {"type": "apiKey", "in": "cookie", "name": "__Host-foyer", "description": "Of a person."},
            },
        },
    }


def told(resource: type[Resource], operation: Operation) -> Json:
    token: Json = {"token": [resource.scope]}
    return {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": operation.about,
        "security": [token] if resource.allow == PROGRAMS else [token, {"session": []}],
        "parameters": [*parts(resource.path), *parameters(operation.query)],
        "responses": dict(responses(resource, operation)),
    }


def parts(path: str) -> Iterator[Json]:
    for name in re.findall(r"\{(\w+)\}", path):
        form, example, words = PARTS[name]
        number = form == NUMBER
        schema: Json = {"type": "string", "pattern": f"^{form}$"}
        if number:
            schema = {"type": "integer", "minimum": 0, "maximum": 999_999_999}
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "description": words,
            "schema": schema,
            "example": int(example) if number else example,
        }


def parameters(query: type[Query]) -> Iterator[Json]:
    for name, schema in query.model_json_schema().get("properties", {}).items():
        kept = {key: value for key, value in schema.items() if key not in ("title", "description", "examples")}
        if kept.get("default") == "":
            del kept["default"]
        given: Json = {"name": name, "in": "query", "description": schema["description"], "schema": kept}
        if "examples" in schema and name != "cursor":  # nobody can have that cursor
            given["example"] = schema["examples"][0]
        yield given


def responses(resource: type[Resource], operation: Operation) -> Iterator[tuple[str, Json]]:
    if operation.answer is None:
        yield "204", {"description": "It is done."}
    else:
        schema = {"$ref": f"#/components/schemas/{operation.answer.__name__}"}
        yield (
            "200",
            {
                "description": operation.summary,
                "headers": {"ETag": {"schema": {"type": "string"}}},
                "content": {"application/json": {"schema": schema}},
            },
        )
        yield "304", {"description": "It is as it was when the ETag in `If-None-Match` was given."}
    named = [404] if "{" in resource.path else []
    paged = [409, 422] if issubclass(operation.query, Paging) else []
    for status in sorted([*EVERYWHERE, *named, *paged]):
        yield str(status), {"$ref": f"#/components/responses/{status}"}


def refusal(status: int, words: str) -> Json:
    content = {TYPE: {"schema": {"$ref": "#/components/schemas/ProblemTold"}}}
    whole: Json = {"description": words, "content": content}
    if status in WAITING:
        seconds = {"description": "Seconds.", "schema": {"type": "integer"}, "required": True}
        whole["headers"] = {"Retry-After": seconds}
    if status == 401:
        whole["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}, "required": True}}
    return whole
