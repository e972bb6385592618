"""The memory of a process that only collects: `run.py collect`."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.processes import HOME, free_port, load, resident, start_process, wait
from bench.results import Result

TRUSTING = {"TRUSTED_PROXIES": "127.0.0.1"}


def measure(folder: Path) -> Iterator[Result]:
    port = free_port()
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(folder), "PORT": str(port), "LOG_LEVEL": "ERROR"}
    process = start_process([sys.executable, HOME / "run.py", "collect"], env=environment | TRUSTING)
    try:
        address = f"http://127.0.0.1:{port}"
        wait(f"{address}/a.js")
        idle = resident(process.pid)
        took = load(address, 16, 10.0, beacons=True)
        busy = resident(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()
    yield Result(
        "resident memory of `run.py collect`, idle, in MB",
        idle,
        "",
        0,
        f"{busy:,.0f} MB after {took['count']:,.0f} page views; the article says about 20 MB of its own",
    )
