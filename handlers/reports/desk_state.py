"""The state of a desk page in its address: report parameters, view, sort order, search words and table page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast
from urllib.parse import urlencode

from utilities.model.time_ranges import COMPARED_STEP_DAYS, Comparison

PERIODS = (
    ("Today", "now/d", "now"),
    ("Yesterday", "now-1d/d", "now-1d/d"),
    ("Last 7 days", "now-6d/d", "now"),
    ("Last 28 days", "now-27d/d", "now"),
    ("Last 90 days", "now-89d/d", "now"),
    ("This month", "now/M", "now"),
)
"""Offered where a report has a range: the label, and both ends as Grafana writes them."""


@dataclass(frozen=True)
class DeskState:
    """The state of a desk page; defaults are left out of its links."""

    params: Mapping[str, str] = field(default_factory=dict)  # of the report
    compare: Comparison = False
    view: str = ""
    series: str = ""  # the key of the column that is drawn
    sort: str = ""  # a column's key, with `-` in front for descending order
    q: str = ""
    page: int = 1  # of the table

    @property
    def report_params(self) -> dict[str, str]:
        """The parameters that the figures depend on."""
        return {**self.params, **compare_params(self.compare)}

    @property
    def fields(self) -> list[tuple[str, str]]:
        """All parameters of the address. `page` is there twice when the report is filtered by a page too."""
        rest = {
            "view": self.view,
            "series": self.series,
            "sort": self.sort,
            "q": self.q,
            "page": str(self.page) if self.page > 1 else "",
        }
        return [*self.report_params.items(), *((name, value) for name, value in rest.items() if value)]

    def link(self, **changes: Any) -> str:
        """Returns the address of the same page with these changes; back at the first page of the table."""
        return query_string(replace(self, **{"page": 1, **changes}).fields) or "?"

    def without(self, *names: str) -> str:
        """Returns the address of the same page without these parameters of the report."""
        return self.link(params={name: value for name, value in self.params.items() if name not in names})

    def with_range(self, first: str, last: str) -> str:
        """Returns the address of the same page for another range; '' and '' for the report's own."""
        rest = {name: value for name, value in self.params.items() if name not in ("from", "to")}
        return self.link(params=rest | ({"from": first, "to": last} if first else {}))

    def hidden_inputs(self, *without: str) -> list[tuple[str, str]]:
        """Returns the parameters that a form for the named ones has to carry along."""
        return [(name, value) for name, value in replace(self, page=1).fields if name not in without]

    @property
    def has_default_range(self) -> bool:
        """Whether the report has the range that it has on walls."""
        return "from" not in self.params and "to" not in self.params


def parse_comparison(text: str) -> Comparison:
    """Returns the comparison that the parameter of an address names; False for any other text."""
    return cast(Comparison, text) if text in COMPARED_STEP_DAYS else text == "true"


def parse_compare_param(value: object) -> object:
    """Returns the comparison. Raises ValueError for other words."""
    if value not in ("true", "false", *COMPARED_STEP_DAYS):
        raise ValueError("must be true, false, week or year")
    return value if value in COMPARED_STEP_DAYS else value == "true"


def compare_params(comparison: Comparison) -> dict[str, str]:
    """Returns the parameter of a comparison as an address has it."""
    return {"compare": comparison if isinstance(comparison, str) else "true"} if comparison else {}


def query_string(fields: Mapping[str, str] | Sequence[tuple[str, str]]) -> str:
    """Returns `?` and the parameters, '' without any."""
    return f"?{urlencode(fields)}" if fields else ""
