"""Logs once when something stops working, and once when it works again."""

import logging
from threading import Lock
from typing import TypeVar

from utilities.model.errors import FoyerError

Error = TypeVar("Error", bound=FoyerError)


def is_outage_logged(error: Exception) -> bool:
    """Returns whether `error` is the consequence of an outage that is in the log."""
    return isinstance(error, FoyerError) and error.is_logged


def outage_level(error: Exception) -> int:
    """Returns the level at which a consequence of `error` is logged: DEBUG when the outage has its line already."""
    return logging.DEBUG if is_outage_logged(error) else logging.WARNING


def mark_logged(error: Error) -> Error:
    """Returns the error, marked as the consequence of an outage that is in the log."""
    error.is_logged = True
    return error


class OutageLog:
    """The state of one thing that can fail, such as a database or a disk. May be used from any thread.

    `failed` and `recovered` are the two log messages, such as "Redis does not answer" and "Redis answers again";
    the reason and `consequence` are added to the first. Reasons never contain the value of a setting.
    """

    def __init__(self, log: logging.Logger, failed: str, recovered: str, consequence: str = "") -> None:
        self._log = log
        self._failed = failed
        self._recovered = recovered
        self._consequence = f"; {consequence}" if consequence else ""
        self._lock = Lock()
        self.reason: str | None = None  # of the current outage; None while it works

    @property
    def is_failing(self) -> bool:
        """Whether the last outcome was a failure."""
        return self.reason is not None

    def record_failure(self, reason: str) -> None:
        """Begins an outage; further failures change the reason and are not logged."""
        with self._lock:
            is_new, self.reason = self.reason is None, reason
        if is_new:
            in_brackets = f" ({reason.rstrip('.')})" if reason else ""
            self._log.warning("%s%s%s", self._failed, in_brackets, self._consequence)

    def record_success(self) -> None:
        """Ends an outage."""
        if self.reason is None:  # without the lock: this is called for each hit
            return
        with self._lock:
            has_ended, self.reason = self.reason is not None, None
        if has_ended:
            self._log.info("%s", self._recovered)
