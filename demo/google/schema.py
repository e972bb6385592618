"""Validation of bodies: only the keys, types and enum values in Google's own description of its API."""

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any

from demo.google.refusal import Refusal

Schema = dict[str, Any]


@cache
def read_schemas(document: str) -> dict[str, Schema]:
    """Reads the messages of an API from the description in Google's client."""
    folder = files("googleapiclient.discovery_cache") / "documents"
    result: dict[str, Schema] = json.loads((folder / f"{document}.json").read_text("utf-8"))["schemas"]
    return result


def parse_message(body: bytes, document: str, message: str) -> dict[str, Any]:
    """Returns the body as a message with camelCase keys; raises Refusal with all its errors."""
    try:
        result = json.loads(body or b"{}")
    except ValueError as error:
        raise Refusal(400, "Invalid JSON payload received. Unexpected token.\n" + str(error)) from error
    faults: list[tuple[str, str]] = []
    checked = Reader(read_schemas(document), faults, folds=document.startswith("searchconsole")).read_message(
        result, message, ""
    )
    if faults:
        violations = [({"field": field} if field else {}) | {"description": text} for field, text in faults]
        kind = "type.googleapis.com/google.rpc.BadRequest"
        text = "\n".join(text for _, text in faults)
        raise Refusal(400, text, [{"@type": kind, "fieldViolations": violations}])
    return dict(checked)


class Reader:
    """Checks a body against its schema and collects the errors."""

    def __init__(self, schemas: dict[str, Schema], faults: list[tuple[str, str]], *, folds: bool) -> None:
        self.schemas = schemas
        self.folds = folds
        self.faults = faults

    def read_message(self, value: Any, name: str, path: str) -> Any:
        if not isinstance(value, dict):
            return self.record_error(value, path, f"type.googleapis.com/{name}")
        properties = self.schemas[name].get("properties", {})
        result = {}
        for key, inner in value.items():
            own = camel_case(key)
            if own not in properties:
                where = f" at '{path}'" if path else ""
                text = f'Invalid JSON payload received. Unknown name "{key}"{where}: Cannot find field.'
                self.faults.append((path, text))
            elif inner is not None:
                result[own] = self.read_value(inner, properties[own], f"{path}.{snake_case(own)}".lstrip("."))
        return result

    def read_value(self, value: Any, schema: Schema, path: str) -> Any:
        if "$ref" in schema:
            return self.read_message(value, schema["$ref"], path)
        if schema["type"] == "array":
            if not isinstance(value, list):
                value = [value]
            return [self.read_value(inner, schema["items"], f"{path}[{place}]") for place, inner in enumerate(value)]
        if "enum" in schema:
            return self.read_enum(value, schema, path)
        return self.read_scalar(value, schema, path)

    def read_enum(self, value: Any, schema: Schema, path: str) -> Any:
        """Accepts an enum value by name, by number, and for Search Console in lower case as well."""
        if isinstance(value, int) and 0 <= value < len(schema["enum"]):
            return schema["enum"][value]
        name = str(value).upper() if self.folds else value
        if name in schema["enum"]:
            return name
        return self.record_error(value, path, "TYPE_ENUM")

    def read_scalar(self, value: Any, schema: Schema, path: str) -> Any:
        expected, form = schema["type"], schema.get("format", "")
        if form in ("int64", "int32"):
            is_integer = isinstance(value, int) and not isinstance(value, bool)
            fits = is_integer or (isinstance(value, str) and re.fullmatch(r"-?\d+", value) is not None)
            return int(value) if fits else self.record_error(value, path, f"TYPE_{form.upper()}")
        if expected == "boolean":
            return value if isinstance(value, bool) else self.record_error(value, path, "TYPE_BOOL")
        if expected == "number":
            try:
                return float(value)
            except (TypeError, ValueError):
                return self.record_error(value, path, "TYPE_DOUBLE")
        return value if isinstance(value, str) else self.record_error(value, path, "TYPE_STRING")

    def record_error(self, value: Any, path: str, kind: str) -> None:
        shown = json.dumps(value, ensure_ascii=False)
        self.faults.append((path, f"Invalid value at '{path}' ({kind}), {shown}"))


def camel_case(name: str) -> str:
    """Accepts both spellings, `dateRanges` and `date_ranges`."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def snake_case(name: str) -> str:
    return re.sub(r"([A-Z])", lambda match: "_" + match.group(1).lower(), name)
