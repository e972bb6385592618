"""The breaker rests after failures in a row and lets one call try again."""

from datetime import UTC, datetime, timedelta

from utilities.runtime.circuit_breaker import Breaker


class Watch:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def test_breaker_opens_after_failures_in_a_row() -> None:
    breaker = Breaker(Watch(), failures=2, rest=10)
    breaker.failed()
    assert breaker.check()
    breaker.failed()
    assert not breaker.check()
    assert not breaker.closed
    assert 7.5 <= breaker.remaining <= 12.5


def test_success_between_failures_keeps_breaker_closed() -> None:
    breaker = Breaker(Watch(), failures=2, rest=10)
    breaker.failed()
    breaker.succeeded()
    breaker.failed()
    assert breaker.check()


def test_one_call_tries_after_the_rest() -> None:
    watch = Watch()
    breaker = Breaker(watch, failures=1, rest=10)
    breaker.failed()
    watch.pass_by(13)
    assert breaker.check()
    assert not breaker.check()
    breaker.succeeded()
    assert breaker.check()
    assert breaker.remaining == 0.0


def test_trying_call_that_never_reports_does_not_close_the_way_for_ever() -> None:
    watch = Watch()
    breaker = Breaker(watch, failures=1, rest=10)
    breaker.failed()
    watch.pass_by(13)
    assert breaker.check()
    watch.pass_by(13)
    assert breaker.check()


def test_rest_grows_with_every_failed_try_up_to_the_longest() -> None:
    watch = Watch()
    breaker = Breaker(watch, failures=1, rest=10, longest=30, jitter=lambda: 0.5)
    rests = []
    for _ in range(4):
        breaker.failed()
        rests.append(breaker.remaining)
        watch.pass_by(breaker.remaining)
    assert rests == [10, 20, 30, 30]


def test_rest_ends_when_the_clock_is_set_back() -> None:
    watch = Watch()
    breaker = Breaker(watch, failures=1, rest=10, longest=960)
    breaker.failed()
    watch.pass_by(-3600)
    assert breaker.remaining == 0.0
    assert breaker.check()
    assert not breaker.check()
