"""On the build machine a test that could not run counts as one that failed."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conventions.code import ROOT

pytestmark = pytest.mark.slow  # each test starts a pytest of its own

SKIPS = """
import pytest

def test_runs():
    pass

def test_needs_something():
    pytest.skip({reason!r})
"""


def run(folder: Path, reason: str, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    (folder / "test_skips.py").write_text(SKIPS.format(reason=reason))
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


NEEDS = "needs a Redis server: install redis-server"
REQUIRED = {"FOYER_REQUIRE_SERVICES": "1"}


@pytest.mark.parametrize(
    ("reason", "environ", "code"),
    [(NEEDS, {}, 0), (NEEDS, REQUIRED, 1), ("the recording is not here", REQUIRED, 0)],
)
def test_skip_fails_only_for_a_service_that_is_required(tmp_path: Path, reason: str, environ: dict, code: int):
    done = run(tmp_path, reason, environ)
    assert done.returncode == code, done.stdout + done.stderr
    assert ("NOT RUN" in done.stdout) is bool(code)
    assert "1 passed, 1 skipped" in done.stdout
