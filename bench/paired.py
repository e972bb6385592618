"""Two thousand paired screens on one process, compared with bare streams, and how they come back after a restart."""

import json
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.processes import asked, bare, foyer, free_port, get, internet, resident, start_process, worked
from bench.results import Result, settle
from bench.walls import GOOGLE, an_event

SCREENS, ON_PAPER = 2000, 10_000
UPDATES = 20
WATCHED_SECONDS = 40.0  # after a restart
LEAST_SPREAD_SECONDS = 10.0
SERVER = "bench.paired_server"
PATHS = {"wall": "/tv/boards/office/stream", "show": "/tv/show"}


@dataclass(frozen=True)
class CrowdFigures:
    """What a crowd of screens costs its server."""

    kilobytes: float  # of memory, each
    p99: float  # seconds until a screen has an update
    processor: float  # share of a core with one update a second


class CrowdProcess:
    """The process with the simulated screens."""

    def __init__(self, port: int, trigger: str, paths: dict[str, str], body: Path | None = None) -> None:
        words = [sys.executable, "-m", "bench.televisions", port, trigger, json.dumps(paths), "--screens", SCREENS]
        words += ["--body", body] if body else []
        self.process = start_process(words, stdin=-1, stdout=-1, text=True)
        if self.process.stdout.readline().strip() != "joined":
            raise SystemExit("the screens could not join")

    def send(self, order: str) -> None:
        self.process.stdin.write(f"{order}\n")
        self.process.stdin.flush()

    def read(self) -> object:
        return json.loads(self.process.stdout.readline())

    def update_every_second(self, server: int) -> tuple[float, float]:
        """Returns the p99 of all screens in seconds, and the server's share of a core."""
        times, began, spent = [], time.monotonic(), worked(server)
        for turn in range(UPDATES):
            self.send("update")
            times += self.read()
            time.sleep(max(0.0, began + turn + 1 - time.monotonic()))
        share = (worked(server) - spent) / (time.monotonic() - began)
        return sorted(times)[int(len(times) * 0.99)], share

    def close(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def crowd_of(*words: object) -> Iterator[CrowdProcess]:
    crowd = CrowdProcess(*words)
    try:
        yield crowd
    finally:
        crowd.close()


def weigh_crowd(server: int, port: int, trigger: str, paths: dict[str, str], body: Path | None = None) -> CrowdFigures:
    empty = resident(server)
    with crowd_of(port, trigger, paths, body) as crowd:
        each = (resident(server) - empty) * 1024 / SCREENS
        crowd.send("update")
        crowd.read()
        return CrowdFigures(each, *crowd.update_every_second(server))


def measure(folder: Path) -> Iterator[Result]:
    port = free_port()
    with internet(folder) as environment:
        own = environment | {"PORT": str(port)}
        address = f"http://127.0.0.1:{port}"
        with foyer(folder / "var", own, SERVER) as (server, _):
            settle(address, 120.0)
            get(f"{address}/__bench/pair/{SCREENS}", method="POST", body=b"")
            event = an_event(address)
        before = asked(environment, GOOGLE)
        with foyer(folder / "var", own, SERVER) as (server, _):
            time.sleep(WATCHED_SECONDS)
            calls_without = asked(environment, GOOGLE) - before
            trigger = f"{address}/__bench/change/top-pages"
            ours = weigh_crowd(server, port, trigger, PATHS)
            crowd = CrowdProcess(port, trigger, PATHS)
        crowd.send("recover")
        before = asked(environment, GOOGLE)
        try:
            with foyer(folder / "var", own, SERVER):
                began = time.monotonic()
                storm = crowd.read()
                time.sleep(max(0.0, began + WATCHED_SECONDS - time.monotonic()))
                calls_with = asked(environment, GOOGLE) - before
                tiles = get(f"{address}/boards/office").count(b"data-tile=")
        finally:
            crowd.close()
    file = folder / "event"
    file.write_bytes(event)
    with bare(b"", folder) as (server, address):
        theirs = weigh_crowd(server, int(address.rpartition(":")[2]), f"{address}/send", {"bare": "/stream"}, file)
    yield from compare_costs(ours, theirs)
    yield from describe_storm(storm, tiles, calls_with, calls_without)


def compare_costs(ours: CrowdFigures, theirs: CrowdFigures) -> Iterator[Result]:
    times = ON_PAPER / SCREENS
    paper = f"; {ON_PAPER:,} on paper"
    yield Result(
        f"memory for each of {SCREENS:,} paired screens with two streams, compared with one bare stream",
        ours.kilobytes / theirs.kilobytes,
        "<=",
        2.0,
        f"{ours.kilobytes:.1f} kB and {theirs.kilobytes:.1f} kB{paper}: {ours.kilobytes * ON_PAPER / 1024:,.0f} MB",
    )
    yield Result(
        f"p99 of an update to {SCREENS:,} paired screens, compared with bare streams",
        ours.p99 / theirs.p99,
        "<=",
        2.0,
        f"{ours.p99 * 1000:.0f} ms and {theirs.p99 * 1000:.0f} ms{paper}: {ours.p99 * times:.1f} s",
    )
    yield Result(
        f"processor time with one update a second to {SCREENS:,} paired screens, compared with bare streams",
        ours.processor / theirs.processor,
        "<=",
        2.0,
        f"{ours.processor:.0%} and {theirs.processor:.0%} of a core{paper}: {ours.processor * times:.0%}",
    )


def describe_storm(storm: dict[str, list[float]], tiles: int, calls_with: int, calls_without: int) -> Iterator[Result]:
    wall, show = storm["wall"], storm["show"]
    middle = wall[len(wall) * 95 // 100] - wall[len(wall) // 20]
    most = max(sum(begin <= each < begin + 1 for each in wall) for begin in wall[:: max(1, len(wall) // 200)])
    yield Result(
        f"seconds over which {SCREENS:,} walls come back after a restart",
        wall[-1] - wall[0],
        ">=",
        LEAST_SPREAD_SECONDS,
        f"the middle nine tenths in {middle:.1f} s, at most {most} in one second; "
        f"first {wall[0]:.1f} s, median {statistics.median(wall):.1f} s, last {wall[-1]:.1f} s after the loss; "
        f"what they show: {show[0]:.1f} to {show[-1]:.1f} s",
    )
    yield Result(
        "walls without all tiles after it, or refused",
        sum(each < tiles for each in storm["tiles"]) + storm["refusals"],
        "<=",
        0,
        f"{tiles} tiles each",
    )
    yield Result(
        f"calls to Google in {WATCHED_SECONDS:.0f} s after a restart with {SCREENS:,} screens, compared with none",
        calls_with / max(calls_without, 1),
        "<=",
        1.5,
        f"{calls_with} and {calls_without}; the bound leaves room for one round more in the window",
    )
