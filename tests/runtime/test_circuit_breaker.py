"""The circuit breaker opens after failures in a row and then allows one call at a time to try again."""

from datetime import UTC, datetime, timedelta

from utilities.runtime.circuit_breaker import CircuitBreaker


class ManualClock:
    """A clock that the test advances."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def test_breaker_opens_after_failures_in_a_row() -> None:
    breaker = CircuitBreaker(ManualClock(), max_failures=2, rest_seconds=10)
    breaker.record_failure()
    assert breaker.allow_call()
    breaker.record_failure()
    assert not breaker.allow_call()
    assert not breaker.is_closed
    assert 7.5 <= breaker.remaining_seconds <= 12.5


def test_success_between_failures_keeps_breaker_closed() -> None:
    breaker = CircuitBreaker(ManualClock(), max_failures=2, rest_seconds=10)
    breaker.record_failure()
    breaker.record_success()
    breaker.record_failure()
    assert breaker.allow_call()


def test_one_call_tries_after_the_rest() -> None:
    clock = ManualClock()
    breaker = CircuitBreaker(clock, max_failures=1, rest_seconds=10)
    breaker.record_failure()
    clock.advance(13)
    assert breaker.allow_call()
    assert not breaker.allow_call()
    breaker.record_success()
    assert breaker.allow_call()
    assert breaker.remaining_seconds == 0.0


def test_trying_call_that_never_reports_does_not_close_the_way_for_ever() -> None:
    clock = ManualClock()
    breaker = CircuitBreaker(clock, max_failures=1, rest_seconds=10)
    breaker.record_failure()
    clock.advance(13)
    assert breaker.allow_call()
    clock.advance(13)
    assert breaker.allow_call()


def test_rest_grows_with_every_failed_try_up_to_the_longest() -> None:
    clock = ManualClock()
    breaker = CircuitBreaker(clock, max_failures=1, rest_seconds=10, max_rest_seconds=30, random_fraction=lambda: 0.5)
    rests = []
    for _ in range(4):
        breaker.record_failure()
        rests.append(breaker.remaining_seconds)
        clock.advance(breaker.remaining_seconds)
    assert rests == [10, 20, 30, 30]


def test_rest_ends_when_the_clock_is_set_back() -> None:
    clock = ManualClock()
    breaker = CircuitBreaker(clock, max_failures=1, rest_seconds=10, max_rest_seconds=960)
    breaker.record_failure()
    clock.advance(-3600)
    assert breaker.remaining_seconds == 0.0
    assert breaker.allow_call()
    assert not breaker.allow_call()
