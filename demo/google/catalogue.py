"""The list of fields, and which of them are compatible."""

import re
from collections.abc import Mapping
from typing import Any

from demo.google import checks
from demo.google.dimensions import DIMENSIONS
from demo.google.metrics import METRICS
from demo.google.refusal import Refusal


def display_name(name: str) -> str:
    """Returns the words of a name: `sessionSource` is `Session source`."""
    return re.sub(r"(?<=[a-z])([A-Z])", lambda match: " " + match.group(1).lower(), name).capitalize()


def describe_dimension(name: str) -> dict[str, str]:
    return {"apiName": name, "uiName": display_name(name), "description": f"{display_name(name)}.", "category": "Other"}


def describe_metric(name: str) -> dict[str, str]:
    return {
        "apiName": name,
        "uiName": display_name(name),
        "description": f"{display_name(name)}.",
        "type": METRICS[name].type,
        "category": "Other",
    }


def list_fields(number: str) -> dict[str, Any]:
    """Answers getMetadata."""
    return {
        "name": f"properties/{number}/metadata",
        "dimensions": [describe_dimension(name) for name in sorted(DIMENSIONS)],
        "metrics": [describe_metric(name) for name in sorted(METRICS)],
    }


def check_compatibility(request: Mapping[str, Any]) -> dict[str, Any]:
    """Answers checkCompatibility: every field, and whether it can be added to the request."""
    checks.check_fields(request, checks.CORE)
    dims, mets = checks.field_names(request, "dimensions"), checks.field_names(request, "metrics")
    if checks.incompatible_field(dims, mets):
        raise Refusal(400, "The dimensions and metrics are incompatible.")

    def compatibility(dimensions: list[str], metrics: list[str]) -> str:
        return "INCOMPATIBLE" if checks.incompatible_field(dimensions, metrics) else "COMPATIBLE"

    expected = request.get("compatibilityFilter", "")
    of_dimensions = [
        {
            "dimensionMetadata": describe_dimension(name),
            "compatibility": compatibility([*dims, name], mets),
        }
        for name in sorted(DIMENSIONS)
    ]
    of_metrics = [
        {
            "metricMetadata": describe_metric(name),
            "compatibility": compatibility(dims, [*mets, name]),
        }
        for name in sorted(METRICS)
    ]
    return {
        "dimensionCompatibilities": [one for one in of_dimensions if expected in ("", one["compatibility"])],
        "metricCompatibilities": [one for one in of_metrics if expected in ("", one["compatibility"])],
    }
