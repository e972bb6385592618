"""A disk that can only be read at the start: Foyer starts, says so once, and stores everything as soon as it can."""

import logging
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.pageviews.storage.test_outages import accepts, log_lines, small_disk
from tests.waiting import wait_until
from utilities.config.settings import Settings
from utilities.model.clock import utc_now
from utilities.pageviews.collection import open_collection

__all__ = ["small_disk"]


def remount(disk: Path, option: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{option}", disk], check=True)


@pytest.mark.slow
async def test_start_with_a_disk_that_can_only_be_read_says_so_and_heals(
    settings: Callable[..., Settings], small_disk: Path, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    remount(small_disk, "ro")
    async with open_collection(settings(data_dir=small_disk), utc_now) as collection:
        assert not await accepts(collection.views, 1)
        salts = collection.classifier.salts.salts_at("office", "UTC", utc_now().timestamp())
        collection.classifier.purge_expired(utc_now())
        remount(small_disk, "rw")
        await wait_until(lambda: accepts(collection.views, 2))
        await wait_until(lambda: collection.views.health()["answers"])
        collection.classifier.purge_expired(utc_now())
    [stored] = (small_disk / "salts").glob("*.salt")
    assert stored.read_text().startswith(salts.salt.hex())
    salt_lines = ["The visitors' salts cannot be stored or deleted", "The visitors' salts are stored again"]
    assert [line for line in log_lines(caplog) if "salts" in line] == salt_lines
    assert log_lines(caplog).count("Page views cannot be stored") == 1
    assert not any(record.exc_info for record in caplog.records)
