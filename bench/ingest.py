"""Page views taken in, counted and on disk, beside a bare handler and beside the design that this grew out of."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from bench.processes import bare, foyer, free_port, get, load, wait
from bench.results import Result
from bench.views import SITE, fill
from utilities.pageviews.storage.duckdb_engine import connect_duckdb
from utilities.pageviews.storage.open import DUCKDB_FILE

ROUNDS = 5
SECONDS = 4.0
CONNECTIONS = (16, 64)
STORED = 5_000_000  # page views that the report is about
HEAVIEST = "site-pages"
TRUSTING = {"TRUSTED_PROXIES": "127.0.0.1"}
"""The load generator passes on the addresses of two thousand readers; GEOIP_DB, where it is set, knows the country."""


def measure(folder: Path) -> Iterator[Result]:
    environment = TRUSTING | {name: os.environ[name] for name in ("GEOIP_DB",) if name in os.environ}
    with article(folder) as old, bare(b"", folder) as (_, least):
        for connections in CONNECTIONS:
            rounds = []
            for round_ in range(ROUNDS):
                # A store that has just been made, each time: the rounds are alike.
                with foyer(folder / f"var-{connections}-{round_}", environment) as (_, address):
                    get(f"{address}/healthz")
                    places = (least, address, old)
                    rounds.append([load(place, connections, SECONDS, beacons=True) for place in places])
            yield from results(connections, rounds)
    yield beside_a_report(folder / "var-asked", environment)


def results(connections: int, rounds: list[list[dict[str, float]]]) -> Iterator[Result]:
    """Medians over the rounds of what is compared within a round."""
    rates = [median(each[which]["rate"] for each in rounds) for which in range(3)]
    tails = [median(each[which]["p99"] for each in rounds) for which in range(3)]
    of_least = sorted(ours["rate"] / theirs["rate"] for theirs, ours, _ in rounds)
    of_old = sorted(ours["rate"] / old["rate"] for _, ours, old in rounds)
    slower = sorted(ours["p99"] / theirs["p99"] for theirs, ours, _ in rounds)
    raw = f"{rates[1]:,.0f}/s and"
    yield Result(
        f"page views taken in, {connections} connections: throughput beside a bare handler's",
        median(of_least),
        ">=",
        0.65,
        f"{raw} {rates[0]:,.0f}/s; ratios {of_least[0]:.2f} to {of_least[-1]:.2f}",
    )
    yield Result(
        f"the same beside the article's design, {connections} connections",
        median(of_old),
        ">=",
        3.5,
        f"{raw} {rates[2]:,.0f}/s; ratios {of_old[0]:.1f} to {of_old[-1]:.1f}",
    )
    yield Result(
        f"p99 beside the bare handler's, {connections} connections",
        median(slower),
        "<=",
        3.0,
        f"{tails[1]:.1f} ms and {tails[0]:.1f} ms; the article's design {tails[2]:,.0f} ms",
    )


def beside_a_report(folder: Path, environment: dict[str, str]) -> Result:
    """The p99 of page views taken in while somebody asks for the heaviest report again and again."""
    with connect_duckdb(folder / DUCKDB_FILE) as connection:
        now = datetime.now(UTC)
        fill(connection, STORED, now - timedelta(days=30), now)
    alone, beside, answers = [], [], 0
    with foyer(folder, environment) as (_, address):
        get(f"{address}/healthz")
        for _ in range(ROUNDS):
            alone.append(load(address, CONNECTIONS[0], SECONDS, beacons=True)["p99"])
            with asking(f"{address}/__bench/ask/{HEAVIEST}?site={SITE}") as answered:
                beside.append(load(address, CONNECTIONS[0], SECONDS, beacons=True)["p99"])
            answers += len(answered)
    ratios = sorted(one / other for one, other in zip(beside, alone, strict=True))
    return Result(
        f"p99 while `{HEAVIEST}` over {STORED:,} page views is asked for without a pause, beside without",
        median(ratios),
        "<=",
        2.0,
        f"{median(beside):.1f} ms and {median(alone):.1f} ms, {CONNECTIONS[0]} connections; ratios {ratios[0]:.2f} to "
        f"{ratios[-1]:.2f}; {answers} answers in {ROUNDS * SECONDS:.0f} s",
    )


@contextmanager
def asking(url: str) -> Iterator[list[bytes]]:
    """Asks again and again; the answers."""
    answers: list[bytes] = []
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            answers.append(get(url))

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield answers
    finally:
        over.set()
        thread.join()


@contextmanager
def article(folder: Path) -> Iterator[str]:
    """The address of bench/article.py under gunicorn, in a venv that is made for it and thrown away."""
    home, venv = Path(__file__).parent, folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    quietly = ("--quiet", "--disable-pip-version-check")
    subprocess.run([venv / "bin/pip", "install", *quietly, "-r", home / "requirements.txt"], check=True)
    address = f"127.0.0.1:{free_port()}"
    words = [venv / "bin/gunicorn", "-k", "gevent", "-w", "1", "-b", address, "--log-level", "error", "article:app"]
    variables = {"PATH": os.environ["PATH"], "ARTICLE_DATABASE": str(folder / "article.db")}
    process = subprocess.Popen(words, cwd=home, env=variables)
    try:
        wait(f"http://{address}/a.gif?url=http%3A%2F%2Fexample.com%2F")
        yield f"http://{address}"
    finally:
        process.terminate()
        process.wait()
