"""The wall's page and one of its tiles, warm, against a bare handler that writes the same bytes."""

import statistics
from collections.abc import Iterator
from pathlib import Path

from bench.processes import bare, foyer, get, internet, load, worked
from bench.results import Result, settle

ROUNDS = 15
SECONDS = 1.0  # short and in turn, so that whatever else the machine does meets both alike


def measure(folder: Path) -> Iterator[Result]:
    with internet(folder) as environment, foyer(folder / "var", environment) as (process, address):
        settle(address)
        for what, path in (("wall page", "/boards/office"), ("tile fragment", "/boards/office/tiles/top-pages")):
            body = get(address + path)
            with bare(body, folder) as (other, baseline):
                pairs = [(one(process, address + path), one(other, baseline + "/page")) for _ in range(ROUNDS)]
            ratios = sorted(ours["rate"] / theirs["rate"] for ours, theirs in pairs)
            work = sorted(theirs["work"] / ours["work"] for ours, theirs in pairs)
            rates = [statistics.median(pair[side]["rate"] for pair in pairs) for side in (0, 1)]
            yield Result(
                f"{what}, warm ({len(body):,} bytes): throughput beside a bare handler's",
                ratios[ROUNDS // 2],
                ">=",
                0.8,
                f"{rates[0]:,.0f}/s and {rates[1]:,.0f}/s, median of {ROUNDS} pairs "
                f"({ratios[ROUNDS // 4]:.2f} to {ratios[-ROUNDS // 4]:.2f} for the middle half); "
                f"by processor time for each request {work[ROUNDS // 2]:.2f}",
            )


def one(process: int, url: str) -> dict[str, float]:
    """One load, and the server's own seconds of processor time for each request."""
    before = worked(process)
    figures = load(url, seconds=SECONDS)
    return figures | {"work": (worked(process) - before) / figures["count"]}
