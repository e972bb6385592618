"""Page views received, classified and stored, compared with a bare handler and with bench/article.py."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from bench.processes import bare, foyer, free_port, get, load, start_process, wait
from bench.results import Result
from bench.views import SITE, fill
from utilities.pageviews.storage.duckdb_open import connect_duckdb
from utilities.pageviews.storage.open import DUCKDB_FILE

ROUNDS = 5
SECONDS = 4.0
CONNECTIONS = (16, 64)
STORED_VIEWS = 5_000_000  # that the report covers
HEAVIEST_REPORT = "site-pages"
ENVIRONMENT = {"TRUSTED_PROXIES": "127.0.0.1"}
"""The load generator sends the addresses of its readers in X-Forwarded-For."""


def measure(folder: Path) -> Iterator[Result]:
    environment = ENVIRONMENT | {name: os.environ[name] for name in ("GEOIP_DB",) if name in os.environ}
    with article_server(folder) as old, bare(b"", folder) as (_, least):
        for connections in CONNECTIONS:
            rounds = []
            for round_ in range(ROUNDS):
                # A new store for each round, so that all rounds are alike.
                with foyer(folder / f"var-{connections}-{round_}", environment) as (_, address):
                    get(f"{address}/healthz")
                    places = (least, address, old)
                    rounds.append([load(place, connections, SECONDS, beacons=True) for place in places])
            yield from results(connections, rounds)
    yield measure_during_report(folder / "var-queried", environment)


def results(connections: int, rounds: list[list[dict[str, float]]]) -> Iterator[Result]:
    """Yields medians over the rounds of the ratios within each round."""
    rates = [median(each[which]["rate"] for each in rounds) for which in range(3)]
    tails = [median(each[which]["p99"] for each in rounds) for which in range(3)]
    of_least = sorted(ours["rate"] / theirs["rate"] for theirs, ours, _ in rounds)
    of_old = sorted(ours["rate"] / old["rate"] for _, ours, old in rounds)
    slower = sorted(ours["p99"] / theirs["p99"] for theirs, ours, _ in rounds)
    raw = f"{rates[1]:,.0f}/s and"
    yield Result(
        f"page views received, {connections} connections: throughput divided by a bare handler's",
        median(of_least),
        ">=",
        0.65,
        f"{raw} {rates[0]:,.0f}/s; ratios {of_least[0]:.2f} to {of_least[-1]:.2f}",
    )
    yield Result(
        f"the same divided by the article's design, {connections} connections",
        median(of_old),
        ">=",
        3.5,
        f"{raw} {rates[2]:,.0f}/s; ratios {of_old[0]:.1f} to {of_old[-1]:.1f}",
    )
    yield Result(
        f"p99 divided by the bare handler's, {connections} connections",
        median(slower),
        "<=",
        3.0,
        f"{tails[1]:.1f} ms and {tails[0]:.1f} ms; the article's design {tails[2]:,.0f} ms",
    )


def measure_during_report(folder: Path, environment: dict[str, str]) -> Result:
    """Returns the p99 of page views while the heaviest report is queried all the time, divided by the p99 without."""
    with connect_duckdb(folder / DUCKDB_FILE) as connection:
        now = datetime.now(UTC)
        fill(connection, STORED_VIEWS, now - timedelta(days=30), now)
    quiet, during_report, answers = [], [], 0
    with foyer(folder, environment) as (_, address):
        get(f"{address}/healthz")
        for _ in range(ROUNDS):
            quiet.append(load(address, CONNECTIONS[0], SECONDS, beacons=True)["p99"])
            with querying(f"{address}/__bench/ask/{HEAVIEST_REPORT}?site={SITE}") as answered:
                during_report.append(load(address, CONNECTIONS[0], SECONDS, beacons=True)["p99"])
            answers += len(answered)
    ratios = sorted(one / other for one, other in zip(during_report, quiet, strict=True))
    return Result(
        f"p99 while `{HEAVIEST_REPORT}` over {STORED_VIEWS:,} page views is queried, divided by the p99 without",
        median(ratios),
        "<=",
        2.0,
        f"{median(during_report):.1f} ms and {median(quiet):.1f} ms, {CONNECTIONS[0]} connections; "
        f"ratios {ratios[0]:.2f} to {ratios[-1]:.2f}; {answers} answers in {ROUNDS * SECONDS:.0f} s",
    )


@contextmanager
def querying(url: str) -> Iterator[list[bytes]]:
    """Queries the URL in a thread until the end of the block; yields the answers."""
    answers: list[bytes] = []
    over = threading.Event()

    def query_again() -> None:
        while not over.is_set():
            answers.append(get(url))

    thread = threading.Thread(target=query_again)
    thread.start()
    try:
        yield answers
    finally:
        over.set()
        thread.join()


@contextmanager
def article_server(folder: Path) -> Iterator[str]:
    """Runs bench/article.py under gunicorn in a temporary venv; yields its address."""
    home, venv = Path(__file__).parent, folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    quiet_options = ("--quiet", "--disable-pip-version-check")
    subprocess.run([venv / "bin/pip", "install", *quiet_options, "-r", home / "requirements.txt"], check=True)
    address = f"127.0.0.1:{free_port()}"
    command = [venv / "bin/gunicorn", "-k", "gevent", "-w", "1", "-b", address, "--log-level", "error", "article:app"]
    variables = {"PATH": os.environ["PATH"], "ARTICLE_DATABASE": str(folder / "article.db")}
    process = start_process(command, cwd=home, env=variables)
    try:
        wait(f"http://{address}/a.gif?url=http%3A%2F%2Fexample.com%2F")
        yield f"http://{address}"
    finally:
        process.terminate()
        process.wait()
