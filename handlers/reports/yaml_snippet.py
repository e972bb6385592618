"""What somebody pastes into a board file to see on a wall what they see at their desk."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

import yaml

from utilities.reports import Report

PLACES = {"number": [1, 1, 3, 3]}
USUAL_PLACE = [1, 1, 6, 6]
UNITS = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))


def tile(report: Report, view: str) -> str:
    """A tile of the report as it is."""
    return written({"tiles": [{"report": report.name, "view": view, "place": Flow(PLACES.get(view, USUAL_PLACE))}]})


def inline(report: Report, view: str) -> str:
    """A report of the board's own, for another time or site, and its tile."""
    name = f"{report.name.partition('.')[0]}-here"
    own: dict[str, Any] = {"title": report.title, "source": report.sources[0], **different(report.ask)}
    own |= {key: dict(value) for key, value in (("headings", report.headings), ("ranks", report.ranks)) if value}
    own |= {"pace": spelt(report.refresh_every.total_seconds()), "stale": spelt(report.stale_after.total_seconds())}
    place = Flow(PLACES.get(view, USUAL_PLACE))
    return written({"reports": {name: own}, "tiles": [{"report": name, "view": view, "place": place}]})


def different(ask: Any) -> dict[str, Any]:
    """The fields of an ask that are not as they are when nobody says."""
    said: Mapping[str, Any] = asdict(ask)
    return {each.name: plain(said[each.name]) for each in fields(ask) if said[each.name] != each.default}


def plain(value: Any) -> Any:
    return Flow(value) if isinstance(value, list | tuple) else value


def spelt(seconds: float) -> str:
    """`90s`, `5m`, as board files write it."""
    size, unit = next((size, unit) for size, unit in UNITS if seconds % size == 0 or size == 1)
    return f"{max(1, round(seconds / size))}{unit}"


class Flow(list[Any]):
    """A list on one line."""


class Dumper(yaml.SafeDumper):
    """Writes what board files say."""


def on_one_line(dumper: yaml.SafeDumper, value: Flow) -> yaml.Node:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", list(value), flow_style=True)


Dumper.add_representer(Flow, on_one_line)


def written(said: Mapping[str, Any]) -> str:
    return yaml.dump(dict(said), Dumper=Dumper, sort_keys=False, allow_unicode=True, width=100)
