"""The longest stand-still of the event loop under a mix of all pages, and `/healthz` while large images are drawn."""

import json
import re
import time
import urllib.error
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.processes import foyer, get, internet, load
from bench.results import Result, settle

FORMS = ("", ".json", ".csv", ".svg", ".png", "?view=line", "?view=bar")
OTHER_PAGES = (
    *("/", "/boards", "/boards/office", "/boards/office/desk", "/reports", "/flow", "/healthz", "/a.js", "/tokens"),
    *("/links", "/boards/visits", "/boards/visits/desk", "/robots.txt", "/static/wall.js", "/flow?days=90&by=path"),
)
LARGE_IMAGE = "/reports/top-pages.png?width={}&height=1600"
IMAGES = 12
ROUNDS = 5
CALLERS = 4
MEASURE = "/__bench/stand-still"


def reports(address: str) -> list[str]:
    """The names of all reports."""
    return sorted(set(re.findall(r'href="/reports/([a-z0-9-]+)"', get(address + "/reports").decode())))


def status(url: str) -> int:
    """Any status is an answer: a report without figures has no image."""
    try:
        get(url, timeout=90.0)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    return 200


def mix(address: str) -> tuple[int, int]:
    """Requests all pages at once from some callers, some rounds; how many pages, how many answers were 200."""
    pages = [*OTHER_PAGES, *(f"/reports/{name}{form}" for name in reports(address) for form in FORMS)]
    with ThreadPoolExecutor(CALLERS) as callers:
        codes = list(callers.map(lambda page: status(address + page), pages * ROUNDS))
    return len(pages), codes.count(200)


def draw_and_load(address: str) -> tuple[list[float], int, float]:
    """The seconds of each `/healthz` while the images are drawn, one after the other; images drawn; seconds for all."""
    began, times = time.perf_counter(), []
    with ThreadPoolExecutor(IMAGES) as callers:
        images = [callers.submit(status, address + LARGE_IMAGE.format(2400 - n)) for n in range(IMAGES)]
        while not all(image.done() for image in images):
            sent = time.perf_counter()
            get(address + "/healthz")
            times.append(time.perf_counter() - sent)
    return sorted(times), [image.result() for image in images].count(200), time.perf_counter() - began


def measure(folder: Path) -> Iterator[Result]:
    with internet(folder) as environment, foyer(folder / "var", environment) as (_, address):
        settle(address)
        get(address + MEASURE, method="POST")
        pages, answered = mix(address)
        longest = json.loads(get(address + MEASURE))
        yield Result(
            "longest stand-still of the event loop under a mix of all pages, in ms of its thread's processor time",
            longest["ms"],
            "<=",
            50.0,
            f"{pages} pages, {ROUNDS} times, {CALLERS} callers; {answered:,} of {pages * ROUNDS:,} answers were 200; "
            f"{longest['callbacks']:,} callbacks; the longest: {longest['name']}",
        )
        idle = load(address + "/healthz", 1, 4.0)["p99"]
        times, drawn, seconds = draw_and_load(address)
        yield Result(
            f"p99 of `/healthz` in ms while {IMAGES} images of 4,800 × 3,200 pixels are drawn",
            times[int(len(times) * 0.99)] * 1000,
            "<=",
            100.0,
            f"{len(times):,} answers, the slowest {times[-1] * 1000:.0f} ms; {drawn} images drawn in {seconds:.1f} s; "
            f"without them {idle:.1f} ms",
        )
