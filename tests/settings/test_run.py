"""The command line: every command explains itself, and what is wrong is a sentence."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from demo.internet import Internet
from tests.house.code import ROOT
from utilities.checkup import Finding, Health, findings
from utilities.clock import utc_now
from utilities.settings import read_settings

COMMANDS = ("serve", "demo", "check", "schema", "forget", "export")


def run(folder: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """`run.py` in a folder without `.env`, with nothing set but `environ`."""
    usual = {"PATH": os.environ["PATH"], "BOARDS_DIR": str(ROOT / "boards"), "DATA_DIR": str(folder / "var")}
    command = [sys.executable, str(ROOT / "run.py"), *words]
    done = subprocess.run(command, cwd=folder, env=usual | environ, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stdout + done.stderr
    return done


@pytest.mark.parametrize("words", [(), *((command,) for command in COMMANDS)])
def test_every_command_explains_itself(tmp_path: Path, words: tuple[str, ...]):
    done = run(tmp_path, *words, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith("usage: run.py")


def test_bad_settings_stop_every_command_with_all_their_sentences(tmp_path: Path):
    for command in ("serve", "demo", "check"):
        done = run(tmp_path, command, PORT="x", LOG_FORMAT="xml")
        assert done.returncode == 1
        assert [line.split()[0] for line in done.stderr.splitlines()] == ["PORT", "LOG_FORMAT"]


def test_check_is_well_when_nothing_is_configured(tmp_path: Path):
    done = run(tmp_path, "check")
    assert done.returncode == 0, done.stdout
    assert "not set up  source ga4             set GA4_PROPERTY_ID" in done.stdout
    assert "All is well." in done.stdout


def test_check_names_a_misspelt_variable(tmp_path: Path):
    done = run(tmp_path, "check", LOOK_BACK_DAY="3")
    assert done.returncode == 1
    assert "did you mean LOOK_BACK_DAYS?" in done.stdout


def test_check_finds_what_is_wrong_with_boards_and_credentials(tmp_path: Path):
    (tmp_path / "boards").mkdir()
    (tmp_path / "boards" / "office.yaml").write_text("title: Office\ntiles: [{report: x, view: y, place: [1, 1, 1]}]\n")
    places = {"BOARDS_DIR": str(tmp_path / "boards"), "GOOGLE_APPLICATION_CREDENTIALS": "nowhere.json"}
    done = run(tmp_path, "check", GA4_PROPERTY_ID="123", **places)
    assert done.returncode == 1
    wrong = [line for line in done.stdout.splitlines() if line.startswith("wrong")]
    assert [line.split()[1] for line in wrong] == ["boards", "source"]
    assert "office.yaml, line 2" in wrong[0]
    assert "GOOGLE_APPLICATION_CREDENTIALS names nowhere.json, and there is no such file" in wrong[1]
    assert "2 to mend." in done.stdout


def test_check_names_a_redis_that_does_not_answer(tmp_path: Path):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        done = run(tmp_path, "check", REDIS_URL=f"redis://:canary@127.0.0.1:{nobody.getsockname()[1]}")
    assert done.returncode == 1
    assert "wrong       store" in done.stdout
    assert "canary" not in done.stdout + done.stderr


def test_schema_is_what_editors_are_given(tmp_path: Path):
    done = run(tmp_path, "schema")
    assert json.loads(done.stdout) == json.loads((ROOT / "boards" / "board.schema.json").read_text())


async def test_check_is_well_on_the_pretend_internet(tmp_path: Path):
    async with Internet(tmp_path) as internet:
        environ = {"DATA_DIR": str(tmp_path), "BOARDS_DIR": str(ROOT / "boards")}
        settings = read_settings(environ, env_file=None, pretended=internet.environment)
        found = [finding async for finding in findings(settings, utc_now)]
    assert {finding.part: finding.health for finding in found if finding.part.startswith("source ga4")} == {
        "source ga4": Health.WELL
    }
    assert not [finding for finding in found if finding.health is Health.WRONG]


def test_long_finding_stands_in_its_column():
    assert str(Finding("boards", Health.WRONG, "one\ntwo")).splitlines() == [
        "wrong       boards                 one",
        "                                   two",
    ]
