"""Rows that other people wrote, from packages of the index: what is a machine, and on what device people look.

crawleruseragents  PyPI `crawler-user-agents` 1.67.0 (MIT): 2,123 user-agents of machines
device_detector    PyPI `device-detector` 6.5.1, Matomo's fixtures (LGPL-3.0-or-later): 1,348 machines, 36,000 people
"""

import importlib.util
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml


def folder_of(package: str) -> Path:
    """Where a package is, without running it; skips the test when it is not installed."""
    found = importlib.util.find_spec(package)
    if found is None or not found.origin:
        pytest.skip(f"needs the fixtures of {package}: pip install -r requirements-dev.txt")
    return Path(found.origin).parent


@cache
def crawlers() -> tuple[str, ...]:
    """User-agents of machines, by people who collect them."""
    listed = json.loads((folder_of("crawleruseragents") / "crawler-user-agents.json").read_text(encoding="utf-8"))
    return tuple(agent for each in listed for agent in each["instances"])


@cache
def detected(name: str) -> tuple[dict[str, Any], ...]:
    """Rows of one of Matomo's files: `user_agent`, and what it is."""
    file = folder_of("device_detector") / "tests" / "fixtures" / "upstream" / f"{name}.yml"
    rows: list[dict[str, Any]] = yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return tuple(rows)


def browsers(*names: str) -> Iterator[dict[str, Any]]:
    """Those rows that a page with a script can come from: no libraries, and no apps that only fetch."""
    for name in names:
        for row in detected(name):
            if row["user_agent"].startswith("Mozilla/") and (row.get("client") or {}).get("type") == "browser":
                yield row
