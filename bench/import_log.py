"""`run.py import-log` and GoAccess on the same file and one core, and whether the memory stays the same."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from typing import NamedTuple

from bench import hits
from bench.processes import HOME
from bench.results import Result

LINES = 500_000  # that both read
PAIRS = 3
FEW, MANY = 10_000, 5_000_000  # between which the memory must not grow
FIRST = datetime(2026, 10, 1, tzinfo=UTC)
ASSETS = ("/style.css", "/app.js", "/logo.png", "/font.woff2", "/favicon.ico", "/robots.txt")
BOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
ONE_CORE = ("taskset", "--cpu-list", "0")


class Used(NamedTuple):
    seconds: float  # of the processor, by all threads
    memory: float  # MB at most


def measure(folder: Path) -> Iterator[Result]:
    goaccess = shutil.which("goaccess")
    if goaccess is None:
        raise SystemExit("this needs goaccess (Debian: apt-get install goaccess)")
    log = folder / "access.log"
    write(log, LINES)
    words = [goaccess, log, "--log-format=COMBINED", "--no-progress", "-o", folder / "report.json"]
    pairs = [(ran(foyer(log), folder / f"var-{number}"), ran(words, folder)) for number in range(PAIRS)]
    ours, theirs = (median(each[which].seconds for each in pairs) for which in (0, 1))
    yield Result(
        f"`import-log` of {LINES:,} lines, one core: lines a second compared with GoAccess's",
        median(goaccess.seconds / foyer.seconds for foyer, goaccess in pairs),
        ">=",
        0.65,
        f"{LINES / ours:,.0f}/s and {LINES / theirs:,.0f}/s by processor time, median of {PAIRS} pairs; GoAccess keeps "
        f"sums in {pairs[0][1].memory:,.0f} MB, Foyer a row for each page view on disk",
    )
    few, some, many = (memory_of(folder, lines) for lines in (FEW, LINES, MANY))
    raw = f"{few:,.0f} MB with {FEW:,} lines, {some:,.0f} with {LINES:,}, {many:,.0f} with {MANY:,}"
    yield Result(f"its memory with {MANY:,} lines, compared with {LINES:,}", many / some, "<=", 1.1, raw)
    yield Result(f"the same compared with {FEW:,}, whose page views do not fill one lot", many / few, "<=", 1.5, raw)


def memory_of(folder: Path, lines: int) -> float:
    """MB the import of so many lines has had in use at most."""
    log = folder / f"{lines}.log"
    write(log, lines)
    memory = ran(foyer(log), folder / f"var-{lines}").memory
    log.unlink()
    return memory


def foyer(log: Path) -> list[str | Path]:
    return [sys.executable, HOME / "run.py", "import-log", "--site", "example.com", log]


def ran(words: list[str | Path], data: Path) -> Used:
    """What a process that has one core to itself has used. Others may be busy meanwhile, so its own time counts."""
    variables = {"PATH": os.environ["PATH"], "DATA_DIR": str(data), "BOARDS_DIR": str(data), "PYTHONPATH": str(HOME)}
    measured = [sys.executable, "-m", "bench.used", *ONE_CORE, *words]
    answer = json.loads(subprocess.run(measured, env=variables, stdout=subprocess.PIPE, check=True).stdout)
    if answer["code"]:
        raise SystemExit(f"{words[0]} ended with {answer['code']}")
    return Used(answer["seconds"], answer["memory"])


def write(log: Path, lines: int, at: datetime = FIRST) -> None:
    """A log as small sites have it: for each page a few files that go with it, and bots now and then."""
    random = Random(1)
    with log.open("w", encoding="utf-8") as out:
        for number in range(lines):
            reader = random.randrange(hits.READERS * 20)
            bot = reader % 10 == 0
            page = f"/section-{reader % 20}/page-{random.randrange(hits.PAGES)}"
            path = page if number % 4 == 0 or bot else random.choice(ASSETS)
            agent = BOT if bot else hits.AGENTS[reader % len(hits.AGENTS)]
            referrer = random.choice(hits.REFERRERS) or "-"
            at += timedelta(seconds=random.random())
            out.write(
                f"87.{reader >> 16}.{reader >> 8 & 255}.{reader & 255} - - [{at:%d/%b/%Y:%H:%M:%S +0000}] "
                f'"GET {path} HTTP/1.1" {404 if number % 50 == 0 else 200} {number % 9000} "{referrer}" "{agent}"\n'
            )
