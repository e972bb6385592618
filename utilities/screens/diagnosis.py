"""Says from the last beat of a screen what is wrong with it, as one cause, and since when."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from utilities.model.formats import format_age
from utilities.screens.beats import ReceivedBeat

MAX_BEAT_AGE_SECONDS = 10 * 365 * 86_400.0


class ScreenCause(StrEnum):
    """Why a screen does not show what it should; `FINE` when it does."""

    FINE = "fine"
    NO_BEAT = "no beat"
    NEVER_PAINTED = "never painted"
    STREAM_STALE = "stream stale"
    SCRIPT_ERROR = "script error"
    WRONG_BUILD = "wrong build"
    CLOCK_OFF = "clock off"
    TILES_STALE = "tiles stale"


CAUSE_TITLES = {
    ScreenCause.FINE: "Healthy",
    ScreenCause.NO_BEAT: "No beat",
    ScreenCause.NEVER_PAINTED: "Board not painted",
    ScreenCause.STREAM_STALE: "Stream stale",
    ScreenCause.SCRIPT_ERROR: "Script error",
    ScreenCause.WRONG_BUILD: "Wrong build",
    ScreenCause.CLOCK_OFF: "Clock off",
    ScreenCause.TILES_STALE: "Every tile stale",
}


@dataclass(frozen=True)
class DiagnosisRules:
    """What counts as wrong, in seconds; `build` is that of the server, which began to serve it at `build_since`."""

    build: str
    build_since: datetime
    beat_seconds: float = 150.0  # two beats are missing
    stream_seconds: float = 45.0  # the stream has a beat every 4 seconds
    paint_seconds: float = 90.0
    load_seconds: float = 30.0  # that a page may take to paint
    error_seconds: float = 300.0  # after which an error that has not come again is over
    clock_seconds: float = 60.0


@dataclass(frozen=True)
class Diagnosis:
    """One cause in words, and since when; None for a screen that has never been well."""

    cause: ScreenCause
    words: str
    since: datetime | None = None

    @property
    def title(self) -> str:
        return CAUSE_TITLES[self.cause]

    @property
    def is_fine(self) -> bool:
        return self.cause is ScreenCause.FINE


def diagnose_screen(
    received: ReceivedBeat | None, paired_at: datetime, now: datetime, rules: DiagnosisRules
) -> Diagnosis:
    """Returns the first cause that explains the others: a screen without beats has no stream either."""
    if received is None or received.received_at < paired_at:
        if (now - paired_at).total_seconds() < rules.beat_seconds:
            return Diagnosis(ScreenCause.FINE, "Just paired. Its first beat comes within a minute.", paired_at)
        words = "It has not reported since it was paired. It may be off, or its browser runs no scripts."
        return Diagnosis(ScreenCause.NO_BEAT, words, paired_at)
    if (now - received.received_at).total_seconds() > rules.beat_seconds:
        words = "It does not report any more. It is off, without network, or its browser has stopped."
        return Diagnosis(ScreenCause.NO_BEAT, words, received.received_at)
    loaded_at = received.received_at - timedelta(seconds=min(received.beat.uptime, MAX_BEAT_AGE_SECONDS))
    for find in (_find_paint_fault, _find_stream_fault, _find_error, _find_build_fault, _find_clock_fault, _find_stale):
        if (fault := find(received, loaded_at, now, rules)) is not None:
            return fault
    words = "Black, as planned." if received.beat.black else ""
    return Diagnosis(ScreenCause.FINE, words, loaded_at)


def _moment_before(received: ReceivedBeat, age: float) -> datetime:
    return received.received_at - timedelta(seconds=min(age, MAX_BEAT_AGE_SECONDS))


def _has_error(received: ReceivedBeat, now: datetime, rules: DiagnosisRules) -> bool:
    age = received.beat.error_age
    return age is not None and age + (now - received.received_at).total_seconds() < rules.error_seconds


def _find_paint_fault(
    received: ReceivedBeat, loaded_at: datetime, now: datetime, rules: DiagnosisRules
) -> Diagnosis | None:
    beat = received.beat
    if beat.black or beat.uptime < rules.load_seconds:
        return None
    if beat.painted is not None and beat.painted <= rules.paint_seconds:
        return None
    since = loaded_at if beat.painted is None else _moment_before(received, beat.painted)
    if beat.errors:
        words = f"A script error stops the board: {beat.error}"
        return Diagnosis(ScreenCause.SCRIPT_ERROR, words, since)
    words = "The page is loaded, but no board is on the glass."
    if beat.painted is not None:
        words = "The browser runs, but paints the board no more. Its window may be hidden."
    return Diagnosis(ScreenCause.NEVER_PAINTED, words, since)


def _find_stream_fault(
    received: ReceivedBeat, loaded_at: datetime, now: datetime, rules: DiagnosisRules
) -> Diagnosis | None:
    beat = received.beat
    if beat.black or not beat.tiles:
        return None
    age = beat.uptime if beat.stream is None else beat.stream
    if age <= rules.stream_seconds:
        return None
    words = "It reports, but gets no figures: something between it and the server cuts streams."
    return Diagnosis(ScreenCause.STREAM_STALE, words, _moment_before(received, age))


def _find_error(received: ReceivedBeat, loaded_at: datetime, now: datetime, rules: DiagnosisRules) -> Diagnosis | None:
    if not _has_error(received, now, rules):
        return None
    beat = received.beat
    since = _moment_before(received, beat.error_run if beat.error_run is not None else beat.error_age or 0.0)
    return Diagnosis(ScreenCause.SCRIPT_ERROR, beat.error or "A script has failed.", since)


def _find_build_fault(
    received: ReceivedBeat, loaded_at: datetime, now: datetime, rules: DiagnosisRules
) -> Diagnosis | None:
    if received.beat.build == rules.build:
        return None
    words = "It shows the page of another build, and has not reloaded it."
    return Diagnosis(ScreenCause.WRONG_BUILD, words, max(loaded_at, rules.build_since))


def _find_clock_fault(
    received: ReceivedBeat, loaded_at: datetime, now: datetime, rules: DiagnosisRules
) -> Diagnosis | None:
    error = received.clock_error
    if abs(error) <= rules.clock_seconds:
        return None
    words = f"Its clock is {format_age(abs(error))} {'fast' if error > 0 else 'slow'}. Times on the wall are right."
    return Diagnosis(ScreenCause.CLOCK_OFF, words, loaded_at)


def _find_stale(received: ReceivedBeat, loaded_at: datetime, now: datetime, rules: DiagnosisRules) -> Diagnosis | None:
    beat = received.beat
    if beat.black or not beat.tiles or beat.stale < beat.tiles:
        return None
    since = max(loaded_at, datetime.fromtimestamp(min(beat.taken, now.timestamp()), UTC))
    return Diagnosis(ScreenCause.TILES_STALE, "No tile has current figures.", since)
