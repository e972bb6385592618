"""A thousand walls on one process, against a bare stream that broadcasts the same bytes to as many."""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.processes import asked, bare, foyer, get, internet, resident, start_process
from bench.results import Result, settle

WALLS = 1000
UPDATES = 15
WATCHED = 65.0  # seconds: more than a round of every realtime report
GOOGLE = "/v1beta"
WORD = '{"tile":"top-pages"'  # what every update of that tile holds once


@contextmanager
def crowd(url: str, trigger: str, body: Path | None = None) -> Iterator[Callable[[], float]]:
    """A thousand walls in a process of their own; call it for the seconds until the last has heard an update."""
    words = [sys.executable, "-m", "bench.crowd", url, trigger, WORD, "--walls", str(WALLS)]
    words += ["--body", str(body)] if body else []
    process = start_process(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def update() -> float:
        process.stdin.write("\n")
        process.stdin.flush()
        return float(process.stdout.readline())

    try:
        if process.stdout.readline().strip() != "joined":
            raise SystemExit("the crowd could not join")
        yield update
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def an_event(address: str) -> bytes:
    """The bytes of one update, as a wall hears them."""
    tile = get(f"{address}/boards/office/tiles/top-pages").decode()
    data = json.dumps({"tile": "top-pages", "html": tile}, ensure_ascii=False, separators=(",", ":"))
    return f"id: 0123abcd-1000\nevent: tile\ndata: {data}\n\n".encode()


def measure(folder: Path) -> Iterator[Result]:
    with internet(folder) as environment, foyer(folder / "var", environment) as (pid, address):
        settle(address)
        time.sleep(3)
        event = an_event(address)
        before = asked(environment, GOOGLE)
        time.sleep(WATCHED)
        with_none = asked(environment, GOOGLE) - before
        empty = resident(pid)
        stream = f"{address}/boards/office/stream"
        with crowd(stream, f"{address}/__bench/change/top-pages") as update:
            ours_each = (resident(pid) - empty) * 1024 / WALLS
            update()
            ours = statistics.median(update() for _ in range(UPDATES))
            before = asked(environment, GOOGLE)
            time.sleep(WATCHED)
            with_all = asked(environment, GOOGLE) - before
    file = folder / "event"
    file.write_bytes(event)
    with bare(b"", folder) as (pid, address):
        get(address + "/page")
        empty = resident(pid)
        with crowd(address + "/stream", address + "/send", file) as update:
            theirs_each = (resident(pid) - empty) * 1024 / WALLS
            update()
            theirs = statistics.median(update() for _ in range(UPDATES))
    yield Result(
        f"an update reaches the last of {WALLS} walls, compared with a bare stream ({len(event):,} bytes)",
        ours / theirs,
        "<=",
        2.0,
        f"{ours * 1000:.0f} ms and {theirs * 1000:.0f} ms",
    )
    yield Result(
        f"memory for each of {WALLS} walls, compared with a bare stream",
        ours_each / theirs_each,
        "<=",
        2.0,
        f"{ours_each:.1f} kB and {theirs_each:.1f} kB",
    )
    yield Result(
        f"calls to Google in {WATCHED:.0f} s with {WALLS} walls, compared with none",
        with_all / max(with_none, 1),
        "<=",
        1.5,
        f"{with_all} and {with_none}; the bound leaves room for one round more in the window",
    )
