"""Whether a body has only the keys, types and enum values that Google's own description of its API allows."""

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any

from demo.google.refusal import Refusal

Schema = dict[str, Any]


@cache
def schemas(document: str) -> dict[str, Schema]:
    """The messages of an API, from the description that ships with Google's client."""
    folder = files("googleapiclient.discovery_cache") / "documents"
    found: dict[str, Schema] = json.loads((folder / f"{document}.json").read_text("utf-8"))["schemas"]
    return found


def parsed(body: bytes, document: str, message: str) -> dict[str, Any]:
    """The body as a message with camelCase keys; Refusal with everything that is wrong with it."""
    try:
        found = json.loads(body or b"{}")
    except ValueError as error:
        raise Refusal(400, "Invalid JSON payload received. Unexpected token.\n" + str(error)) from error
    faults: list[tuple[str, str]] = []
    checked = Reader(schemas(document), faults, folds=document.startswith("searchconsole")).message(found, message, "")
    if faults:
        violations = [({"field": field} if field else {}) | {"description": text} for field, text in faults]
        kind = "type.googleapis.com/google.rpc.BadRequest"
        text = "\n".join(text for _, text in faults)
        raise Refusal(400, text, [{"@type": kind, "fieldViolations": violations}])
    return dict(checked)


class Reader:
    """Walks a body along its schema and collects what does not fit."""

    def __init__(self, schemas: dict[str, Schema], faults: list[tuple[str, str]], *, folds: bool) -> None:
        self.schemas = schemas
        self.folds = folds
        self.faults = faults

    def message(self, value: Any, name: str, path: str) -> Any:
        if not isinstance(value, dict):
            return self.wrong(value, path, f"type.googleapis.com/{name}")
        properties = self.schemas[name].get("properties", {})
        found = {}
        for key, inner in value.items():
            own = camel(key)
            if own not in properties:
                where = f" at '{path}'" if path else ""
                text = f'Invalid JSON payload received. Unknown name "{key}"{where}: Cannot find field.'
                self.faults.append((path, text))
            elif inner is not None:
                found[own] = self.value(inner, properties[own], f"{path}.{snake(own)}".lstrip("."))
        return found

    def value(self, value: Any, schema: Schema, path: str) -> Any:
        if "$ref" in schema:
            return self.message(value, schema["$ref"], path)
        if schema["type"] == "array":
            if not isinstance(value, list):
                value = [value]
            return [self.value(inner, schema["items"], f"{path}[{place}]") for place, inner in enumerate(value)]
        if "enum" in schema:
            return self.enum(value, schema, path)
        return self.scalar(value, schema, path)

    def enum(self, value: Any, schema: Schema, path: str) -> Any:
        """By name, by number, and in Search Console in small letters as well."""
        if isinstance(value, int) and 0 <= value < len(schema["enum"]):
            return schema["enum"][value]
        name = str(value).upper() if self.folds else value
        if name in schema["enum"]:
            return name
        return self.wrong(value, path, "TYPE_ENUM")

    def scalar(self, value: Any, schema: Schema, path: str) -> Any:
        wanted, form = schema["type"], schema.get("format", "")
        if form in ("int64", "int32"):
            whole = isinstance(value, int) and not isinstance(value, bool)
            fits = whole or (isinstance(value, str) and re.fullmatch(r"-?\d+", value) is not None)
            return int(value) if fits else self.wrong(value, path, f"TYPE_{form.upper()}")
        if wanted == "boolean":
            return value if isinstance(value, bool) else self.wrong(value, path, "TYPE_BOOL")
        if wanted == "number":
            try:
                return float(value)
            except (TypeError, ValueError):
                return self.wrong(value, path, "TYPE_DOUBLE")
        return value if isinstance(value, str) else self.wrong(value, path, "TYPE_STRING")

    def wrong(self, value: Any, path: str, kind: str) -> None:
        shown = json.dumps(value, ensure_ascii=False)
        self.faults.append((path, f"Invalid value at '{path}' ({kind}), {shown}"))


def camel(name: str) -> str:
    """Both spellings are good: `dateRanges` and `date_ranges`."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def snake(name: str) -> str:
    return re.sub(r"([A-Z])", lambda match: "_" + match.group(1).lower(), name)
