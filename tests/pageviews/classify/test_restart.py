"""A process that ends and one that goes on after it: the same people, and the same visits."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.pageviews.classify.conftest import CHROME, MINUTE, NOON
from tests.waiting import wait_until
from utilities.config.settings import Settings
from utilities.model.errors import StoreDown
from utilities.pageviews.collect.beacon import BeaconPayload
from utilities.pageviews.collection import open_collection
from utilities.pageviews.storage.open import DUCKDB_FILE

COUNT = "SELECT count(*), count(DISTINCT visitor), count(DISTINCT visit) FROM page_views WHERE moment >= $since"


SITES = "sites: [{name: example, domains: [example.com], zone: Europe/Berlin}]"


async def test_a_restart_makes_nobody_new_and_ends_no_visit(settings: Callable[..., Settings], tmp_path: Path):
    (tmp_path / "sites.yaml").write_text(SITES)
    now, there = NOON, settings(boards_dir=tmp_path)
    payload = BeaconPayload(url="https://example.com/?utm_source=news&utm_medium=email", host="example.com")
    for passed in (5 * MINUTE, 25 * MINUTE, 31 * MINUTE):
        async with open_collection(there, lambda: now) as own:  # noqa: B023 (it is left before `now` changes)
            await own.collector.collect_hit(payload, "192.0.2.7", CHROME, {})
            now += passed
            await own.collector.collect_hit(
                BeaconPayload("https://example.com/b", "example.com"), "192.0.2.7", CHROME, {}
            )
        now += timedelta(seconds=1)
    async with open_collection(there, lambda: now) as own:
        rows: list[tuple[Any, ...]] = await own.views.query(COUNT, {"since": NOON - MINUTE})
    # Two visits: the last page came after half an hour and a minute of silence, in the third process.
    assert rows == [(6, 1, 2)]


@pytest.mark.slow
async def test_visits_and_recent_hits_are_restored_when_the_store_opens_after_the_start(
    settings: Callable[..., Settings], tmp_path: Path
):
    (tmp_path / "sites.yaml").write_text(SITES)
    now, there = NOON, settings(boards_dir=tmp_path)
    first, second = (
        BeaconPayload(url=f"https://example.com/{path}", host="example.com", id=path * 22)
        for path in ("a?utm_source=news", "b")
    )
    async with open_collection(there, lambda: now) as own:
        await own.collector.collect_hit(first, "192.0.2.7", CHROME, {})
    file = there.data_dir / DUCKDB_FILE
    file.rename(backup := file.with_name("backup"))
    file.write_bytes(b"not a database " * 1000)
    now += MINUTE
    async with open_collection(there, lambda: now) as own:

        async def is_stored(payload: BeaconPayload) -> bool:
            try:
                await own.collector.collect_hit(payload, "192.0.2.7", CHROME, {})
            except StoreDown:
                return False
            return True

        assert not await is_stored(second)  # begins a visit in memory that is not in the store
        backup.replace(file)
        await wait_until(lambda: own.views.health()["answers"])
        assert await is_stored(second)
        assert await is_stored(first)  # once more, because the answer was lost
        assert len(own.classifier.sessions) == 1
        rows = await own.views.query(COUNT, {"since": NOON - MINUTE})
    assert rows == [(2, 1, 1)]
