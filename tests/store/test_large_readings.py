"""Large readings in Redis are encoded and decoded in threads, and decoded again only when they have changed."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.loop_watch import CallbackTimes, watch_callbacks
from tests.store.faults import put
from tests.waiting import wait_until
from utilities.model.clock import utc_now
from utilities.model.frames import Column, Frame, Reading, ValueKind
from utilities.store.reading_codec import decode_reading, encode_reading, read_fence, replace_fence

ROWS = 8_000  # about a megabyte, as much as a reading may have
pytestmark = pytest.mark.slow


def large_reading() -> Reading:
    columns = (
        Column("pagePath", "Page", ValueKind.TEXT),
        *(Column(f"n{n}", f"N{n}", ValueKind.INTEGER) for n in range(6)),
    )
    rows = tuple(
        (f"/a-section-with-a-long-name/a-long-address-{row}", *(row * n for n in range(6))) for row in range(ROWS)
    )
    return Reading("top-pages", Frame(columns, rows), datetime.now(UTC))


async def test_reading_of_a_megabyte_leaves_the_loop_free_in_both_processes(redis_server, open_one, raw, key):
    one, other = [await open_one(redis_url=redis_server.url, patient=True) for _ in range(2)]
    times, first = CallbackTimes(), large_reading()
    second = replace(first, taken_at=utc_now())
    encoded = encode_reading(second, 99)
    with watch_callbacks(times):
        await put(one, first)
        await wait_until(lambda: other.latest("top-pages") == first)
        assert await one.read("top-pages") is first
        cached = other.latest("top-pages")
        assert await other.read("top-pages") is cached
        await raw.set(key("reading", "top-pages"), encoded)
        assert await other.read("top-pages") == second
    assert not times.slow


async def test_fence_of_a_stored_reading_is_read_and_replaced_without_decoding():
    encoded = encode_reading(large_reading(), 7)
    assert read_fence(encoded) == 7
    assert decode_reading("top-pages", replace_fence(encoded, 12), utc_now()).fence == 12
    assert read_fence(b'{"reading":') is None
