"""Google is given a rest when it fails, and the server errors it forgives are never used up."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from demo.faults import Fault
from tests.google.fake_google import RUN, FakeGoogle, ManualClock, report
from utilities.config.settings import Settings
from utilities.model.errors import OverQuota, SourceError, Unavailable
from utilities.sources.ga4 import Ga4Query, Ga4Source

ASK = Ga4Query(metrics=("sessions",))


async def trouble(source: Ga4Source) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await source.fetch_frame(ASK)
    return caught.value


async def test_server_errors_open_the_breaker_and_are_never_tried_again_at_once(
    google: FakeGoogle, ga4: Ga4Source, clock: ManualClock
) -> None:
    google.faults.inject(RUN, Fault("status", status=500))
    for _ in range(6):
        await trouble(ga4)
    assert google.faults.count_requests(RUN) == 3
    assert ga4.health()["resting"] is True
    google.faults.clear()
    clock.advance(100)
    assert (await ga4.fetch_frame(ASK)).rows == ((7,),)
    assert ga4.health()["resting"] is False


@pytest.mark.slow
async def test_ten_server_errors_of_the_hour_are_never_burnt(
    google: FakeGoogle, ga4: Ga4Source, clock: ManualClock
) -> None:
    google.faults.inject(RUN, Fault("status", status=503))
    problems = []
    for _ in range(118):
        problems += await asyncio.gather(*(trouble(ga4) for _ in range(6)))
        clock.advance(30)
    assert 4 <= google.faults.count_requests(RUN) <= 8
    assert {type(problem) for problem in problems} <= {Unavailable, OverQuota}


async def test_scattered_server_errors_stop_at_the_reserve_too(
    google: FakeGoogle, ga4: Ga4Source, clock: ManualClock
) -> None:
    for _ in range(8):
        google.faults.inject(RUN, Fault("status", status=500, count=1))
        await trouble(ga4)
        await ga4.fetch_frame(ASK) if google.faults.count_requests(RUN) < 15 else None
        clock.advance(60)
    problem = await trouble(ga4)
    assert isinstance(problem, OverQuota)
    assert 0 < problem.retry_after <= 3601
    clock.advance(problem.retry_after)
    assert (await ga4.fetch_frame(ASK)).rows == ((7,),)


async def test_errors_that_others_have_caused_are_counted_as_well(google: FakeGoogle, ga4: Ga4Source) -> None:
    quota = {"serverErrorsPerProjectPerHour": {"consumed": 0, "remaining": 2}}
    google.reply = lambda body: report([], [("sessions", "TYPE_INTEGER")], [["7"]], propertyQuota=quota)
    await ga4.fetch_frame(ASK)
    assert isinstance(await trouble(ga4), OverQuota)
    assert google.faults.count_requests(RUN) == 1


async def test_errors_of_core_questions_are_not_forgotten_when_realtime_answers(
    google: FakeGoogle, ga4: Ga4Source, clock: ManualClock
) -> None:
    google.reply = lambda body: report(
        [],
        [("sessions", "TYPE_INTEGER")],
        [["7"]],
        propertyQuota={"serverErrorsPerProjectPerHour": {"remaining": 3 if "dateRanges" in body else 10}},
    )
    await ga4.fetch_frame(ASK)
    await ga4.fetch_frame(replace(ASK, realtime=True))
    clock.advance(1)
    google.faults.inject(RUN, Fault("status", status=500))
    problems = [await trouble(ga4) for _ in range(3)]
    assert [type(problem) for problem in problems] == [Unavailable, OverQuota, OverQuota]
    assert google.faults.count_requests(RUN) == 2


@pytest.mark.slow
async def test_server_errors_are_counted_over_restarts_and_with_the_processes_beside(
    google: FakeGoogle, clock: ManualClock, settings: Callable[..., Settings]
) -> None:
    google.faults.inject(RUN, Fault("status", status=500))
    for _ in range(6):  # lives of processes, within one hour
        source = Ga4Source(settings(**google.settings), clock)
        for _ in range(4):
            await trouble(source)
            clock.advance(70)
        await source.close()
    assert 4 <= google.faults.count_requests(RUN) <= 8
    clock.advance(3600)
    google.faults.clear()
    source = Ga4Source(settings(**google.settings), clock)
    assert (await source.fetch_frame(ASK)).rows == ((7,),)
    assert source.health()["server_errors_left"] == 10
    await source.close()


async def test_google_is_given_one_rest_by_all_processes(
    google: FakeGoogle, clock: ManualClock, settings: Callable[..., Settings]
) -> None:
    google.faults.inject(RUN, Fault("status", status=500))
    one, other = [Ga4Source(settings(**google.settings), clock) for _ in range(2)]
    for source in (one, other, one, other, one):
        await trouble(source)
    assert google.faults.count_requests(RUN) == 3
    assert other.health()["resting"] is True
    clock.advance(80)
    await trouble(other)  # the one that tries
    assert isinstance(await trouble(one), Unavailable)
    assert google.faults.count_requests(RUN) == 4
    google.faults.clear()
    clock.advance(160)
    assert (await one.fetch_frame(ASK)).rows == (await other.fetch_frame(ASK)).rows == ((7,),)
    for source in (one, other):
        await source.close()


async def test_only_one_question_tries_whether_google_is_well_again(
    google: FakeGoogle, ga4: Ga4Source, clock: ManualClock
) -> None:
    google.faults.inject(RUN, Fault("status", status=500))
    for _ in range(3):
        await trouble(ga4)
    clock.advance(100)
    await asyncio.gather(*(trouble(ga4) for _ in range(6)))
    assert google.faults.count_requests(RUN) == 4


async def test_rest_ends_when_the_clock_is_set_back(google: FakeGoogle, ga4: Ga4Source, clock: ManualClock) -> None:
    google.faults.inject(RUN, Fault("status", status=500, count=3))
    for _ in range(3):
        await trouble(ga4)
    clock.advance(-1800)
    assert (await ga4.fetch_frame(ASK)).rows == ((7,),)


@pytest.mark.parametrize("what", ["", "nonsense", "2026-11-20T12:10:00", "\x00", "2999-01-01T00:00:00+00:00"])
async def test_file_of_errors_that_makes_no_sense_stops_nothing(
    what: str, google: FakeGoogle, clock: ManualClock, settings: Callable[..., Settings]
) -> None:
    known = settings(**google.settings)
    known.data_dir.mkdir(parents=True, exist_ok=True)
    (known.data_dir / "server-errors.123").write_text(what)
    source = Ga4Source(known, clock)
    assert (await source.fetch_frame(ASK)).rows == ((7,),)
    await source.close()


@pytest.mark.slow
async def test_file_of_errors_does_not_grow_for_ever(
    google: FakeGoogle, clock: ManualClock, settings: Callable[..., Settings]
) -> None:
    source = Ga4Source(settings(**google.settings), clock)
    file = settings().data_dir / "server-errors.123"
    for _ in range(220):
        google.faults.inject(RUN, Fault("status", status=500, count=1))
        await trouble(source)
        clock.advance(1000)
    assert 1 < len(file.read_text().splitlines()) <= 100
    assert source.health()["server_errors_left"] == 7
    await source.close()
