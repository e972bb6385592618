"""A process that stops lets answers end, and frees its port at once."""

import asyncio
import json
import signal
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from tornado.httpclient import HTTPResponse

from demo.faults import Fault
from demo.internet import Internet
from tests.end_to_end.processes import run_foyer_process
from tests.handlers.accounts.postgres import SKIP_REASON, find_postgres_folder, run_cluster
from tests.tcp_proxy import run_tcp_proxy
from tests.waiting import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

Fetch = Callable[..., Awaitable[HTTPResponse]]
GOOGLE = "/v1beta/properties/"


async def open_connection(address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", int(address.rsplit(":", 1)[1]))


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str) -> bytes:
    """Sends a request over a connection that stays open; returns the head of the answer, in small letters."""
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost:{writer.get_extra_info('peername')[1]}\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.lower().splitlines() if line.startswith(b"content-length"))
    await reader.readexactly(length)
    return head.lower()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
async def test_answers_under_way_end_when_the_process_stops(
    tmp_path: Path, internet: Internet, fetch: Fetch, number: signal.Signals
) -> None:
    async with run_foyer_process(tmp_path, internet.environment) as (process, address):
        internet.faults.inject(GOOGLE, Fault("latency", seconds=1.5))
        calls = internet.faults.count_requests(GOOGLE)
        ranges = [f"?from=now-{days}d/d&to=now-1d/d" for days in (2, 3, 5)]
        slow = [asyncio.create_task(fetch(f"{address}/reports/top-countries.json{each}")) for each in ranges]
        await wait_until(lambda: internet.faults.count_requests(GOOGLE) > calls)
        idle = [await open_connection(address) for _ in range(3)]
        assert not any([b"connection: close" in await ask(*each, "/healthz") for each in idle])
        process.send_signal(number)
        for each, path in zip(idle, ("/healthz", "/reports", "/a.gif?url=x"), strict=True):
            while b"connection: close" not in await ask(*each, path):
                pass
        answers = await asyncio.gather(*slow)
        assert [each.code for each in answers] == [200, 200, 200]
        assert all(json.loads(each.body)["report"] == "top-countries" for each in answers)
        for _, writer in idle:
            writer.close()
        assert await asyncio.wait_for(process.wait(), 15) == 0


async def test_answer_that_does_not_come_in_time_is_a_503(tmp_path: Path, internet: Internet, fetch: Fetch) -> None:
    async with run_foyer_process(tmp_path, internet.environment) as (process, address):
        reader, writer = await open_connection(address)
        writer.write(b"POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n12345")  # and never the rest
        assert (await fetch(f"{address}/healthz")).code == 200
        process.send_signal(signal.SIGTERM)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 503 ")
        assert await asyncio.wait_for(process.wait(), 15) == 0
        writer.close()


async def test_no_hit_is_lost_while_the_process_stops(tmp_path: Path, internet: Internet) -> None:
    """Clients that keep their connections, as a proxy does, get an answer to everything that they send."""
    stored = 0
    async with run_foyer_process(tmp_path, internet.environment) as (process, address):
        host = f"localhost:{address.rsplit(':', 1)[1]}"

        async def send_hits() -> None:
            nonlocal stored
            while True:
                try:
                    reader, writer = await open_connection(address)
                except ConnectionError:
                    return  # refused before anything was sent
                while True:
                    writer.write(f"GET /a.gif?url=http://{host}/ HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
                    head = (await reader.readuntil(b"\r\n\r\n")).lower()
                    await reader.readexactly(int(head.split(b"content-length: ")[1].split(b"\r\n")[0]))
                    stored += 1
                    if b"connection: close" in head:
                        break
                writer.close()

        clients = [asyncio.create_task(send_hits()) for _ in range(8)]
        await wait_until(lambda: stored > 100)
        process.send_signal(signal.SIGTERM)
        await asyncio.gather(*clients)
        assert await asyncio.wait_for(process.wait(), 15) == 0
        with socket.create_server(("127.0.0.1", int(address.rsplit(":", 1)[1]))):
            pass  # the port is free


def is_pending(number: signal.Signals, pid: int) -> bool:
    """Whether the system has yet to hand a signal to the process; until then it drops another of the same number."""
    status = Path(f"/proc/{pid}/status").read_text()
    return any(int(line.split()[1], 16) >> number - 1 & 1 for line in status.splitlines() if "Pnd:" in line)


async def test_second_signal_ends_a_process_that_waits_for_a_silent_database(
    tmp_path: Path, internet: Internet, fetch: Fetch
) -> None:
    if (programs := find_postgres_folder()) is None:
        pytest.skip(SKIP_REASON)
    with run_cluster(programs) as cluster:
        async with run_tcp_proxy(cluster.port) as proxy:
            database = cluster.create_database().replace(f":{cluster.port}/", f":{proxy.port}/")
            environment = {**internet.environment, "DATABASE_URL": database}
            async with run_foyer_process(tmp_path, environment) as (process, address):

                async def has_tokens() -> bool:
                    return (await fetch(f"{address}/tokens")).code == 200

                await wait_until(has_tokens)
                proxy.silence_open_connections()
                proxy.is_silent = True
                connections = proxy.accepted
                _, unfinished = await open_connection(address)
                unfinished.write(b"POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n12345")
                waiting = asyncio.create_task(fetch(f"{address}/tokens"))
                await wait_until(lambda: proxy.accepted > connections)  # a thread waits for the database
                process.send_signal(signal.SIGTERM)
                await wait_until(lambda: not is_pending(signal.SIGTERM, process.pid))
                process.send_signal(signal.SIGTERM)
                assert await asyncio.wait_for(process.wait(), 60) in (-signal.SIGTERM, 128 + signal.SIGTERM)
                await asyncio.wait([waiting])
                unfinished.close()
