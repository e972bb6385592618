"""`python -m demo.visitors --since MOMENT FILE` writes the access log since then, in its own process."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from demo.clock import VirtualClock
from demo.visitors.history import write_log
from demo.world.days import World


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m demo.visitors", description=__doc__)
    parser.add_argument("--since", type=datetime.fromisoformat, required=True, help="like 2026-01-31T12:00:00+00:00")
    parser.add_argument("--until", type=datetime.fromisoformat, default=datetime.now(UTC), help="now by default")
    parser.add_argument("--nasty", action="store_true", help="the ugliest titles and words lead every list")
    parser.add_argument("file", type=Path)
    options = parser.parse_args()
    lines = write_log(options.file, World(VirtualClock(), nasty=options.nasty), options.since, options.until)
    sys.stdout.write(f"{lines}\n")


if __name__ == "__main__":
    main()
