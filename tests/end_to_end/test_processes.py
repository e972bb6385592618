"""Whole processes: how they end, and how several share the work."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError, HTTPResponse

from demo.internet import Internet
from tests.conftest import RedisServer
from tests.end_to_end.processes import run_foyer_process, stop_with_sigterm
from tests.waiting import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]  # where the simulated internet is

Fetch = Callable[..., Awaitable[HTTPResponse]]
GOOGLE = "/v1beta/properties/"


async def reading(fetch: Fetch, address: str, report: str) -> dict[str, Any]:
    return json.loads((await fetch(f"{address}/reports/{report}.json")).body)


async def wait_for_state(state: str, fetch: Fetch, address: str, report: str, seconds: float = 60) -> dict[str, Any]:
    async def has_state() -> bool:
        return (await reading(fetch, address, report))["state"] == state

    await wait_until(has_state, within=seconds)
    return await reading(fetch, address, report)


async def test_sigterm_under_load_with_200_open_streams_exits_within_10_seconds(
    tmp_path: Path, internet: Internet, fetch: Fetch
) -> None:
    async with run_foyer_process(tmp_path, internet.environment) as (process, address):
        port = int(address.rsplit(":", 1)[1])
        streams = [await asyncio.open_connection("127.0.0.1", port) for _ in range(200)]
        for _, writer in streams:
            writer.write(f"GET /boards/office/stream HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode())
        heads = await asyncio.gather(*(reader.readuntil(b"\r\n\r\n") for reader, _ in streams))
        assert all(b" 200 " in head.splitlines()[0] for head in heads)
        pages = asyncio.create_task(fetch_until_stopped(fetch, f"{address}/boards/office"))
        assert (await fetch(f"{address}/boards/office")).code == 200  # the load is on
        assert await stop_with_sigterm(process, within=10) == 0
        rests = await asyncio.gather(*(reader.read() for reader, _ in streams))
        assert all(b"event: bye" in rest for rest in rests)
        await pages
        for _, writer in streams:
            writer.close()


async def fetch_until_stopped(fetch: Fetch, url: str) -> None:
    """Sends requests until the port refuses them."""
    while True:
        try:
            answer = await fetch(url)
        except (OSError, HTTPClientError):  # refused, or left in the queue of connections
            return
        if answer.code != 200:
            return
        assert answer.body.rstrip().endswith(b"</html>")


HOURLY_BOARD = """
title: Hourly
tiles:
  - {report: hourly-countries, view: table, place: [1, 1, 4, 4]}
  - {report: hourly-people, view: number, place: [5, 1, 4, 4]}
reports:
  hourly-countries: {title: Countries, source: ga4, dimensions: [country], metrics: [totalUsers], pace: 60m}
  hourly-people: {title: People, source: ga4, metrics: [totalUsers], pace: 60m}
"""


async def test_two_processes_and_one_redis_make_one_call_a_period(
    tmp_path: Path, internet: Internet, redis_server: RedisServer, fetch: Fetch
) -> None:
    (tmp_path / "boards").mkdir()
    (tmp_path / "boards" / "hourly.yaml").write_text(HOURLY_BOARD)  # no second period begins while the test runs
    alone = {**internet.environment, "BOARDS_DIR": str(tmp_path / "boards")}
    shared = {**alone, "REDIS_URL": redis_server.url}
    internet.faults.clear()
    async with (
        run_foyer_process(tmp_path / "one", shared) as (_, one),
        run_foyer_process(tmp_path / "two", shared) as (_, two),
    ):
        for report in ("hourly-countries", "hourly-people"):
            first = await wait_for_state("live", fetch, one, report)
            assert first == await wait_for_state("live", fetch, two, report)
    by_two = internet.faults.count_requests(GOOGLE)
    internet.faults.clear()
    async with run_foyer_process(tmp_path / "three", alone) as (_, three):
        for report in ("hourly-countries", "hourly-people"):
            await wait_for_state("live", fetch, three, report)
    assert by_two == internet.faults.count_requests(GOOGLE) > 0


@pytest.mark.timeout(150)
async def test_starts_with_everything_down_and_heals(tmp_path: Path, fetch: Fetch) -> None:
    folder = tmp_path / "internet"
    folder.mkdir()
    async with Internet(folder) as internet:
        environment, port = internet.environment, internet.port
    async with run_foyer_process(tmp_path, {**environment, "REDIS_URL": "redis://127.0.0.1:1/0"}) as (_, address):
        health = await fetch(f"{address}/healthz")
        assert health.code == 200
        assert json.loads(health.body)["status"] == "degraded"
        page = await fetch(f"{address}/boards/office")
        assert page.code == 200
        # Each failure doubles the wait for the next try, so it heals soon if the first one has just been.
        await wait_for_state("failed", fetch, address, "google-countries", seconds=30)
        async with Internet(folder, port):
            answer = await wait_for_state("live", fetch, address, "google-countries", seconds=90)
            assert answer["rows"]
