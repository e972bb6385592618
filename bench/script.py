"""How much the script weighs that every page of a site loads."""

import gzip
from collections.abc import Iterator
from pathlib import Path

from bench.processes import HOME
from bench.results import Result

MOST = 1300
OTHERS = {"Plausible": 2694, "Umami": 2239, "GoatCounter": 3328}
"""Bytes gzipped of what each of them serves, as measured in November 2026."""


def measure(folder: Path) -> Iterator[Result]:
    whole = (HOME / "static/a.js").read_bytes()
    others = ", ".join(f"{name} {size:,}" for name, size in OTHERS.items())
    yield Result(
        "`/a.js`, bytes gzipped", len(gzip.compress(whole, 9)), "<=", MOST, f"{len(whole):,} as it is; {others}"
    )
