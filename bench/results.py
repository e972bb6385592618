"""What a measurement says, and the table it goes into."""

import json
import time
from dataclasses import dataclass

from bench.processes import get

REPORTS = ("active-now", "top-pages", "people-sources", "google-countries")


@dataclass(frozen=True)
class Result:
    """One promise: a figure, how it must stand to its bound (`<=`, `>=`, or '' for none), and the raw numbers."""

    what: str
    figure: float
    must: str
    bound: float
    raw: str

    @property
    def kept(self) -> bool:
        return not self.must or (self.figure <= self.bound if self.must == "<=" else self.figure >= self.bound)

    def row(self) -> str:
        sign = {"<=": "≤ ", ">=": "≥ "}.get(self.must, "")
        promise = f"{sign}{self.bound:g}" if self.must else "–"
        kept = ("yes" if self.kept else "**no**") if self.must else "–"
        return f"| {self.what} | {self.figure:.2f} | {promise} | {kept} | {self.raw} |"


def settle(address: str, seconds: float = 20.0) -> None:
    """Waits until the office's reports have answered."""
    deadline = time.monotonic() + seconds
    for report in REPORTS:
        while json.loads(get(f"{address}/reports/{report}.json"))["state"] != "live":
            if time.monotonic() > deadline:
                raise SystemExit(f"{report} does not come to life")
            time.sleep(0.1)
