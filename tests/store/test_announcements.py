"""Readings that one process announces to the others."""

import asyncio

from tests.store.faults import put
from tests.store.test_store import reading


async def test_what_one_process_writes_the_others_have_at_once(redis_server, open_one):
    one, other = [await open_one(redis_url=redis_server.url) for _ in range(2)]
    names = other.listen()
    written = await put(one, reading())
    assert await asyncio.wait_for(anext(names), 30) == "top-pages"
    assert other.latest("top-pages") == written
