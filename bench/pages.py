"""The wall's page and one of its tiles, warm, against a bare handler that writes the same bytes."""

import statistics
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from bench.processes import bare, foyer, get, internet, load, worked
from bench.results import Result, settle

ROUNDS = 15
USUAL = ("Content-Length", "Content-Type", "Date")
SECONDS = 1.0  # short and in turn, so that whatever else the machine does meets both alike


def measure(folder: Path) -> Iterator[Result]:
    with internet(folder) as environment, foyer(folder / "var", environment) as (process, address):
        settle(address)
        for what, path in (("wall page", "/boards/office"), ("tile fragment", "/boards/office/tiles/top-pages")):
            body = get(address + path)
            with bare(body, folder, ours_of(address + path)) as (other, baseline):
                pairs = [(one(process, address + path), one(other, baseline + "/page")) for _ in range(ROUNDS)]
                naked = statistics.median(one(other, baseline + "/body")["rate"] for _ in range(5))
            ratios = sorted(ours["rate"] / theirs["rate"] for ours, theirs in pairs)
            work = sorted(theirs["work"] / ours["work"] for ours, theirs in pairs)
            rates = [statistics.median(pair[side]["rate"] for pair in pairs) for side in (0, 1)]
            yield Result(
                f"{what}, warm ({len(body):,} bytes): throughput compared with a bare handler's",
                ratios[ROUNDS // 2],
                ">=",
                0.8,
                f"{rates[0]:,.0f}/s and {rates[1]:,.0f}/s, median of {ROUNDS} pairs "
                f"({ratios[ROUNDS // 4]:.2f} to {ratios[-ROUNDS // 4]:.2f} for the middle half); "
                f"by processor time for each request {work[ROUNDS // 2]:.2f}; without our headers the bare handler "
                f"writes {naked:,.0f}/s",
            )


def ours_of(url: str) -> dict[str, str]:
    """The headers that Foyer answers with and a bare handler would not: bytes that are written too."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        return {name: value for name, value in answer.headers.items() if name not in USUAL}


def one(process: int, url: str) -> dict[str, float]:
    """One load, and the server's own seconds of processor time for each request."""
    before = worked(process)
    figures = load(url, seconds=SECONDS)
    return figures | {"work": (worked(process) - before) / figures["count"]}
