"""What the template of a tile receives: its content, or in words why there is none."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from utilities.model.formats import failure_text, format_age
from utilities.model.frames import LastError, Reading, ReadingState
from utilities.model.wall_privacy import mask_personal
from utilities.rendering.layout import Box, TileSpec
from utilities.rendering.layout.placement import LINE_EM, SENTENCE_EM, SENTENCE_LINE_EM
from utilities.rendering.layout.text_width import count_lines, truncate_words
from utilities.rendering.views import TileContent, TileFace
from utilities.rendering.walls.shared_failures import FailureRole, SharedFailure

BOARD_FAILURE_TITLE = "Why is there nothing here?"
MIN_SHOWN_AGE_SECONDS = 60.0  # a stale tile is never "now old"


@dataclass(frozen=True, slots=True)
class TileState:
    """The readings that a tile shows now, and their state."""

    reading: Reading | None
    state: ReadingState
    trend: Reading | None = None  # of the report that is its trend
    shared: SharedFailure | None = None  # the failure that it shares with other tiles
    expected_at: datetime | None = None  # when the first figures come, while it waits for them
    day: date | None = None  # in the zone of the figures, None for figures without days
    is_hidden: bool = False  # private, on walls that visitors see


HIDDEN_STATE = TileState(None, ReadingState.LIVE, is_hidden=True)
"""The state of a private tile on walls that visitors see: without a reading, so that nothing of it is sent."""
HIDDEN_TITLE = "Hidden"  # instead of its own: a question may tell as much as its answer
HIDDEN_SENTENCE = "While visitors are here."


@dataclass(frozen=True)
class TileContext:
    """What templates/tile.html receives as `tile`."""

    name: str  # the tile's name on its board
    title: str
    view: str
    state: ReadingState
    taken_at: int | None  # when the figures were queried or pushed, seconds since 1970
    age: str  # `4 min`, '' without figures
    failed: str  # `failed` or `all 7 failed`, '' where another tile says so
    reason: str  # the last error, cut to the available room; '' without an error
    retry: str  # since when, and when the next try is; '' where there is no room
    is_large: bool  # whether the reason is that of all tiles, in large letters
    expected: str  # when the first figures come; '' unless the tile waits for them
    notes: tuple[str, ...]  # about the frame; the view shows those about columns, and pages those about rows
    note_word: str  # the first of them in one to three words
    faces: tuple[TileFace, ...]  # none without figures
    hidden: str = ""  # why there are no figures, of a tile that is hidden


def build_context(
    tile: TileSpec, title: str, inside: TileContent, box: Box, tile_state: TileState, now: datetime, zone: tzinfo
) -> TileContext:
    """Returns what the template of a tile needs at `now`; `title` is the report's, the tile's own comes first."""
    reading, shared = tile_state.reading or Reading(tile.report), tile_state.shared
    age, taken_at, frame, error = reading.age_at(now), reading.measured_at, reading.frame, reading.last_error
    is_silent = shared is not None and shared.role in (FailureRole.SILENT, FailureRole.EMPTY)
    is_board = shared is not None and shared.role is FailureRole.BOARD
    reason, retry, is_large = "", "", False
    if error is not None and not is_silent:
        reason, retry, is_large = _failure_lines(error, shared, box, now, zone)
    failed = f"all {shared.count} failed" if shared and is_board else "failed"
    expected = tile_state.expected_at
    notes = [note for note in frame.whole_notes if note.short] if frame else []
    return TileContext(
        name=tile.name,
        title=HIDDEN_TITLE if tile_state.is_hidden else BOARD_FAILURE_TITLE if is_board else tile.title or title,
        view=inside.view.name,
        state=tile_state.state,
        taken_at=int(taken_at.timestamp()) if taken_at else None,
        age=format_age(max(age.total_seconds(), MIN_SHOWN_AGE_SECONDS)) if age is not None else "",
        failed="" if shared and shared.role is FailureRole.EMPTY else failed,
        reason=reason,
        retry=retry,
        is_large=is_large,
        expected=f"The first figures come at about {expected.astimezone(zone):%H:%M}." if expected else "",
        notes=tuple(mask_personal(note.text) for note in notes),
        note_word=notes[0].short if notes else "",
        faces=inside.faces,
        hidden=HIDDEN_SENTENCE if tile_state.is_hidden else "",
    )


def _failure_lines(
    error: LastError, shared: SharedFailure | None, box: Box, now: datetime, zone: tzinfo
) -> tuple[str, str, bool]:
    """Returns the reason, since when and when the next try is, and whether the reason has room in large letters."""
    reason = failure_text(error)
    since, retry_at = (shared.since, shared.retry_at) if shared else (error.since, error.retry_at)
    retry = describe_retry(since, retry_at, now, zone)
    line = LINE_EM * box.text
    retry_lines = count_lines(retry, box.text, box.width)
    if shared and shared.role is FailureRole.BOARD:
        large, sentence = SENTENCE_EM * box.text, "\u00a0".join(reason.rstrip(".").rsplit(" ", 1))  # no word alone
        height = count_lines(sentence, large, box.width, weight=600) * SENTENCE_LINE_EM * large
        if height + retry_lines * line <= box.height:
            return sentence, retry, True
    lines = max(1, int(box.height / line - 0.4))
    if lines <= retry_lines:
        return truncate_words(reason, box.text, box.width, lines), "", False
    return truncate_words(reason, box.text, box.width, lines - retry_lines), retry, False


def describe_retry(since: datetime, retry_at: datetime, now: datetime, zone: tzinfo) -> str:
    """Returns `Since 16:40, next try at 19:50.`, with the day where it is not today's."""
    return f"Since {short_time(since, now, zone)}, {describe_next_try(retry_at, now, zone)}."


def describe_next_try(retry_at: datetime, now: datetime, zone: tzinfo) -> str:
    """Returns `next try at 19:50`, with the day where it is not today's."""
    if retry_at <= now:
        return "trying again now"
    local, today = retry_at.astimezone(zone), now.astimezone(zone).date()
    day = {0: "", 1: "tomorrow "}.get((local.date() - today).days, f"on {local:%a} ")
    return f"next try {day}at {local:%H:%M}"


def short_time(then: datetime, now: datetime, zone: tzinfo) -> str:
    """Returns `09:12`, `Wed` for another day, or `9 Nov` for a day at least a week ago."""
    local, today = then.astimezone(zone), now.astimezone(zone).date()
    days = (today - local.date()).days
    return f"{local:%H:%M}" if days <= 0 else f"{local:%a}" if days < 7 else f"{local.day} {local:%b}"


def next_full_minute(now: datetime) -> datetime:
    """Returns the full minute after the next half minute."""
    return (now + timedelta(seconds=90)).replace(second=0, microsecond=0)
