"""The lines for a board file that show on a wall what a desk page shows."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from types import MappingProxyType
from typing import Any

import yaml

from utilities.rendering.views import View
from utilities.reports import Report

NO_OPTIONS: Mapping[str, Any] = MappingProxyType({})
DURATION_UNITS = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))


def tile_yaml(report: Report, view: View, options: Mapping[str, Any] = NO_OPTIONS) -> str:
    """Returns the YAML of a tile for a report as it is."""
    return dump_yaml({"tiles": [tile_fields(report.name, view, options)]})


def board_report_yaml(report: Report, view: View, options: Mapping[str, Any] = NO_OPTIONS) -> str:
    """Returns the YAML of a report defined in the board file, for another range or site, and of its tile."""
    name = f"{report.name.partition('.')[0]}-here"
    definition: dict[str, Any] = {"title": report.title, "source": report.sources[0], **changed_fields(report.query)}
    definition |= {key: dict(value) for key, value in (("headings", report.headings), ("ranks", report.ranks)) if value}
    definition |= {
        "pace": board_duration(report.refresh_every.total_seconds()),
        "stale": board_duration(report.stale_after.total_seconds()),
    }
    return dump_yaml({"reports": {name: definition}, "tiles": [tile_fields(name, view, options)]})


def tile_fields(report: str, view: View, options: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the fields of a tile in the top left corner of a board."""
    tile = {"report": report, "view": view.name, "place": InlineList((1, 1, *view.grid_size))}
    return tile | ({"options": {name: inline_lists(value) for name, value in options.items()}} if options else {})


def changed_fields(query: Any) -> dict[str, Any]:
    """Returns the fields of a report's query that differ from their defaults."""
    values: Mapping[str, Any] = asdict(query)
    return {each.name: inline_lists(values[each.name]) for each in fields(query) if values[each.name] != each.default}


def inline_lists(value: Any) -> Any:
    return InlineList(value) if isinstance(value, list | tuple) else value


def board_duration(seconds: float) -> str:
    """Returns seconds as board files write them: `90s`, `5m`."""
    size, unit = next((size, unit) for size, unit in DURATION_UNITS if seconds % size == 0 or size == 1)
    return f"{max(1, round(seconds / size))}{unit}"


class InlineList(list[Any]):
    """A list that YAML writes on one line."""


class BoardDumper(yaml.SafeDumper):
    """Writes YAML for board files."""


def represent_inline(dumper: yaml.SafeDumper, value: InlineList) -> yaml.Node:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", list(value), flow_style=True)


BoardDumper.add_representer(InlineList, represent_inline)


def dump_yaml(content: Mapping[str, Any]) -> str:
    return yaml.dump(dict(content), Dumper=BoardDumper, sort_keys=False, allow_unicode=True, width=100)
