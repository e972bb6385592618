"""A network that is tired or dead: its last counts stay, calls are paused, and it recovers."""

from datetime import timedelta

from tests.shares.conftest import HOME, NOON, reasons
from tests.waiting import wait_until
from utilities.http.throttle import CallRate
from utilities.sources.social import SOURCE


async def test_old_count_stays_when_the_network_dies_and_says_since_when(network_server, social, ask):
    source = social("pinterest")
    good = (await ask(source)).column_values("pinterest")
    network_server.inject_fault("pinterest", "status", status=500)
    network_server.clock.shift(timedelta(minutes=31))
    frame = await ask(source)
    assert frame.column_values("pinterest") == good
    assert reasons(frame, "pinterest") == ["as of 12:12 UTC"]


async def test_old_count_of_another_day_says_which(network_server, social, ask):
    source = social("pinterest")
    await ask(source, HOME)
    network_server.clock.shift(timedelta(days=2))
    assert reasons(await ask(source, HOME, known=True), "pinterest") == ["as of 18 Nov 12:12 UTC"]


async def test_network_that_fails_again_and_again_rests_and_heals(network_server, social, ask):
    network_server.inject_fault("pinterest", "status", status=500)
    source = social("pinterest", concurrency=2)
    await ask(source)
    calls = network_server.calls("pinterest")
    assert calls <= 4
    frame = await ask(source)
    assert network_server.calls("pinterest") == calls
    assert reasons(frame, "pinterest") == ["unavailable: answered 500"]
    assert source.health()["pinterest"]["state"] == "resting"
    network_server.faults.clear()
    network_server.clock.shift(timedelta(minutes=1))
    frame = await ask(source)
    assert None not in frame.column_values("pinterest")
    assert not frame.notes
    assert source.health()["pinterest"]["state"] == "well"


async def test_tired_network_is_tried_by_one_call_and_not_by_ten(network_server, social, ask):
    network_server.inject_fault("pinterest", "status", status=500)
    source = social("pinterest")
    await ask(source)
    network_server.faults.calls.clear()
    network_server.clock.shift(timedelta(minutes=1))
    await ask(source)
    assert network_server.calls("pinterest") == 1


async def test_log_says_once_that_a_network_rests_and_once_that_it_is_back(network_server, social, ask, caplog):
    caplog.set_level("INFO", "utilities.shares.tracker")
    network_server.inject_fault("pinterest", "status", status=500)
    source = social("pinterest")
    await ask(source)
    await ask(source)
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith("pinterest: answered 500; retry at 12:1")
    network_server.faults.clear()
    network_server.clock.shift(timedelta(minutes=1))
    await ask(source)
    assert caplog.messages[1:] == ["pinterest answers again"]


async def test_retry_after_is_kept_to(network_server, social, ask):
    network_server.inject_fault("pinterest", "status", status=429, headers={"Retry-After": "600"}, count=1)
    source = social("pinterest", concurrency=1)
    frame = await ask(source)
    assert network_server.calls("pinterest") == 1
    assert reasons(frame, "pinterest") == ["unavailable: answered 429"]
    network_server.clock.shift(timedelta(seconds=590))
    await ask(source)
    assert network_server.calls("pinterest") == 1
    network_server.clock.shift(timedelta(seconds=11))
    assert None not in (await ask(source)).column_values("pinterest")


async def test_reset_in_seconds_since_1970_is_kept_to(network_server, social, ask):
    at = str(int(network_server.clock().timestamp()) + 300)
    network_server.inject_fault("x", "status", status=429, headers={"x-rate-limit-reset": at}, count=1)
    source = social("x", concurrency=1)
    await ask(source)
    network_server.clock.shift(timedelta(seconds=290))
    await ask(source)
    assert network_server.calls("x") == 1
    network_server.clock.shift(timedelta(seconds=12))
    await ask(source)
    assert network_server.calls("x") == 11


async def test_pages_beyond_the_pace_are_waiting_and_there_next_time(network_server, social, ask):
    source = social("pinterest", rates=(CallRate(4, 1.0),), timeout=0.2)
    frame = await ask(source)
    assert frame.column_values("pinterest").count(None) == 6
    assert reasons(frame, "pinterest") == ["waiting"]
    await wait_until(lambda: not source.health()["pinterest"]["running"])
    assert None not in (await ask(source, known=True)).column_values("pinterest")


async def test_answer_to_another_process_ends_the_wait_of_this_one(network_server, configured, ask):
    one, other = [await SOURCE.open(configured("pinterest"), network_server.clock) for _ in range(2)]
    network_server.inject_fault("pinterest", "status", status=429, headers={"Retry-After": "64800"}, count=1)
    await ask(one, HOME)
    assert one.health()["pinterest"]["state"] == "resting"
    network_server.clock.shift(timedelta(minutes=1))
    await ask(other, HOME)
    await other.close()  # writes its counts
    network_server.clock.shift(timedelta(minutes=1))
    assert None not in (await ask(one)).column_values("pinterest")
    assert one.health()["pinterest"]["state"] == "well"
    await one.close()


async def test_end_of_a_pause_is_known_and_so_is_the_answer_that_ends_it(network_server, social, ask):
    network_server.inject_fault("pinterest", "status", status=429, headers={"Retry-After": "600"}, count=1)
    source = social("pinterest", concurrency=1)
    assert source.answers_since() is None
    await ask(source, HOME)
    assert source.answers_since() is None
    network_server.clock.shift(timedelta(seconds=700))
    pause_end = source.answers_since()
    assert NOON + timedelta(seconds=600) <= pause_end < network_server.clock()
    await ask(source, HOME)
    assert source.answers_since() > pause_end
