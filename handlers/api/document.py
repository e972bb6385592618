"""The OpenAPI 3.1 document, generated from the resources."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from handlers.api.base import ApiResource, Operation, RequestBody
from handlers.api.examples import build_example
from handlers.api.field_descriptions import describe_fields
from handlers.api.models import PagingParams, ProblemResponse, QueryParams, RangeParams
from handlers.base.errors import error_title
from handlers.base.permissions import TOKENS_ONLY
from handlers.base.problem_documents import PROBLEM_CONTENT_TYPE

API_ROOT = "/api/v1"
NAME_PATTERN = "[a-z0-9-]+"
NUMBER_PATTERN = "[0-9]{1,9}"
PATH_PARAMETERS: Mapping[str, tuple[str, str, str]] = {
    "board": (NAME_PATTERN, "office", "The name of a board."),
    "report": (NAME_PATTERN, "site-pages", "The name of a report."),
    "question": (NAME_PATTERN, "pages", "The name of a query of page views."),
    "takeover": (NUMBER_PATTERN, "1", "The number of a takeover, as in the answer that began it."),
    "screen": (NUMBER_PATTERN, "1", "The number of a paired screen."),
    "number": (NUMBER_PATTERN, "1", "The number of a token."),
    "tile": (NAME_PATTERN, "orders", "The name of a tile."),
    "dataset": (NAME_PATTERN, "sales", "The name of a dataset."),
}
"""The parameters of paths: a pattern, an example, and what each is."""

ERROR_DESCRIPTIONS = {
    400: "This document does not allow the request; `errors` names the parameters.",
    401: "No token, or an unknown one.",
    403: "The token has not the scope for this.",
    404: "There is nothing with this name.",
    409: "The answer has changed since the first page, or what is sent does not fit what is there.",
    413: "The body is too large.",
    415: "The body is of a type that is not accepted here.",
    422: "The request is well formed but has no answer; `errors` names the parameters.",
    429: "Too many requests in a minute, or too many reports with parameters at once.",
    503: "Something that Foyer needs does not answer.",
}
COMMON_ERRORS = (400, 401, 403, 429, 503)
RETRYABLE_ERRORS = (429, 503)  # these have Retry-After
PARAMETER_ERRORS = (400, 422)  # these name parameters

RATE_LIMIT_HEADERS = {
    "RateLimit-Policy": {
        "description": "The requests that a token may send in a minute; a session has none.",
        "schema": {"type": "string"},
        "example": '"minute";q=600;w=60',
    },
    "RateLimit": {
        "description": "The requests that are left (`r`), and the seconds until all of them are (`t`).",
        "schema": {"type": "string"},
        "example": '"minute";r=598;t=1',
    },
}
"""IETF draft httpapi-ratelimit-headers-11."""
RATE_LIMIT_REFERENCES = {name: {"$ref": f"#/components/headers/{name}"} for name in RATE_LIMIT_HEADERS}

API_DESCRIPTION = """Boards, reports and figures for programs. People make tokens at `/tokens`; a session may only read.
Times are RFC 3339. A `href` and a `next` are addresses on the same host. Errors are problem documents
(RFC 9457). Answers have an ETag; send it back as `If-None-Match`, and an unchanged answer is a 304."""

JsonObject = dict[str, Any]


def route_pattern(path: str) -> str:
    """Returns the regular expression of a path, for the router."""
    return re.escape(API_ROOT) + re.sub(r"\{(\w+)\}", lambda match: f"({PATH_PARAMETERS[match[1]][0]})", path)


def example_address(resource: type[ApiResource], operation: Operation) -> str:
    """Returns an address to try."""
    query = "?from=now-7d/d&to=now" if issubclass(operation.query, RangeParams) else ""
    if operation.method == "post":
        fields = operation.query.model_json_schema().get("properties", {})
        examples = [(name, each["examples"][0]) for name, each in fields.items() if "examples" in each]
        query = f"?{urlencode(examples[:1])}" if examples else ""
    return API_ROOT + re.sub(r"\{(\w+)\}", lambda match: PATH_PARAMETERS[match[1]][1], resource.path) + query


@cache
def openapi_document(resources: tuple[type[ApiResource], ...]) -> JsonObject:
    """Returns the document for these resources."""
    operations = [operation for each in resources for operation in each.operations()]
    answers = {each.response for each in operations if each.response} | {ProblemResponse}
    bodies = {model for each in operations if each.body for model in each.body.types.values() if model}
    ordered: list[type[BaseModel]] = sorted(answers, key=lambda model: model.__name__)
    _, schemas = models_json_schema(
        [*((model, "serialization") for model in ordered), *((model, "validation") for model in bodies)],
        ref_template="#/components/schemas/{model}",
    )
    describe_fields(schemas["$defs"])
    models = schemas["$defs"]
    return {
        "openapi": "3.1.0",
        "info": {"title": "Foyer", "version": "1", "description": API_DESCRIPTION},
        "servers": [{"url": API_ROOT}],
        "paths": {
            each.path: {one.method: operation_object(each, one, models) for one in each.operations()}
            for each in resources
        },
        "components": {
            "schemas": models,
            "headers": RATE_LIMIT_HEADERS,
            "responses": {
                str(status): error_response(status, words, models) for status, words in ERROR_DESCRIPTIONS.items()
            },
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Made at `/tokens`, with one or more scopes.",
                },
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "__Host-foyer",
                    "description": "The session of a person.",
                },
            },
        },
    }


def operation_object(resource: type[ApiResource], operation: Operation, models: JsonObject) -> JsonObject:
    """Returns the description of one operation."""
    writes = bool(resource.write_scope) and operation.method != "get"
    token: JsonObject = {"token": [resource.write_scope if writes else resource.scope]}
    body = {"requestBody": request_body(operation.body)} if operation.body else {}
    return {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": operation.about,
        "security": [token] if writes or resource.allow == TOKENS_ONLY else [token, {"session": []}],
        "parameters": [*path_parameters(resource.path), *query_parameters(operation.query)],
        **body,
        "responses": dict(operation_responses(resource, operation, models)),
    }


def request_body(body: RequestBody) -> JsonObject:
    """Returns the description of what a request carries."""
    content = {
        media_type: {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}, "example": body.example}
        if model
        else {"schema": {"type": "string"}}
        for media_type, model in body.types.items()
    }
    return {"description": body.about, "required": True, "content": content}


def path_parameters(path: str) -> Iterator[JsonObject]:
    """Yields the parameters in braces."""
    for name in re.findall(r"\{(\w+)\}", path):
        pattern, example, words = PATH_PARAMETERS[name]
        is_number = pattern == NUMBER_PATTERN
        schema: JsonObject = {"type": "string", "pattern": f"^{pattern}$"}
        if is_number:
            schema = {"type": "integer", "minimum": 0, "maximum": 999_999_999}
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "description": words,
            "schema": schema,
            "example": int(example) if is_number else example,
        }


def query_parameters(query: type[QueryParams]) -> Iterator[JsonObject]:
    """Yields the parameters of the query, with examples."""
    model = query.model_json_schema()
    for name, schema in model.get("properties", {}).items():
        shortened = {key: value for key, value in schema.items() if key not in ("title", "description", "examples")}
        if shortened.get("default") == "":
            del shortened["default"]
        parameter: JsonObject = {"name": name, "in": "query", "description": schema["description"], "schema": shortened}
        if name in model.get("required", ()):
            parameter["required"] = True
        if "examples" in schema and name != "cursor":  # an invented cursor is refused
            parameter["example"] = schema["examples"][0]
        yield parameter


def operation_responses(
    resource: type[ApiResource], operation: Operation, models: JsonObject
) -> Iterator[tuple[str, JsonObject]]:
    """Yields the status and the description of each possible answer."""
    if operation.response is None:
        yield "204", {"description": "Done.", "headers": RATE_LIMIT_REFERENCES}
    else:
        schema = {"$ref": f"#/components/schemas/{operation.response.__name__}"}
        content = {"application/json": {"schema": schema, "example": build_example(schema, models)}}
        headers = {"ETag": {"description": "Of this answer.", "schema": {"type": "string"}}, **RATE_LIMIT_REFERENCES}
        yield "200", {"description": operation.summary, "headers": headers, "content": content}
        unchanged = "Unchanged since the ETag in `If-None-Match`."
        yield "304", {"description": unchanged, "headers": RATE_LIMIT_REFERENCES}
    not_found = [404] if "{" in resource.path else []
    paged = [409, 422] if issubclass(operation.query, PagingParams) else []
    sent = [422] if operation.method == "post" else []
    pushed = [409, 413, 415, 422] if operation.body else []
    for status in sorted({*COMMON_ERRORS, *not_found, *paged, *sent, *pushed}):
        yield str(status), {"$ref": f"#/components/responses/{status}"}


def error_response(status: int, words: str, models: JsonObject) -> JsonObject:
    """Returns the description of an error answer."""
    schema = {"$ref": "#/components/schemas/ProblemResponse"}
    title = error_title(status, None)
    example = {**build_example(schema, models), "title": title, "status": status, "detail": words}
    if status not in PARAMETER_ERRORS:
        example["errors"] = []
    headers: JsonObject = {}
    if status in RETRYABLE_ERRORS:
        headers["Retry-After"] = {"description": "Seconds.", "schema": {"type": "integer"}, "required": True}
    if status == 401:
        headers["WWW-Authenticate"] = {"schema": {"type": "string"}, "required": True}
    else:
        headers |= RATE_LIMIT_REFERENCES
    content = {PROBLEM_CONTENT_TYPE: {"schema": schema, "example": example}}
    return {"description": words, "headers": headers, "content": content}
