"""The server never stands still while large images are drawn."""

import asyncio

import pytest
from tornado.httpclient import AsyncHTTPClient

from tests.handlers.accounts.conftest import StartFoyer
from tests.loop_watch import CallbackTimes, watch_callbacks
from tests.waiting import wait_until

LARGE = "/reports/site-by-day.png?from=now-27d/d&view=line&width={}&height=1600"
IMAGES = 12


@pytest.mark.slow
async def test_server_answers_while_twelve_large_images_are_drawn(start_local_foyer: StartFoyer):
    foyer = await start_local_foyer()
    pngs, times, answers = foyer.services.gallery.processes.pngs, CallbackTimes(), []
    client = AsyncHTTPClient(force_instance=True, max_clients=IMAGES + 1)

    async def fetch_status(path: str) -> int:
        return (await client.fetch(foyer.address + path, raise_error=False, request_timeout=120)).code

    with watch_callbacks(times):
        images = [asyncio.create_task(fetch_status(LARGE.format(2400 - number))) for number in range(IMAGES)]
        await wait_until(lambda: pngs.pending_count == IMAGES)
        while pngs.pending_count:
            answers.append(await fetch_status("/healthz"))
        codes = set(await asyncio.gather(*images))
    client.close()
    # A drawing that a busy machine does not finish within its time limit is answered with 503.
    assert codes <= {200, 503}
    assert len(answers) > IMAGES
    assert set(answers) == {200}
    assert not times.slow
