"""Salts whose folder or disk fails: hits are counted on, and the salts are stored and deleted later."""

import logging
from collections.abc import Callable

import pytest

from tests.pageviews.classify.conftest import MINUTE, NOON, RunningClassifier


def test_a_full_disk_at_midnight_counts_on(start: Callable[..., RunningClassifier], caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    running = start()
    (running.folder / "salts").rmdir()
    (running.folder / "salts").write_text("no folder")
    visitors = {running.classify_view(at=NOON + at).visitor for at in (0 * MINUTE, MINUTE)}
    running.classify_view(site="other")
    running.classifier.purge_expired(NOON + MINUTE)
    (running.folder / "salts").unlink()
    running.classifier.purge_expired(NOON + 2 * MINUTE)
    assert {start().classify_view(at=NOON + 3 * MINUTE).visitor} == visitors  # stored by now
    lines = [record.getMessage().partition(" (")[0] for record in caplog.records]
    assert lines == ["The visitors' salts cannot be stored or deleted", "The visitors' salts are stored again"]
    assert not any(record.exc_info for record in caplog.records)
