"""A restart forgets no count and asks nobody sooner; what is in the file is checked before it is believed."""

import json
from datetime import timedelta

import pytest

from tests.shares.conftest import HOME, PAGES, reasons
from utilities.sources.social import SOURCE


@pytest.fixture
def file(settings):
    return settings().data_dir / "shares.json"


@pytest.fixture
def run(configured, network_server, ask):
    """One life of a process: opens the source, asks once, closes it."""

    async def running(*networks, known=False):
        source = await SOURCE.open(configured(*networks), network_server.clock)
        frame = await ask(source, HOME, PAGES[1], known=known)
        await source.close()
        return frame

    return running


async def test_counts_are_there_at_once_after_a_restart(run):
    before = await run("pinterest", "x")
    after = await run("pinterest", "x", known=True)
    assert after == before


async def test_page_is_not_asked_about_again_within_its_pace(network_server, run):
    await run("facebook")
    await run("facebook")
    assert network_server.calls("facebook") == 2


async def test_dead_network_keeps_its_old_counts_over_a_restart(network_server, run):
    before = await run("pinterest")
    network_server.inject_fault("pinterest", "status", status=500)
    network_server.clock.shift(timedelta(hours=1))
    after = await run("pinterest")
    assert after.column_values("pinterest") == before.column_values("pinterest")
    assert reasons(after, "pinterest") == ["as of 12:12 UTC"]


async def test_process_beside_this_one_asks_nobody_again(network_server, configured, ask):
    one, other = [await SOURCE.open(configured("facebook"), network_server.clock) for _ in range(2)]
    results = await ask(one, HOME)
    assert await ask(other, HOME) == results
    assert network_server.calls("facebook") == 1
    network_server.clock.shift(timedelta(minutes=30))
    await ask(other, HOME)
    await other.close()
    await one.close()
    assert network_server.calls("facebook") == 2
    third = await SOURCE.open(configured("facebook"), network_server.clock)
    assert not (await ask(third, HOME)).notes
    await third.close()
    assert network_server.calls("facebook") == 2


async def test_failures_are_not_kept(network_server, run, file):
    network_server.inject_fault("pinterest", "status", status=500)
    await run("pinterest")
    assert json.loads(file.read_bytes()) == {"pinterest": {}}


BAD = {
    "not JSON": "{",
    "another shape": '{"pinterest": [1, 2]}',
    "a negative count": '{"pinterest": {"https://www.example.com/": {"count": -1, "at": "2026-11-18T12:00:00Z"}}}',
    "no time zone": '{"pinterest": {"https://www.example.com/": {"count": 1, "at": "2026-11-18T12:00:00"}}}',
    "the future": '{"pinterest": {"https://www.example.com/": {"count": 1, "at": "2036-11-18T12:00:00Z"}}}',
    "no moment": '{"pinterest": {"https://www.example.com/": {"count": 1}}}',
}


@pytest.mark.parametrize("what", BAD)
async def test_what_makes_no_sense_is_left_aside(what, run, file):
    file.parent.mkdir(parents=True)
    file.write_text(BAD[what], encoding="utf-8")
    frame = await run("pinterest", known=True)
    assert frame.column_values("pinterest") == (None, None)
    assert reasons(frame, "pinterest") == ["waiting"]


async def test_disk_that_cannot_be_written_costs_no_answer(run, file, caplog):
    file.parent.write_text("not a folder", encoding="utf-8")
    frame = await run("pinterest")
    assert None not in frame.column_values("pinterest")
    assert "the counts could not be written to shares.json: File exists" in caplog.messages
