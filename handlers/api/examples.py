"""Example answers, made of the examples of their fields."""

from collections.abc import Mapping
from typing import Any

DATE_EXAMPLE = "2026-11-27"
EXAMPLES_OF_TYPES: Mapping[str, Any] = {"string": "", "integer": 1, "number": 1.0, "boolean": True, "null": None}


def build_example(schema: Mapping[str, Any], models: Mapping[str, Any]) -> Any:
    """Returns a value that the JSON schema allows: its own example where it has one.

    `models` are the schemas that a `$ref` names, by the last part of its address.
    """
    if "examples" in schema:
        return schema["examples"][0]
    if "$ref" in schema:
        return build_example(models[schema["$ref"].rpartition("/")[2]], models)
    for first_of in ("enum", "anyOf"):
        if first_of in schema:
            option = schema[first_of][0]
            return build_example(option, models) if isinstance(option, Mapping) else option
    if "properties" in schema:
        return {name: build_example(field, models) for name, field in schema["properties"].items()}
    if schema.get("type") == "array":
        return [build_example(schema["items"], models)]
    if schema.get("format") == "date":
        return DATE_EXAMPLE
    return EXAMPLES_OF_TYPES[schema["type"]]
