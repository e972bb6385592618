"""A socket that a supervisor holds stays open over restarts: nobody is refused."""

import asyncio
import os
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from tornado.httpclient import HTTPResponse

from tests.conventions.code import ROOT

Fetch = Callable[..., Awaitable[HTTPResponse]]


async def start_collector(folder: Path, listener: socket.socket) -> Process:
    """Starts a collector with the socket as its descriptor 3, as systemd does."""
    number = listener.fileno()
    variables = {"PATH": os.environ["PATH"], "DATA_DIR": str(folder), "BOARDS_DIR": str(folder), "LISTEN_FDS": "1"}
    launcher = (
        f"import os, sys; os.dup2({number}, 3); os.environ['LISTEN_PID'] = str(os.getpid()); "
        f"os.execv(sys.executable, [sys.executable, {str(ROOT / 'run.py')!r}, 'collect'])"
    )
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", launcher), env=variables, cwd=folder, stdin=DEVNULL, stderr=PIPE, pass_fds=(number,)
    )


@pytest.mark.slow
async def test_requests_during_a_restart_wait_for_the_next_process(tmp_path: Path, fetch: Fetch):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        options = {"connect_timeout": 60, "request_timeout": 60}
        for _ in range(2):
            asked = asyncio.create_task(fetch(f"{address}/healthz", **options))  # before the process runs
            process = await start_collector(tmp_path, listener)
            assert (await asked).code == 200
            process.terminate()
            await asyncio.wait_for(process.communicate(), 30)
            assert process.returncode == 0


@pytest.mark.slow
async def test_socket_that_is_open_to_others_is_refused_without_sign_in(tmp_path: Path):
    with socket.create_server(("0.0.0.0", 0)) as listener:
        process = await start_collector(tmp_path, listener)
        _, log = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode == 1
        assert b"open to other machines, but nobody signs in" in log
