"""A call ends in time and gives its thread back, whatever the server does."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from demo.faults import Fault
from tests.google.fake_google import RUN, FakeGoogle, ManualClock, report
from tests.waiting import wait_until
from utilities.config.settings import Settings
from utilities.google.client import GoogleClient, build_api
from utilities.google.connection import Connections
from utilities.google.error_translation import CallContext
from utilities.google.pool import GoogleThreadPool
from utilities.model.errors import SourceError, Unavailable
from utilities.sources.ga4 import GA4_SCOPE, SOURCE, Ga4Filter, Ga4Query, Ga4Source

ASK = Ga4Query(metrics=("sessions",))


def echo(body: dict[str, Any]) -> dict[str, Any]:
    """The answer that carries the question's own number."""
    wanted = body["dimensionFilter"]["andGroup"]["expressions"][0]["filter"]["stringFilter"]["value"]
    return report(["pagePath"], [("sessions", "TYPE_INTEGER")], [[f"/{wanted}", wanted]])


def client(google: FakeGoogle, clock: ManualClock, places: int) -> GoogleClient:
    context = CallContext("Google Analytics", "", "", "")
    return GoogleClient(context, clock, google.key, GA4_SCOPE, threads=places)


@pytest.mark.slow
async def test_two_hundred_questions_at_once_each_get_their_own_answer(google: FakeGoogle, ga4: Ga4Source) -> None:
    google.reply = echo
    asks = [
        Ga4Query(dimensions=("pagePath",), metrics=("sessions",), filters=(Ga4Filter("pagePath", str(number)),))
        for number in range(200)
    ]
    frames = await asyncio.gather(*(ga4.fetch_frame(ask) for ask in asks))
    assert [frame.rows for frame in frames] == [((f"/{number}", number),) for number in range(200)]
    assert google.faults.count_requests("/token") == 1
    assert google.faults.most_running[RUN] <= 4
    assert len(google.connections) <= 4


async def test_thirty_two_cold_threads_ask_for_one_token(google: FakeGoogle, clock: ManualClock) -> None:
    google.faults.inject("/token", Fault("latency", seconds=0.2))
    google.faults.inject(RUN, Fault("latency", seconds=0.2))
    many = client(google, clock, 32)
    methods = build_api("analyticsdata", "v1beta", google.address).properties()
    try:
        await asyncio.gather(
            *(many.call_api(lambda: methods.runReport(property="properties/123", body={}), "core") for _ in range(32))
        )
    finally:
        await many.close()
    assert google.faults.count_requests("/token") == 1
    assert 1 < google.faults.most_running[RUN] <= 8  # each could be a server error, and the reserve is kept


async def test_token_that_was_refused_is_replaced_once_for_all_threads(google: FakeGoogle, ga4: Ga4Source) -> None:
    await asyncio.gather(*(ga4.fetch_frame(ASK) for _ in range(4)))
    google.token = {**google.token, "access_token": "ya29.two"}
    google.faults.inject("/token", Fault("latency", seconds=0.2))
    frames = await asyncio.gather(*(ga4.fetch_frame(ASK) for _ in range(4)))
    assert all(frame.rows == ((7,),) for frame in frames)
    assert google.faults.count_requests("/token") == 2


@pytest.mark.parametrize("path", [RUN, "/token"])
@pytest.mark.parametrize(
    "fault",
    [
        Fault("drip", seconds=0.05),
        Fault("hang", seconds=30),
    ],
    ids=["dripping", "hanging"],
)
async def test_dripping_answer_frees_its_place(fault: Fault, path: str, google: FakeGoogle, ga4: Ga4Source) -> None:
    google.faults.inject(path, fault)
    async with asyncio.timeout(5):
        problems = await asyncio.gather(*(ga4.fetch_query(ASK, 0.5) for _ in range(4)), return_exceptions=True)
    assert all(isinstance(problem, Unavailable) for problem in problems), problems
    google.faults.clear()
    google.faults.inject(RUN, Fault("latency", seconds=0.1))
    await freed(ga4)
    frames = await asyncio.gather(*(ga4.fetch_query(ASK, 5) for _ in range(4)))
    assert all(frame.rows == ((7,),) for frame in frames)
    assert google.faults.most_running[RUN] >= 4


async def freed(ga4: Ga4Source) -> None:
    """Waits until no thread is at work; the cut sockets take a moment to be noticed."""
    await wait_until(lambda: not ga4.client.pool.workers.pending_count)
    ga4.client.breaker.record_success()  # this is about places, not about the breaker


async def test_caller_that_leaves_frees_its_place(google: FakeGoogle, ga4: Ga4Source) -> None:
    google.faults.inject(RUN, Fault("hang", seconds=30))
    task = asyncio.create_task(ga4.fetch_frame(ASK))
    await wait_until(lambda: google.faults.count_requests(RUN) > 0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await freed(ga4)


async def test_callers_that_leave_say_nothing_about_google(google: FakeGoogle, ga4: Ga4Source) -> None:
    google.faults.inject(RUN, Fault("hang", seconds=30))
    for _ in range(6):
        task = asyncio.create_task(ga4.fetch_frame(ASK))
        await wait_until(lambda: bool(google.faults.running[RUN]))
        task.cancel()
        await asyncio.wait({task})
        await wait_until(lambda: not ga4.client.pool.workers.pending_count and not google.faults.running[RUN])
    google.faults.clear()
    assert (await ga4.fetch_frame(ASK)).rows == ((7,),)


async def test_many_timeouts_in_a_row_open_the_breaker(google: FakeGoogle, ga4: Ga4Source) -> None:
    google.faults.inject(RUN, Fault("hang", seconds=30))
    await asyncio.gather(*(ga4.fetch_query(ASK, 0.3) for _ in range(4)), return_exceptions=True)
    await wait_until(lambda: not ga4.client.pool.workers.pending_count)
    hits = google.faults.count_requests(RUN)
    with pytest.raises(Unavailable, match="did not answer in time; next try"):
        await ga4.fetch_frame(ASK)
    assert google.faults.count_requests(RUN) == hits


async def test_full_queue_refuses_at_once() -> None:
    pool = GoogleThreadPool("Google", threads=1, max_waiting=1)
    let_go = threading.Event()

    def wait(connections: Connections) -> bool:
        return let_go.wait(10)

    calls = [asyncio.create_task(pool.call(wait, 10)) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable, match="too many"):
        await pool.call(wait, 10)
    let_go.set()
    assert await asyncio.gather(*calls) == [True, True]
    await pool.close()


async def test_closing_ends_calls_and_threads(
    google: FakeGoogle, clock: ManualClock, settings: Callable[..., Settings]
) -> None:
    source = await SOURCE.open(settings(**google.settings), clock)
    assert source is not None
    google.faults.inject(RUN, Fault("hang", seconds=30))
    calls = [asyncio.create_task(source.fetch_frame(ASK)) for _ in range(10)]
    await wait_until(lambda: google.faults.count_requests(RUN) >= 4)
    async with asyncio.timeout(20):
        await source.close()
        problems = await asyncio.gather(*calls, return_exceptions=True)
    assert all(isinstance(problem, SourceError) for problem in problems), problems
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("Google Analytics")]
    with pytest.raises(Unavailable, match="shutting down"):
        await source.fetch_frame(ASK)


async def test_one_set_of_methods_serves_a_process(
    google: FakeGoogle, clock: ManualClock, settings: Callable[..., Settings]
) -> None:
    one, other = Ga4Source(settings(**google.settings), clock), Ga4Source(settings(**google.settings), clock)
    assert build_api("analyticsdata", "v1beta", google.address) is build_api("analyticsdata", "v1beta", google.address)
    await one.close()
    await other.close()


async def test_event_loop_is_free_while_google_hangs(google: FakeGoogle, ga4: Ga4Source) -> None:
    google.faults.inject(RUN, Fault("hang", seconds=30))
    call = asyncio.create_task(ga4.fetch_frame(ASK))
    await wait_until(lambda: google.faults.running[RUN])
    for _ in range(50):
        await asyncio.sleep(0)
    assert not call.done()
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
