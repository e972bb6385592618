"""The wall's page and one of its tiles, warm, against a bare handler that writes the same bytes."""

from collections.abc import Iterator
from pathlib import Path

from bench.processes import bare, foyer, get, internet, load
from bench.results import Result, settle

ROUNDS = 5


def measure(folder: Path) -> Iterator[Result]:
    with internet(folder) as environment, foyer(folder / "var", environment) as (_, address):
        settle(address)
        for what, path in (("wall page", "/boards/office"), ("tile fragment", "/boards/office/tiles/top-pages")):
            body = get(address + path)
            with bare(body, folder) as (_, baseline):
                pairs = [(load(address + path), load(baseline + "/page")) for _ in range(ROUNDS)]
            ratios = sorted(ours["rate"] / theirs["rate"] for ours, theirs in pairs)
            ours, theirs = pairs[0]
            yield Result(
                f"{what}, warm ({len(body):,} bytes): throughput beside a bare handler's",
                ratios[ROUNDS // 2],
                ">=",
                0.8,
                f"{ours['rate']:,.0f}/s and {theirs['rate']:,.0f}/s; ratios {ratios[0]:.2f} to {ratios[-1]:.2f}",
            )
