"""A report's picture from the cache, against a bare handler that writes the same bytes."""

import statistics
from collections.abc import Iterator
from pathlib import Path

from bench.pages import ROUNDS, one, ours_of
from bench.processes import bare, foyer, get, internet
from bench.results import Result, settle

PICTURE = "/reports/users-by-day.svg"


def measure(folder: Path) -> Iterator[Result]:
    with internet(folder) as environment, foyer(folder / "var", environment) as (process, address):
        settle(address)
        body = get(address + PICTURE)
        with bare(body, folder, ours_of(address + PICTURE)) as (other, baseline):
            pairs = [(one(process, address + PICTURE), one(other, baseline + "/page")) for _ in range(ROUNDS)]
    ratios = sorted(ours["rate"] / theirs["rate"] for ours, theirs in pairs)
    work = sorted(theirs["work"] / ours["work"] for ours, theirs in pairs)
    rates = [statistics.median(pair[side]["rate"] for pair in pairs) for side in (0, 1)]
    yield Result(
        f"`.svg` from the cache ({len(body):,} bytes): throughput compared with a bare handler's",
        ratios[ROUNDS // 2],
        ">=",
        0.8,
        f"{rates[0]:,.0f}/s and {rates[1]:,.0f}/s, median of {ROUNDS} pairs "
        f"({ratios[ROUNDS // 4]:.2f} to {ratios[-ROUNDS // 4]:.2f} for the middle half); "
        f"by processor time for each request {work[ROUNDS // 2]:.2f}",
    )
