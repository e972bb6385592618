"""Logs: one event is one physical line, and no secret gets into it."""

import logging
import re
import sys
import time
from collections.abc import Sequence
from typing import Any, Literal

from pythonjsonlogger.core import LogData
from pythonjsonlogger.json import JsonFormatter

LONGEST = 16_000  # characters of one event
SHORTEST_SECRET = 6  # characters; anything shorter would blot out ordinary words
NAMED = re.compile(
    r"(?P<name>\b(?:\w*(?:token|secret|password|key)|code|state|nonce|code_verifier|assertion)=)[^&\s\"'<>]+"
    r"|(?P<scheme>\b(?:Bearer|Basic) +)[\w.~+/=-]{6,}"
    r"|(?P<user>://[^/\s:@]*:)[^/\s@]+(?=@)",
    re.IGNORECASE,
)
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class Redactor:
    """Masks secret values wherever they stand, and whatever is called `token=`, `code=`, `key=` and the like."""

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        long_enough = sorted((each for each in secrets if len(each) >= SHORTEST_SECRET), key=len, reverse=True)
        self._values = re.compile("|".join(map(re.escape, long_enough))) if long_enough else None

    def clean(self, text: str) -> str:
        """The text without secrets, at most LONGEST characters of it."""
        if self._values:
            text = self._values.sub("***", text)
        text = NAMED.sub(lambda found: f"{found['name'] or found['scheme'] or found['user']}***", text)
        return text if len(text) <= LONGEST else text[:LONGEST] + "…"


class TextLine(logging.Formatter):
    """For people; what would break the line or steer a terminal is written as an escape."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__("%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S")
        self.converter = time.gmtime
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        return CONTROL.sub(lambda found: repr(found[0])[1:-1], self._redactor.clean(super().format(record)))


class JsonLine(JsonFormatter):
    """For machines; JSON escapes what would break the line."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__(
            "%(asctime)s %(levelname)s %(name)s %(message)s",
            "%Y-%m-%dT%H:%M:%SZ",
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
            json_ensure_ascii=True,
        )
        self.converter = time.gmtime
        self._redactor = redactor

    def process_log_record(self, log_data: LogData) -> LogData:
        clean: dict[str, Any] = super().process_log_record(log_data)
        return {name: self._redactor.clean(value) if isinstance(value, str) else value for name, value in clean.items()}


def log_to_stderr(level: str, form: Literal["text", "json"], secrets: Sequence[str] = ()) -> None:
    """Sends every logger's events, and Python's warnings, to stderr in this form; replaces what was there."""
    redactor = Redactor(secrets)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLine(redactor) if form == "json" else TextLine(redactor))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it names each of its own plugins
