"""Logs: one event is one physical line, and no secret gets into it."""

import logging
import re
import sys
import time
from collections.abc import Sequence
from typing import Any, Literal

from pythonjsonlogger.core import LogData
from pythonjsonlogger.json import JsonFormatter

MAX_LOG_EVENT_CHARS = 16_000
MIN_SECRET_CHARS = 6  # masking shorter values would mask ordinary words
NAMED_SECRET = re.compile(
    r"(?P<name>\b(?:\w*(?:token|secret|password|key)|code|state|nonce|code_verifier|assertion)=)[^&\s\"'<>]+"
    r"|(?P<scheme>\b(?:Bearer|Basic) +)[\w.~+/=-]{6,}"
    r"|(?P<user>://[^/\s:@]*:)[^/\s@]+(?=@)",
    re.IGNORECASE,
)
CONTROL_CHARACTERS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class Redactor:
    """Masks secret values anywhere in a text, and every value after `token=`, `code=`, `key=` and the like."""

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        long_enough = sorted((each for each in secrets if len(each) >= MIN_SECRET_CHARS), key=len, reverse=True)
        self._values = re.compile("|".join(map(re.escape, long_enough))) if long_enough else None

    def mask_secrets(self, text: str) -> str:
        """Returns the text without secrets, at most LONGEST characters of it."""
        if self._values:
            text = self._values.sub("***", text)
        text = NAMED_SECRET.sub(lambda match: f"{match['name'] or match['scheme'] or match['user']}***", text)
        return text if len(text) <= MAX_LOG_EVENT_CHARS else text[:MAX_LOG_EVENT_CHARS] + "…"


class TextLogFormatter(logging.Formatter):
    """One line for people; line breaks and terminal controls are written as escapes."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__("%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S")
        self.converter = time.gmtime
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        return CONTROL_CHARACTERS.sub(
            lambda match: repr(match[0])[1:-1], self._redactor.mask_secrets(super().format(record))
        )


class JsonLogFormatter(JsonFormatter):
    """One line of JSON for programs."""

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
        return {
            name: self._redactor.mask_secrets(value) if isinstance(value, str) else value
            for name, value in clean.items()
        }


def log_to_stderr(level: str, log_format: Literal["text", "json"], secrets: Sequence[str] = ()) -> None:
    """Sends every logger's events, and Python's warnings, to stderr in this format; replaces earlier handlers."""
    redactor = Redactor(secrets)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLogFormatter(redactor) if log_format == "json" else TextLogFormatter(redactor))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it logs each of its own plugins
