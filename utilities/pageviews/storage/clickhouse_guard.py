"""Refuses calls to ClickHouse at once while it does not answer, and logs once when that begins and ends."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from threading import Lock
from typing import TypeVar

from clickhouse_connect.driver.exceptions import ClickHouseError, DatabaseError, OperationalError

from utilities.model.clock import MonotonicClock, moments_of
from utilities.model.errors import FoyerError, StoreDown
from utilities.pageviews.storage.clickhouse_open import describe_client_error
from utilities.runtime.circuit_breaker import CircuitBreaker
from utilities.runtime.outage_log import OutageLog, mark_logged

log = logging.getLogger(__name__)

MAX_CLICKHOUSE_FAILURES = 1  # a call that failed has been tried again already, or has waited for long
CLICKHOUSE_REST_SECONDS = 2.0  # short: the return of ClickHouse must be noticed within seconds
SERVER_FAULTS = ("AUTHENTICATION_FAILED", "UNKNOWN_DATABASE", "UNKNOWN_TABLE")
"""Errors that every call gets, whatever it asks for."""

CallError = TypeVar("CallError", bound=FoyerError)


class ClickHouseCall(StrEnum):
    """The kinds of calls, which can fail separately."""

    INSERT = "insert"
    QUERY = "query"


class ClickHouseGuard:
    """A circuit breaker for each kind of call, and one outage for all. May be used from any thread."""

    def __init__(self, monotonic: MonotonicClock = time.monotonic) -> None:
        self.monotonic = monotonic
        clock = moments_of(monotonic)
        self._breakers = {
            call: CircuitBreaker(clock, MAX_CLICKHOUSE_FAILURES, CLICKHOUSE_REST_SECONDS) for call in ClickHouseCall
        }
        self._lock = Lock()
        self._failing: set[ClickHouseCall] = set()
        self.outage = OutageLog(
            log, "ClickHouse does not answer", "ClickHouse answers again", "reports show their last figures"
        )

    def is_failing(self, call: ClickHouseCall) -> bool:
        """Whether the last call of this kind got no answer."""
        return call in self._failing

    @contextmanager
    def watch_call(self, call: ClickHouseCall) -> Iterator[None]:
        """Notices an answer; raises StoreDown while the breaker is open. Failures are counted by `make_error`."""
        if not self._breakers[call].allow_call():
            raise mark_logged(StoreDown(f"ClickHouse does not answer: {self.outage.reason or 'it is tried soon'}."))
        try:
            yield
        except (ClickHouseError, OSError) as error:
            if not is_server_fault(error):
                self._record_answer(call)
            raise
        self._record_answer(call)

    def make_error(self, kind: type[CallError], call: ClickHouseCall, what: str, error: Exception) -> CallError:
        """Returns the error of a call that failed for good; begins an outage when the server itself is at fault."""
        failure = kind(f"{what}: {describe_client_error(error)}")
        if not is_server_fault(error):
            return failure
        self._breakers[call].record_failure()
        with self._lock:
            self._failing.add(call)
            self.outage.record_failure(describe_client_error(error))
        return mark_logged(failure)

    def _record_answer(self, call: ClickHouseCall) -> None:
        self._breakers[call].record_success()
        if not self._failing:  # without the lock: this is called for each insert
            return
        with self._lock:
            self._failing.discard(call)
            if not self._failing:
                self.outage.record_success()


def is_silence(error: Exception) -> bool:
    """Whether no answer came from ClickHouse itself: a dropped connection, a time-out, a proxy's error page.

    The client has the same classes for this and for answers, which have a code.
    """
    is_transport_error = isinstance(error, OSError | OperationalError) or type(error) is DatabaseError
    return is_transport_error and "code:" not in str(error).lower()


def is_server_fault(error: Exception) -> bool:
    """Whether other calls will fail too."""
    return is_silence(error) or any(name in str(error) for name in SERVER_FAULTS)
