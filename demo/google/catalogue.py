"""The list of fields, and which of them are compatible."""

import re
from collections.abc import Mapping
from typing import Any

from demo.google import checks
from demo.google.dimensions import DIMENSIONS
from demo.google.metrics import METRICS
from demo.google.refusal import Refusal


def spoken(name: str) -> str:
    """Returns the words of a name: `sessionSource` is `Session source`."""
    return re.sub(r"(?<=[a-z])([A-Z])", lambda match: " " + match.group(1).lower(), name).capitalize()


def dimension(name: str) -> dict[str, str]:
    return {"apiName": name, "uiName": spoken(name), "description": f"{spoken(name)}.", "category": "Other"}


def metric(name: str) -> dict[str, str]:
    return {
        "apiName": name,
        "uiName": spoken(name),
        "description": f"{spoken(name)}.",
        "type": METRICS[name].type,
        "category": "Other",
    }


def metadata(number: str) -> dict[str, Any]:
    """Answers getMetadata."""
    return {
        "name": f"properties/{number}/metadata",
        "dimensions": [dimension(name) for name in sorted(DIMENSIONS)],
        "metrics": [metric(name) for name in sorted(METRICS)],
    }


def compatibility(request: Mapping[str, Any]) -> dict[str, Any]:
    """Answers checkCompatibility: every field, and whether it can be added to the request."""
    checks.check_fields(request, checks.CORE)
    dims, mets = checks.names(request, "dimensions"), checks.names(request, "metrics")
    if checks.incompatible(dims, mets):
        raise Refusal(400, "The dimensions and metrics are incompatible.")

    def word(clash: str) -> str:
        return "INCOMPATIBLE" if clash else "COMPATIBLE"

    expected = request.get("compatibilityFilter", "")
    of_dimensions = [
        {"dimensionMetadata": dimension(name), "compatibility": word(checks.incompatible([*dims, name], mets))}
        for name in sorted(DIMENSIONS)
    ]
    of_metrics = [
        {"metricMetadata": metric(name), "compatibility": word(checks.incompatible(dims, [*mets, name]))}
        for name in sorted(METRICS)
    ]
    return {
        "dimensionCompatibilities": [one for one in of_dimensions if expected in ("", one["compatibility"])],
        "metricCompatibilities": [one for one in of_metrics if expected in ("", one["compatibility"])],
    }
