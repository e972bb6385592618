"""The processor time of classifying one page view, without receiving or storing it."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.results import Result
from utilities.pageviews import Hit
from utilities.pageviews.classify.classifier import open_classifier

ROUNDS = 5
HITS = 3000
NOON = datetime(2026, 11, 20, 11, tzinfo=UTC)
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)


def measure(folder: Path) -> Iterator[Result]:
    classifier = open_classifier(folder, None, NOON)
    hits = [make_bench_hit(number) for number in range(HITS)]
    seconds = []
    for _ in range(ROUNDS):
        started = time.process_time()
        for hit in hits:
            classifier.classify_hit(hit)
        seconds.append((time.process_time() - started) / HITS)
    classifier.close()
    raw = f"the quickest of {ROUNDS} rounds of {HITS:,} page views; the slowest {max(seconds) * 1e6:.0f} µs"
    yield Result("one page view classified, in µs of processor time", min(seconds) * 1e6, "<=", 60, raw)


def make_bench_hit(number: int) -> Hit:
    """Returns one of 500 pages, by one of 1,600 addresses."""
    return Hit(
        site="example",
        zone="Europe/Berlin",
        at=NOON + number * timedelta(minutes=1) / 500,
        url=f"https://www.example.com/page/{number % 500}",
        referrer="https://www.google.com/" if number % 3 else "",
        title=f"Page {number % 500}",
        address=f"192.0.{number % 8}.{number % 200}",
        agent=CHROME,
        headers={"accept-language": "de", "sec-fetch-dest": "image"},
    )
