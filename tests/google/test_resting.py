"""Google is given a rest when it fails, and the server errors it forgives are never used up."""

import asyncio

import pytest

from demo.faults import Fault
from tests.google.pretend import RUN, Pretend, Watch, report
from utilities.errors import OverQuota, SourceError, Unavailable
from utilities.sources.ga4 import Ga4, Ga4Ask

ASK = Ga4Ask(metrics=("sessions",))


async def trouble(source: Ga4) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await source.answer(ASK)
    return caught.value


async def test_server_errors_open_the_breaker_and_are_never_tried_again_at_once(
    google: Pretend, ga4: Ga4, watch: Watch
) -> None:
    google.faults.inject(RUN, Fault("status", status=500))
    for _ in range(6):
        await trouble(ga4)
    assert google.faults.count(RUN) == 3
    assert ga4.health()["resting"] is True
    google.faults.clear()
    watch.pass_by(100)
    assert (await ga4.answer(ASK)).rows == ((7,),)
    assert ga4.health()["resting"] is False


async def test_ten_server_errors_of_the_hour_are_never_burnt(google: Pretend, ga4: Ga4, watch: Watch) -> None:
    google.faults.inject(RUN, Fault("status", status=503))
    problems = []
    for _ in range(118):
        problems += await asyncio.gather(*(trouble(ga4) for _ in range(6)))
        watch.pass_by(30)
    assert 4 <= google.faults.count(RUN) <= 8
    assert {type(problem) for problem in problems} <= {Unavailable, OverQuota}


async def test_scattered_server_errors_stop_at_the_reserve_too(google: Pretend, ga4: Ga4, watch: Watch) -> None:
    for _ in range(8):
        google.faults.inject(RUN, Fault("status", status=500, count=1))
        await trouble(ga4)
        await ga4.answer(ASK) if google.faults.count(RUN) < 15 else None
        watch.pass_by(60)
    problem = await trouble(ga4)
    assert isinstance(problem, OverQuota)
    assert 0 < problem.retry_after <= 3601
    watch.pass_by(problem.retry_after)
    assert (await ga4.answer(ASK)).rows == ((7,),)


async def test_errors_that_others_have_caused_are_counted_as_well(google: Pretend, ga4: Ga4) -> None:
    quota = {"serverErrorsPerProjectPerHour": {"consumed": 0, "remaining": 2}}
    google.reply = lambda body: report([], [("sessions", "TYPE_INTEGER")], [["7"]], propertyQuota=quota)
    await ga4.answer(ASK)
    assert isinstance(await trouble(ga4), OverQuota)
    assert google.faults.count(RUN) == 1
