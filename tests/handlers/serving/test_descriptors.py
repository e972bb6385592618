"""A server that runs out of file descriptors still answers, and says so once."""

import asyncio
import os
import resource
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from tornado.httpclient import HTTPResponse

from tests.conventions.code import ROOT
from tests.handlers.collect.test_process import free_port
from tests.waiting import wait_until

pytestmark = pytest.mark.slow

Fetch = Callable[..., Awaitable[HTTPResponse]]
LIMIT = 256


@pytest.mark.parametrize("sent", [b"", b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"])
@pytest.mark.parametrize("hard", [LIMIT, 4096])
async def test_half_requests_do_not_keep_others_out(tmp_path: Path, fetch: Fetch, hard: int, sent: bytes):
    """With a hard limit of 256 idle connections make room; otherwise Foyer raises the soft one and has room."""
    port = free_port()
    variables = {"PATH": os.environ["PATH"], "PORT": str(port), "DATA_DIR": str(tmp_path), "BOARDS_DIR": str(tmp_path)}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(ROOT / "run.py"), "collect"),
        env=variables,
        stdin=DEVNULL,
        stderr=PIPE,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (LIMIT, hard)),
    )
    assert process.stderr is not None
    address = f"http://127.0.0.1:{port}"

    async def is_served() -> bool:
        return (await fetch(f"{address}/healthz")).code == 200

    await wait_until(lambda: is_listening(port))
    crowd = [await asyncio.open_connection("127.0.0.1", port) for _ in range(LIMIT + 100)]
    for _, writer in crowd:
        writer.write(sent)
    await wait_until(is_served)
    for _, writer in crowd:
        writer.close()
    process.terminate()
    log = (await asyncio.wait_for(process.communicate(), 60))[1].decode().splitlines()
    assert process.returncode == 0
    assert len(log) < 12
    assert len([line for line in log if "file descriptors" in line]) == (hard == LIMIT)


async def is_listening(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
