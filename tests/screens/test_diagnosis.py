"""One cause for each way in which a screen can be dark, and since when."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from utilities.screens.beats import ReceivedBeat, ScreenBeat
from utilities.screens.diagnosis import DiagnosisRules, ScreenCause, diagnose_screen

NOW = datetime(2026, 11, 28, 9, 41, tzinfo=UTC)
PAIRED = NOW - timedelta(days=3)
RULES = DiagnosisRules("b1", NOW - timedelta(hours=2))
WELL = {
    **{"build": "b1", "board": "office", "painted": 2, "stream": 6, "uptime": 3600, "width": 1920, "height": 1080},
    **{"tier": 3, "clock": NOW.timestamp() * 1000, "tiles": 7, "stale": 0, "taken": NOW.timestamp() - 60},
}


def make_received(age: float = 10, clock_error: float = 0, **changes: Any) -> ReceivedBeat:
    beat = ScreenBeat.model_validate(WELL | changes)
    return ReceivedBeat(NOW - timedelta(seconds=age), "Chromium 79", clock_error, beat)


ERROR = {"errors": 3, "error": "x is null", "error_age": 20, "error_run": 200}


@pytest.mark.parametrize(
    ("received", "cause", "seconds_ago"),
    [
        (make_received(), ScreenCause.FINE, 3610),
        (make_received(age=151), ScreenCause.NO_BEAT, 151),
        (None, ScreenCause.NO_BEAT, 3 * 86_400),
        (make_received(stream=200), ScreenCause.STREAM_STALE, 210),
        (make_received(stream=None), ScreenCause.STREAM_STALE, 3610),  # no word since the page was loaded
        (make_received(painted=None), ScreenCause.NEVER_PAINTED, 3610),
        (make_received(painted=None, stream=200, build="b0"), ScreenCause.NEVER_PAINTED, 3610),
        (make_received(painted=120), ScreenCause.NEVER_PAINTED, 130),
        (make_received(painted=None, uptime=12, stream=1), ScreenCause.FINE, 22),  # it loads
        (make_received(**ERROR), ScreenCause.SCRIPT_ERROR, 210),
        (make_received(painted=None, **ERROR), ScreenCause.SCRIPT_ERROR, 3610),
        (make_received(errors=1, error="once", error_age=400, error_run=400), ScreenCause.FINE, 3610),
        (make_received(build="b0"), ScreenCause.WRONG_BUILD, 3610),
        (make_received(build="b0", uptime=86_400), ScreenCause.WRONG_BUILD, 7200),  # since the server has the new one
        (make_received(clock_error=-7200), ScreenCause.CLOCK_OFF, 3610),
        (make_received(clock_error=2 * 365 * 86_400), ScreenCause.CLOCK_OFF, 3610),
        (make_received(clock_error=59), ScreenCause.FINE, 3610),
        (make_received(stale=7, taken=NOW.timestamp() - 900), ScreenCause.TILES_STALE, 900),
        (make_received(stale=7, taken=0), ScreenCause.TILES_STALE, 3610),
        (make_received(stale=6), ScreenCause.FINE, 3610),
        (make_received(black=True, board="", painted=9e9, stream=None, tiles=0), ScreenCause.FINE, 3610),
        (make_received(black=True, age=151), ScreenCause.NO_BEAT, 151),
    ],
)
def test_cause_and_since(received: ReceivedBeat | None, cause: ScreenCause, seconds_ago: float):
    diagnosis = diagnose_screen(received, PAIRED, NOW, RULES)
    assert (diagnosis.cause, diagnosis.since) == (cause, NOW - timedelta(seconds=seconds_ago))
    assert diagnosis.title
    assert diagnosis.words or diagnosis.is_fine


def test_screen_that_was_paired_just_now_is_waited_for():
    assert diagnose_screen(None, NOW - timedelta(seconds=100), NOW, RULES).is_fine
    before = make_received(age=600)  # of the television that was this screen before
    assert diagnose_screen(before, NOW - timedelta(seconds=100), NOW, RULES).is_fine
    assert diagnose_screen(before, NOW - timedelta(seconds=160), NOW, RULES).cause is ScreenCause.NO_BEAT
