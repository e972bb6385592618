"""Google hangs for 30 seconds: how long every other page takes, against the same pages when all is well."""

import time
from collections.abc import Iterator
from pathlib import Path

from bench.processes import foyer, internet, load, misbehave
from bench.results import Result, settle

PAGES = ("/boards/office", "/reports", "/reports/top-countries", "/reports/top-countries.json", "/healthz")
CONNECTIONS = 4


def measure(folder: Path) -> Iterator[Result]:
    with internet(folder) as environment, foyer(folder / "var", environment) as (_, address):
        settle(address)
        idle = {path: load(address + path, CONNECTIONS, 3.0) for path in PAGES}
        misbehave(environment, "/v1beta", doing="hang", seconds=30.0)
        time.sleep(62)  # the realtime reports have come round again, and hang
        busy = {path: load(address + path, CONNECTIONS, 3.0) for path in PAGES}
        ratios = {path: busy[path]["p99"] / idle[path]["p99"] for path in PAGES}
        worst = max(ratios, key=lambda path: ratios[path])
        yield Result(
            "p99 of every other page while Google hangs for 30 s, beside its idle p99 (the worst page)",
            ratios[worst],
            "<=",
            2.0,
            f"`{worst}` {busy[worst]['p99']:.1f} ms and {idle[worst]['p99']:.1f} ms",
        )
