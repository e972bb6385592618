"""The command line: every command explains itself, and what is wrong is a sentence."""

import gc
import json
import logging
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from demo.internet import Internet
from demo.openid import sign_in_environment
from run import main
from tests.config.test_settings import DOOR
from tests.conventions.code import ROOT
from utilities.checkup import CheckStatus, Finding, run_checks
from utilities.config.environment import read_settings
from utilities.model.clock import utc_now

pytestmark = pytest.mark.slow

COMMANDS = ("serve", "demo", "check", "schema", "forget", "export")


@dataclass(frozen=True)
class FinishedCommand:
    """A command that has ended."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., FinishedCommand]


def variables(folder: Path, environ: Mapping[str, str]) -> dict[str, str]:
    usual = {
        "ENV_FILE": "/dev/null",
        "PATH": os.environ["PATH"],
        "BOARDS_DIR": str(ROOT / "boards"),
        "DATA_DIR": str(folder / "var"),
    }
    return usual | dict(environ)


def run_in_subprocess(folder: Path, *words: str, **environ: str) -> FinishedCommand:
    """A `run.py` of its own, in a folder without `.env`, with nothing set but `environ`. It takes a second."""
    command = [sys.executable, str(ROOT / "run.py"), *words]
    told = variables(folder, environ)
    ended = subprocess.run(command, cwd=folder, env=told, capture_output=True, text=True, check=False)
    assert "Traceback" not in ended.stdout + ended.stderr
    return FinishedCommand(ended.returncode, ended.stdout, ended.stderr)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """`run("check", PORT="x")`: as `started`, in this process; what it changes there is put back."""
    root = logging.getLogger()
    mask, level, handlers = os.umask(0o022), root.level, root.handlers[:]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["run.py"])

    def run(*words: str, **environ: str) -> FinishedCommand:
        told = variables(tmp_path, environ)
        for name in set(os.environ) - set(told):
            monkeypatch.delenv(name)
        for name, value in told.items():
            monkeypatch.setenv(name, value)
        try:
            code = main(words)
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return FinishedCommand(code, said.out, said.err)

    yield run
    os.umask(mask)
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)
    gc.enable()


@pytest.mark.parametrize("words", [(), *((command,) for command in COMMANDS)])
def test_every_command_explains_itself(run: Run, words: tuple[str, ...]):
    done = run(*words, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith("usage: run.py")


def test_bad_settings_stop_every_command_with_all_their_sentences(run: Run):
    for command in ("serve", "demo", "check"):
        done = run(command, PORT="x", LOG_FORMAT="xml")
        assert done.returncode == 1
        assert [line.split()[0] for line in done.stderr.splitlines()] == ["PORT", "LOG_FORMAT"]


def test_check_passes_when_nothing_is_configured(tmp_path: Path):
    done = run_in_subprocess(tmp_path, "check")
    assert done.returncode == 0, done.stdout
    assert "not set up  source ga4             set GA4_PROPERTY_ID" in done.stdout
    assert "All is well." in done.stdout


def test_check_names_a_misspelt_variable(run: Run):
    done = run("check", LOOK_BACK_DAY="3")
    assert done.returncode == 1
    assert "did you mean LOOK_BACK_DAYS?" in done.stdout


def test_check_finds_what_is_wrong_with_boards_and_credentials(run: Run, tmp_path: Path):
    (tmp_path / "boards").mkdir()
    (tmp_path / "boards" / "office.yaml").write_text("title: Office\ntiles: [{report: x, view: y, place: [1, 1, 1]}]\n")
    places = {"BOARDS_DIR": str(tmp_path / "boards"), "GOOGLE_APPLICATION_CREDENTIALS": "nowhere.json"}
    done = run("check", GA4_PROPERTY_ID="123", **places)
    assert done.returncode == 1
    wrong = [line for line in done.stdout.splitlines() if line.startswith("wrong")]
    assert [line.split()[1] for line in wrong] == ["boards", "source"]
    assert "office.yaml, line 2" in wrong[0]
    assert "GOOGLE_APPLICATION_CREDENTIALS names a file that does not exist" in wrong[1]
    assert "2 to fix." in done.stdout


def test_check_names_a_redis_that_does_not_answer(run: Run):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        done = run("check", REDIS_URL=f"redis://:canary@127.0.0.1:{nobody.getsockname()[1]}")
    assert done.returncode == 1
    assert "wrong       store" in done.stdout
    assert "canary" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("DATABASE_URL", "postgresql://u:canary@127.0.0.1:abc/x", "its host or its port cannot be read"),
        ("DATABASE_URL", "postgresql+canary://127.0.0.1/x", "leave out the driver"),
        ("DATA_DIR", "/dev/null", "Check that DATA_DIR belongs"),
    ],
)
def test_reason_for_a_failed_start_is_a_sentence(run: Run, variable: str, value: str, told: str):
    done = run("serve", **{**DOOR, "PORT": "0", variable: value})
    assert done.returncode == 1
    assert told in done.stderr
    assert "canary" not in done.stdout + done.stderr


def test_address_that_is_not_this_machines_is_named(tmp_path: Path):
    done = run_in_subprocess(tmp_path, "serve", **DOOR, PORT="0", BIND="192.0.2.1")
    assert done.returncode == 1
    assert "Foyer cannot listen on the address of BIND, port 0: " in done.stderr


def test_port_that_is_taken_is_named(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = run_in_subprocess(tmp_path, "serve", GA4_PROPERTY_ID="1", PORT=str(port))
    assert f"Foyer cannot listen on port {port}: Address already in use. Set another PORT." in done.stderr


def test_demo_without_a_data_folder_states_the_reason(tmp_path: Path):
    done = run_in_subprocess(tmp_path, "demo", DATA_DIR="/dev/null/var", LOG_FORMAT="json")
    assert done.returncode == 1
    messages = [json.loads(line)["message"] for line in done.stderr.splitlines()]
    assert "The simulated internet cannot start" in messages[0]
    assert "stopped at once with exit code 1" in messages[-1]


def test_check_names_a_folder_that_cannot_be_written_to(run: Run):
    done = run("check", DATA_DIR="/dev/null")
    assert done.returncode == 1
    assert "wrong       data                   nothing can be written to DATA_DIR: Not a directory" in done.stdout


async def test_check_tells_whether_the_issuer_knows_the_client(tmp_path: Path):
    said: list[Finding] = []
    async with Internet(tmp_path) as internet:
        door = DOOR | sign_in_environment(internet.address) | {"DATA_DIR": str(tmp_path)}
        for secret in (door["GOOGLE_CLIENT_SECRET"], "another-secret"):
            settings = read_settings(door | {"GOOGLE_CLIENT_SECRET": secret}, env_file=None)
            said += [each async for each in run_checks(settings, utc_now) if each.part == "sign-in"]
    assert [each.status for each in said] == [CheckStatus.OK, CheckStatus.WRONG]
    assert "check GOOGLE_CLIENT_ID and its secret" in said[1].text


def test_output_to_a_closed_pipe_is_no_error(tmp_path: Path):
    command = f"{sys.executable} {ROOT / 'run.py'} schema | head -c 1"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("{", "")


def test_data_files_are_readable_by_their_owner_only(run: Run, tmp_path: Path):
    run("forget", "--path", "/none", DATA_DIR=str(tmp_path / "mine"))
    assert stat.S_IMODE((tmp_path / "mine").stat().st_mode) == 0o700


def test_schema_is_what_editors_are_given(run: Run):
    done = run("schema")
    assert json.loads(done.stdout) == json.loads((ROOT / "boards" / "board.schema.json").read_text())


async def test_check_passes_on_the_demo_internet(tmp_path: Path):
    async with Internet(tmp_path) as internet:
        environ = {"DATA_DIR": str(tmp_path), "BOARDS_DIR": str(ROOT / "boards")}
        settings = read_settings(environ, env_file=None, demo_env=internet.environment)
        found = [finding async for finding in run_checks(settings, utc_now)]
    assert {finding.part: finding.status for finding in found if finding.part.startswith("source ga4")} == {
        "source ga4": CheckStatus.OK
    }
    assert not [finding for finding in found if finding.status is CheckStatus.WRONG]


def test_long_finding_stands_in_its_column():
    assert str(Finding("boards", CheckStatus.WRONG, "one\ntwo")).splitlines() == [
        "wrong       boards                 one",
        "                                   two",
    ]
