"""On the build machine a test that could not run counts as one that failed."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.code import ROOT

SKIPS = """
import pytest

def test_runs():
    pass

def test_needs_something():
    pytest.skip("needs a Redis server: install redis-server")
"""


def run(folder: Path, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    (folder / "test_skips.py").write_text(SKIPS)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "tests.services_plugin",
        "-p",
        "no:cacheprovider",
        str(folder),
    ]
    paths = {"PYTHONPATH": str(ROOT), "PATH": ""}
    return subprocess.run(command, cwd=folder, env=paths | environ, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("environ", "code"), [({}, 0), ({"FOYER_REQUIRE_SERVICES": "1"}, 1)])
def test_skip_fails_only_where_services_are_required(tmp_path: Path, environ: dict[str, str], code: int):
    done = run(tmp_path, environ)
    assert done.returncode == code, done.stdout + done.stderr
    assert ("NOT RUN" in done.stdout) is bool(code)
    assert "1 passed, 1 skipped" in done.stdout
