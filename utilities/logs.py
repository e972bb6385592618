"""Logs: one event is one physical line, and no secret gets into it."""

import logging
import re
import sys
import threading
import time
import traceback
import warnings
from types import TracebackType
from typing import Any, Literal, TextIO

from pythonjsonlogger.core import LogData
from pythonjsonlogger.json import JsonFormatter

from utilities.redaction import Redactor

MAX_LOG_EVENT_CHARS = 16_000
CONTROL_CHARACTERS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def mask_event(redactor: Redactor, text: str) -> str:
    """Returns the text of an event without secrets, at most MAX_LOG_EVENT_CHARS of it."""
    cut = text if len(text) <= MAX_LOG_EVENT_CHARS else text[:MAX_LOG_EVENT_CHARS] + "…"
    return redactor.mask_secrets(cut)


class TextLogFormatter(logging.Formatter):
    """One line for people; line breaks and terminal controls are written as escapes."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__("%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S")
        self.converter = time.gmtime
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        return CONTROL_CHARACTERS.sub(
            lambda match: repr(match[0])[1:-1], mask_event(self._redactor, super().format(record))
        )


class JsonLogFormatter(JsonFormatter):
    """One line of JSON for programs."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__(
            "%(asctime)s %(levelname)s %(name)s %(message)s",
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
            json_ensure_ascii=True,
        )
        self._redactor = redactor

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 (logging's name)
        return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(record.created))}.{int(record.msecs):03d}Z"

    def process_log_record(self, log_data: LogData) -> LogData:
        clean: dict[str, Any] = super().process_log_record(log_data)
        return {
            name: mask_event(self._redactor, value) if isinstance(value, str) else value
            for name, value in clean.items()
        }


class StderrHandler(logging.StreamHandler[TextIO]):
    """Writes events to stderr; one that cannot be formatted is named, without its arguments, which may be secret."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (the name is of logging)
        error = sys.exc_info()[1]
        if not isinstance(error, OSError) and not self.stream.closed:  # else stderr itself is closed or full
            sentence = f"An event of {record.filename}:{record.lineno} cannot be logged ({type(error).__name__})."
            plain = logging.LogRecord("foyer.logs", logging.ERROR, record.pathname, record.lineno, sentence, None, None)
            self.stream.write(self.format(plain) + self.terminator)


def log_uncaught_errors() -> None:
    """Sends what nobody catches to the log, instead of a traceback that Python prints with every value in it."""
    log = logging.getLogger("foyer")

    def log_error(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if logging.getLogger().handlers:
            log.critical("uncaught error", exc_info=(kind, error, trace))
        else:  # before the settings are read: what is secret cannot be told yet, so no text of the error
            sys.stderr.write("".join([*traceback.format_tb(trace), f"{kind.__name__}\n"]))

    def log_thread_error(ended: threading.ExceptHookArgs) -> None:
        log.error("uncaught error in a thread", exc_info=ended.exc_value)

    def log_unraisable(ended: "sys.UnraisableHookArgs") -> None:
        log.error("uncaught error at the end of an object", exc_info=ended.exc_value)

    sys.excepthook, threading.excepthook, sys.unraisablehook = log_error, log_thread_error, log_unraisable


def log_settings_faults(faults: str) -> None:
    """Logs each fault of the settings as an event in JSON: there are no settings yet to set up the log with."""
    log_to_stderr("INFO", "json")
    for fault in faults.splitlines():
        logging.getLogger("foyer").critical("%s", fault)


def format_warning(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, line: str | None = None
) -> str:
    """Returns a library's warning as one sentence with its place, without the line of code."""
    return f"{category.__name__}: {message} ({filename}:{lineno})"


def drop_quoted_request(record: logging.LogRecord) -> bool:
    """Removes what Tornado quotes of a malformed request: its header may hold a token."""
    if str(record.msg).startswith("Malformed HTTP message") and isinstance(record.args, tuple) and record.args:
        *before, why = record.args
        record.args = (*before, str(why).partition(":")[0])
    return True


def log_to_stderr(level: str, log_format: Literal["text", "json"], redactor: Redactor | None = None) -> None:
    """Sends every logger's events, and Python's warnings, to stderr in this format; replaces earlier handlers."""
    redactor = redactor or Redactor()
    handler = StderrHandler(sys.stderr)
    handler.addFilter(drop_quoted_request)
    handler.setFormatter(JsonLogFormatter(redactor) if log_format == "json" else TextLogFormatter(redactor))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    warnings.formatwarning = format_warning
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it logs each of its own plugins
