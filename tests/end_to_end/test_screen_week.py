"""A short version of `make bench ARGS=screen_week`: a screen through switches, a restart and a clock change."""

import shutil
from pathlib import Path

import pytest

from bench import screen_week

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]  # twenty seconds on a quiet machine


@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs chromium")
def test_nothing_is_wrong_or_blank_on_the_glass_of_a_screen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(screen_week, "PART", 0.008)
    faults, *others = screen_week.measure(tmp_path)
    assert faults.figure == 0, faults.raw
    assert "1 restarts" in faults.raw
    assert {each.what.split()[0] for each in others} == {"heap", "nodes", "listeners", "documents", "private"}
