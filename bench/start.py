"""From the start of the process to the first painted tile, and the memory an idle Foyer needs."""

import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Error

from bench.processes import chromium, foyer, internet, resident
from bench.results import Result, settle

ROUNDS = 3


def measure(folder: Path) -> Iterator[Result]:
    with internet(folder) as environment, chromium() as browser:
        times = []
        for round_ in range(ROUNDS):
            began = time.perf_counter()
            with foyer(folder / f"var{round_}", environment) as (pid, address):
                page = browser.new_page(viewport={"width": 1920, "height": 1080})
                page.goto(f"{address}/boards/office")
                try:
                    page.wait_for_selector("[data-state=live]", timeout=30_000)
                except Error as error:
                    raise SystemExit("no tile came to life") from error
                times.append(time.perf_counter() - began)
                page.close()
                settle(address)
                time.sleep(2)
                memory = resident(pid)
    yield Result(
        "start of the process to the first painted tile, in s",
        sorted(times)[ROUNDS // 2],
        "",
        0,
        "nothing stored yet, networks and Google on loopback",
    )
    yield Result(
        "resident memory, idle, with the office board, in MB", memory, "", 0, "one process, no Redis, no sign-in"
    )
