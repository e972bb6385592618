"""`python -m bench [name …] [--write]`: measures, prints, and with --write puts the table into bench/README.md."""

import argparse
import os
import platform
import sys
import tempfile
from pathlib import Path

from bench import (
    charts,
    classify,
    cold,
    collect_memory,
    flow,
    hanging,
    heap,
    import_log,
    ingest,
    pages,
    paired,
    pairing,
    pictures,
    questions,
    screen_week,
    script,
    soak,
    stand_still,
    start,
    walls,
    weak_processor,
    week,
    wire,
)
from bench.processes import exit_on_signals
from bench.results import Result

PARTS = (
    *(
        pages,
        charts,
        pictures,
        cold,
        hanging,
        stand_still,
        walls,
        paired,
        pairing,
        start,
        ingest,
        questions,
        flow,
        import_log,
    ),
    *(script, wire, heap, collect_memory, classify, soak, week, screen_week, weak_processor),
)
BENCHES = {part.__name__.rpartition(".")[2]: part for part in PARTS}
README = Path(__file__).with_name("README.md")
HEAD = "| promise | figure | bound | kept | raw |\n| --- | --- | --- | --- | --- |"
BEGIN, END = "<!-- figures -->", "<!-- end -->"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"which: {', '.join(BENCHES)}; all by default")
    parser.add_argument("--write", action="store_true", help="put the table into bench/README.md")
    given = parser.parse_args()
    exit_on_signals()
    if unknown := set(given.names) - BENCHES.keys():
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}")
    results: list[Result] = []
    for name in given.names or BENCHES:
        with tempfile.TemporaryDirectory(prefix="foyer-bench-") as folder:
            for result in BENCHES[name].measure(Path(folder)):
                results.append(result)
                print(result.row(), flush=True)
    if given.write:
        write(results)
    return 0 if all(result.kept for result in results) else 1


def write(results: list[Result]) -> None:
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, Linux {platform.machine()}"
    table = "\n".join([f"Measured on {machine}.", "", HEAD, *(result.row() for result in results)])
    before, _, rest = README.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    README.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
