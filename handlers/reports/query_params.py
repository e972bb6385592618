"""What the address of a page at a desk says besides the report: the time, the order, the words that are looked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

PERIODS = (
    ("Today", "now/d", "now"),
    ("Yesterday", "now-1d/d", "now-1d/d"),
    ("7 days", "now-6d/d", "now"),
    ("28 days", "now-27d/d", "now"),
    ("90 days", "now-89d/d", "now"),
)
"""Offered where a report can be asked for another time: words, and both ends as Grafana writes them."""


@dataclass(frozen=True)
class Asked:
    """The whole state of such a page; what is left out stands in no link."""

    said: Mapping[str, str] = field(default_factory=dict)  # the report's own parameters
    compare: bool = False
    view: str = ""
    sort: str = ""  # a column's key, with `-` in front the greatest first
    q: str = ""
    part: int = 1

    @property
    def range(self) -> dict[str, str]:
        """What the figures depend on."""
        return {**self.said, **({"compare": "true"} if self.compare else {})}

    @property
    def fields(self) -> dict[str, str]:
        rest = {"view": self.view, "sort": self.sort, "q": self.q, "part": str(self.part) if self.part > 1 else ""}
        return self.range | {name: value for name, value in rest.items() if value}

    def link(self, **changes: Any) -> str:
        """The address of the same page with something else; from another part of the rows one begins at the first."""
        return query(replace(self, **{"part": 1, **changes}).fields) or "?"

    def at(self, first: str, last: str) -> str:
        """The address of the same page at another time; '' for both is the report's own."""
        rest = {name: value for name, value in self.said.items() if name not in ("from", "to")}
        return self.link(said=rest | ({"from": first, "to": last} if first else {}))

    def hidden(self, *without: str) -> dict[str, str]:
        """The fields that a form carries along which asks for others."""
        return {name: value for name, value in self.fields.items() if name not in (*without, "part")}

    @property
    def own_time(self) -> bool:
        """Whether the report is asked for the time it is about when nobody says."""
        return "from" not in self.said and "to" not in self.said

    @property
    def custom(self) -> bool:
        """Whether it is a time of one's own."""
        ends = (self.said.get("from", ""), self.said.get("to", ""))
        return not self.own_time and ends not in [(first, last) for _, first, last in PERIODS]


def query(said: Mapping[str, str]) -> str:
    return f"?{urlencode(said)}" if said else ""
