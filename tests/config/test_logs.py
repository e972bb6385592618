"""Logs: one event is one physical line, and no secret gets into it."""

import io
import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conventions.code import ROOT
from utilities.logs import JsonLogFormatter, StderrHandler, TextLogFormatter
from utilities.redaction import Redactor

NASTY = "title\r\nFAKE 2026 ERROR all is lost\x1b[2J \x85 \u2028 \u2029 \u202egnitfel\x00"
SECRET = 'canary"secret\\1'


def record(message: str, *args: object, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord("foyer.test", logging.INFO, __file__, 1, message, args, None)
    made.__dict__.update(extra)
    return made


@pytest.fixture(params=[TextLogFormatter, JsonLogFormatter])
def line(request: pytest.FixtureRequest) -> logging.Formatter:
    return request.param(Redactor([SECRET, "abc"]))


def test_event_is_one_line_whatever_is_in_it(line: logging.Formatter):
    written = line.format(record("page %s", NASTY))
    assert len(written.splitlines()) == 1
    assert not [c for c in written if ord(c) < 32 or c in "\x7f\x85\u2028\u2029\u202e"]


def test_traceback_is_on_the_same_line(line: logging.Formatter):
    try:
        raise ValueError(f"bad {SECRET}\nand more")
    except ValueError:
        made = record("oh")
        made.exc_info = sys.exc_info()
    written = line.format(made)
    assert len(written.splitlines()) == 1
    assert "ValueError" in written
    assert "canary" not in written


@pytest.mark.parametrize(
    "text",
    [
        f"the key is {SECRET}",
        "GET /login/callback?code=canary&state=canary HTTP/1.1",
        "https://graph.example/?id=1&access_token=canary",
        "'api_key=canary'",
        "client_secret=canary, password=canary",
        "Authorization: Bearer canary.canary",
        "redis://:canary@localhost:6379",
        "postgresql://foyer:canary@localhost/foyer",
    ],
)
def test_secret_is_masked_wherever_it_stands(line: logging.Formatter, text: str):
    assert "canary" not in line.format(record("%s", text))
    assert "canary" not in line.format(record("note", note=text))
    assert "***" in line.format(record("%s", text))


def test_ordinary_words_stay(line: logging.Formatter):
    written = line.format(record("GET /reports?page=2 abc tokenless 10.5 ms"))
    assert "GET /reports?page=2 abc tokenless 10.5 ms" in written


def test_endless_message_is_cut(line: logging.Formatter):
    assert len(line.format(record("x" * 1_000_000))) < 20_000


def test_json_has_the_usual_names():
    told = json.loads(JsonLogFormatter(Redactor()).format(record("hello %s", "there", took=3)))
    assert {name: told[name] for name in ("level", "logger", "message", "took")} == {
        **{"level": "INFO", "logger": "foyer.test", "message": "hello there"},
        "took": 3,
    }
    assert told["time"].endswith("Z")


@pytest.mark.parametrize("form", ["text", "json"])
def test_every_logger_and_every_warning_goes_to_stderr(form: str):
    program = (
        "import logging, warnings; from utilities.logs import log_to_stderr; from utilities.redaction import Redactor; "
        f"log_to_stderr('INFO', {form!r}, Redactor(['canary-secret'])); "
        "logging.getLogger('tornado.access').warning('canary-secret'); logging.getLogger('x').debug('not this'); "
        "warnings.warn('beware')"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 2
    assert "***" in done.stderr
    assert "beware" in done.stderr
    assert "canary" not in done.stderr


SET_UP = "from utilities.logs import log_to_stderr; log_to_stderr('INFO', 'json')"
FAULTY_STARTS = {
    "settings": ("run.py", "collect"),
    "an event": ("-c", f"import logging; {SET_UP}; logging.error('%d', 'x')"),
}


@pytest.mark.slow
@pytest.mark.parametrize("start", FAULTY_STARTS)
def test_every_line_is_json_whatever_is_wrong(start: str, tmp_path: Path):
    variables = {"LOG_FORMAT": "json", "PORT": "99999", "LOG_LEVEL": "loud", "ENV_FILE": "/dev/null"}
    ended = subprocess.run(
        [sys.executable, *FAULTY_STARTS[start]],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    messages = [json.loads(line)["message"] for line in ended.stderr.splitlines()]
    assert len(messages) == (2 if start == "settings" else 1)
    assert all("PORT" in each or "LOG_LEVEL" in each or "cannot be logged" in each for each in messages)


def test_event_after_the_end_of_stderr_is_dropped_without_an_error():
    closed = io.StringIO()
    closed.close()
    StderrHandler(closed).handle(record("the last words"))
