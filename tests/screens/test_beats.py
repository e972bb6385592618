"""Beats: bounded, without secrets, stored at most once a minute, and read by every process."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.screens.conftest import ScreenProcess
from tests.screens.test_diagnosis import WELL
from utilities.accounts.database.tables import screen_beats
from utilities.model.errors import ParameterError
from utilities.redaction import Redactor
from utilities.screens.beats import MAX_BEAT_BYTES, BeatStore, ScreenBeat, parse_beat

BEAT = ScreenBeat.model_validate(WELL)


@pytest.mark.parametrize(
    "change",
    [
        {"uptime": -1},
        {"uptime": "long"},
        {"uptime": None},
        {"errors": 10**12},
        {"tier": 4},
        {"width": 10**9},
        {"board": "x" * 101},
        {"clock": 1e300},
        {"painted": [1]},
        {"error": "x" * 2000},
    ],
)
def test_beat_that_is_not_right_is_refused(change: dict[str, Any]):
    with pytest.raises(ParameterError):
        parse_beat(json.dumps(WELL | change).encode(), Redactor())


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b"\xff", b"{}", b'{"uptime": NaN}', b" " * (MAX_BEAT_BYTES + 1), b"[" * 4000]
)
def test_body_that_is_no_beat_is_refused(body: bytes):
    with pytest.raises(ParameterError):
        parse_beat(body, Redactor())


def test_error_is_one_short_line_without_secrets():
    error = "cannot load https://ann:hunter2@example.com/?token=abcdef\n" + "x" * 500
    beat = parse_beat(json.dumps(WELL | {"error": error, "more": 1}).encode(), Redactor())
    assert len(beat.error) <= 200
    assert "\n" not in beat.error
    assert "hunter2" not in beat.error
    assert "abcdef" not in beat.error


async def test_beats_are_stored_once_a_minute_and_read_by_other_processes(
    process: ScreenProcess, other_process: ScreenProcess
):
    screen = await process.pair("secret")
    mine, other = BeatStore(process.database, process.clock), BeatStore(other_process.database, process.clock)
    mine.record(screen.number, BEAT, "Chromium 79")
    await mine.flush()
    assert (await other.latest())[screen.number].beat == BEAT
    stored_at = process.clock()
    process.clock.advance(timedelta(seconds=30))
    mine.record(screen.number, BEAT.model_copy(update={"board": "lobby"}), "Chromium 79")
    await mine.flush()
    assert (await other.latest([screen.number]))[screen.number].received_at == stored_at
    assert (await mine.latest([screen.number]))[screen.number].beat.board == "lobby"  # from memory
    process.clock.advance(timedelta(seconds=30))
    await mine.flush()
    assert (await other.latest())[screen.number].beat.board == "lobby"
    rows = await process.database.run(lambda connection: connection.execute(select(screen_beats)).all())
    assert len(rows) == 1


async def test_older_beat_of_this_process_does_not_hide_a_newer_one_of_another(
    process: ScreenProcess, other_process: ScreenProcess
):
    mine, other = BeatStore(process.database, process.clock), BeatStore(other_process.database, process.clock)
    mine.record(1, BEAT, "Chromium 79")
    await mine.flush()
    process.clock.advance(timedelta(seconds=61))
    other.record(1, BEAT.model_copy(update={"board": "lobby"}), "Chromium 79")
    await other.flush()
    assert (await mine.latest())[1].beat.board == "lobby"
