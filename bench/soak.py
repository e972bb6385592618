"""A month of an office in some minutes, on a clock that jumps: what the memory of the server is at its end.

An hour at a time, or half of one. On weekdays from 8 to 18 there are visitors, open walls and people at desks; in
between nothing but refreshes, midnights and salts. Each hour is a line of `soak.tsv`, measured from outside the server.
"""

import json
import os
import socket
import subprocess
import sys
import urllib.error
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from random import Random
from statistics import median
from threading import Thread

from bench import import_log
from bench.hits import AGENTS
from bench.processes import HOME, foyer, get, internet
from bench.results import Result, settle
from bench.soak_server import BEGIN_DAYS_AGO

DAYS = int(os.environ.get("SOAK_DAYS", "30"))
DAY = 24
GROWTH = 0.10  # of the median of the first day that is warm, at most
WARM_UP = DAY  # hours: a run begins in a night, and the first office hours fill caches and import libraries
WALLS, HITS, LOOKS = 3, 30, 6
BOARD = """title: Changed
grid: {{columns: 24, rows: 16}}
tiles:
  - {{report: site-by-day, view: line, place: [1, 1, 12, 8], title: "Edition {}?"}}
  - {{report: changed, view: table, place: [13, 1, 12, 8]}}
reports:
  changed: {{title: "What is read?", source: pageviews, question: pages, first: now-{}d/d}}
"""
PAGES = (
    *("/", "/boards/office", "/boards/visits/desk", "/boards/changed", "/reports", "/healthz", "/flow?days={n}"),
    *("/reports/site-pages?days={n}", "/reports/top-pages.json?from=now-{n}d/d", "/reports/top-countries.csv"),
    *("/reports/site-by-day.svg?from=now-{n}d/d", "/reports/visits-by-day?view=bar&days={n}"),
    *("/nothing/{n}", "/reports/none-{n}"),
)


class Wall(Thread):
    """Reads the stream of a board until it is closed."""

    def __init__(self, address: str, board: str) -> None:
        super().__init__(daemon=True)
        host, _, port = address.removeprefix("http://").partition(":")
        self.socket = socket.create_connection((host, int(port)))
        self.socket.sendall(f"GET /boards/{board}/stream HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
        self.start()

    def run(self) -> None:
        while self.socket.recv(1 << 16):
            pass

    def close(self) -> None:
        self.socket.shutdown(socket.SHUT_RDWR)
        self.join()
        self.socket.close()


def private_mb(pid: int) -> float:
    """Memory that is this process's own, in MB; none when it has just ended.

    Clean pages are of files, such as libraries: they are called private as soon as no other process has them too.
    """
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_Dirty")) / 1024


def children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def visit(address: str, random: Random) -> None:
    """A few page views and an event, from anybody of a large public."""
    connection = HTTPConnection(address.removeprefix("http://"))
    for number in range(HITS):
        reader = random.randrange(60_000)
        page = f"https%3A%2F%2Fwww.example.com%2Fsection-{reader % 20}%2Fpage-{int(random.paretovariate(0.5))}"
        event = f"&n=signup&p=%7B%22plan%22%3A%22{reader}%22%7D" if number == 0 else ""
        headers = {
            "User-Agent": AGENTS[reader % len(AGENTS)],
            "X-Forwarded-For": f"87.150.{reader >> 8}.{reader & 255}",
        }
        connection.request("GET", f"/a.gif?url={page}&t=Page+{random.randrange(1000)}&w=1440{event}", headers=headers)
        connection.getresponse().read()
    connection.close()


def look(address: str, path: str) -> None:
    try:
        get(address + path)
    except urllib.error.HTTPError as error:
        error.close()  # a page that is not there, or a report without figures


class Month:
    """The office at work; `hours` yields after each."""

    def __init__(self, folder: Path, address: str, upstream: str) -> None:
        self.folder, self.address, self.upstream, self.random = folder, address, upstream, Random(1)
        self.now = datetime.now(UTC) - timedelta(days=BEGIN_DAYS_AGO)

    def jump(self, seconds: int) -> None:
        clock = json.dumps({"seconds": seconds}).encode()
        get(f"{self.upstream}/__admin/clock", method="PUT", body=clock)
        get(f"{self.address}/__bench/jump/{seconds}", method="POST", body=b"")
        self.now += timedelta(seconds=seconds)

    def hours(self, count: int) -> Iterator[int]:
        for hour in range(count):
            is_open = self.now.weekday() < 5 and 8 <= self.now.hour < 18
            with ExitStack() as walls:
                for board in ("office", "visits", "changed")[: WALLS * is_open]:
                    walls.callback(Wall(self.address, board).close)
                steps = 2 if is_open else 1
                for _ in range(steps):
                    self.jump(3600 // steps)
                    if is_open:
                        self.work()
                    look(self.address, "/healthz")
            if self.now.hour in (9, 15):
                text = BOARD.format(hour, hour % 9 + 1)
                (self.folder / "boards" / "changed.yaml").write_text(text)
                look(self.address, "/reports/site-by-day.png")
            if self.now.hour == 3:
                self.import_yesterday()
            yield hour

    def work(self) -> None:
        visit(self.address, self.random)
        for _ in range(LOOKS):
            look(self.address, self.random.choice(PAGES).format(n=self.random.choice((7, 30, 90))))

    def import_yesterday(self) -> None:
        log = self.folder / "access.log"
        import_log.write(log, 4000, self.now - timedelta(hours=20))
        variables = {"PATH": os.environ["PATH"], "DATA_DIR": str(self.folder / "var"), "BOARDS_DIR": str(self.folder)}
        words = [sys.executable, HOME / "run.py", "import-log", "--site", "example.com", log]
        subprocess.run(words, env=variables, check=True, capture_output=True)


def measure(folder: Path) -> Iterator[Result]:
    boards = folder / "boards"
    boards.mkdir()
    for board in (HOME / "boards").glob("*.yaml"):
        (boards / board.name).write_text(board.read_text())
    (boards / "changed.yaml").write_text(BOARD.format(0, 1))
    own, server = {"BOARDS_DIR": str(boards), "TRUSTED_PROXIES": "127.0.0.1"}, "bench.soak_server"
    servers, helpers = [], []
    with (
        internet(folder) as environment,
        foyer(folder / "var", environment | own, server) as (pid, address),
    ):
        upstream = environment["GA4_API_ENDPOINT"]
        month = Month(folder, address, upstream)
        get(f"{upstream}/__admin/clock", method="PUT", body=json.dumps({"seconds": -BEGIN_DAYS_AGO * 86400}).encode())
        settle(address)
        with (HOME / "soak.tsv").open("w") as out:
            for hour in month.hours(DAY * DAYS):
                servers.append(private_mb(pid))
                helpers.append(sum(map(private_mb, children(pid))))
                out.write(f"{hour}\t{month.now:%a %H}\t{servers[-1]:.1f}\t{helpers[-1]:.1f}\n")
                out.flush()
    for name, series in (("the server", servers), ("the processes that draw", helpers)):
        cold, first, last = (median(series[hour:][:DAY]) for hour in (0, WARM_UP, -DAY))
        yield Result(
            f"private memory of {name}, the last of {DAYS} days compared with the second, the first that is warm",
            last / first,
            "<=",
            1 + GROWTH,
            f"{last:,.0f} MB and {first:,.0f} MB, {cold:,.0f} MB on the first; medians of 24 hours; "
            f"at most {max(series):,.0f} MB",
        )
