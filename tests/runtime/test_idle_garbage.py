"""Full garbage collections run between requests, and stay short however much there is."""

import asyncio
import gc
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from tests.conventions.code import ROOT
from tests.waiting import wait_until
from utilities.runtime.idle_garbage import (
    OVERDUE_COUNT,
    OVERDUE_THAW_SECONDS,
    THAW_SECONDS,
    GarbageCollector,
    collect_garbage_when_idle,
)

TIMES = """
import gc, time
from utilities.runtime.idle_garbage import GarbageCollector
times, begun = [], []

def note(phase, info):
    if info["generation"] == 2 and phase == "start":
        begun.append(time.thread_time())
    elif info["generation"] == 2:
        times.append(time.thread_time() - begun[-1])

gc.callbacks.append(note)
collector = GarbageCollector(lambda: True)
collector.begin()
data = []
for number in range(12):
    data.append([{"row": [number, each]} for each in range(25_000)])  # in all, 600,000 objects
    collector.collect_if_due()
print(len(times), max(times, default=0.0))
"""


class Cycle:
    """Garbage that only a collection deletes."""

    deleted = 0

    def __init__(self) -> None:
        self.self = self

    def __del__(self) -> None:
        Cycle.deleted += 1


@pytest.fixture(autouse=True)
def usual_collection() -> Iterator[None]:
    threshold = gc.get_threshold()
    Cycle.deleted = 0
    yield
    gc.set_threshold(*threshold)
    gc.unfreeze()
    gc.freeze()


def age_young_objects(count: int) -> None:
    """Lets as many collections of young objects pass as makes a full one due."""
    while gc.get_count()[2] < count:
        gc.collect(1)


incremental = pytest.mark.skipif(sys.version_info >= (3, 14), reason="Python 3.14 collects in small parts by itself")


@pytest.mark.slow
@incremental
def test_full_collections_stay_short_while_much_new_data_comes():
    run = subprocess.run([sys.executable, "-c", TIMES], cwd=ROOT, capture_output=True, text=True, check=True)
    count, longest = run.stdout.split()
    assert int(count) >= 3
    assert float(longest) < 0.05


@incremental
def test_full_collection_waits_for_requests_but_not_for_ever():
    is_idle = False
    collector = GarbageCollector(lambda: is_idle)
    collector.begin()
    gc.collect()
    age_young_objects(20)
    collector.collect_if_due()
    assert gc.get_count()[2] == 20
    is_idle = True
    collector.collect_if_due()
    assert gc.get_count()[2] == 0
    is_idle = False
    age_young_objects(OVERDUE_COUNT)
    collector.collect_if_due()
    assert gc.get_count()[2] == 0


@pytest.mark.slow
@pytest.mark.parametrize(("is_idle", "seconds"), [(True, THAW_SECONDS), (False, THAW_SECONDS + OVERDUE_THAW_SECONDS)])
def test_garbage_that_was_frozen_alive_is_collected_once_a_day(is_idle: bool, seconds: float):
    now, before = 0.0, Cycle.deleted
    collector = GarbageCollector(lambda: is_idle, lambda: now)
    cycle = Cycle()
    collector.begin()
    del cycle
    gc.collect()
    assert Cycle.deleted == before
    now = seconds
    collector.collect_if_due()
    assert Cycle.deleted == before + 1


async def test_threshold_is_restored_at_the_end():
    threshold, began = gc.get_threshold(), time.monotonic()
    async with collect_garbage_when_idle(lambda: time.monotonic() > began):
        await wait_until(lambda: len(asyncio.all_tasks()) > 1)
        assert gc.isenabled()
    assert gc.get_threshold() == threshold
