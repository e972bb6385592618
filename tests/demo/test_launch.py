"""The simulated internet as a child process."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from tornado.httpclient import HTTPResponse

from demo import launch
from tests.demo.client import Client, named, week
from tests.waiting import wait_until

pytestmark = pytest.mark.slow  # each test starts a process

Fetch = Callable[..., Awaitable[HTTPResponse]]


async def test_a_child_serves_and_is_stopped(tmp_path: Path):
    process, environment = await launch.launch_internet(tmp_path, ["--nasty"])
    client = Client(environment)
    body = await client.report(dimensions=named("pageTitle"), metrics=named("screenPageViews"), **week())
    assert body["rows"][0]["dimensionValues"] == [{"value": "(other)"}]
    client.pool.shutdown()
    await launch.stop_internet(process)
    assert process.returncode == 0


async def test_a_child_that_is_told_to_go_goes(tmp_path: Path):
    process, _ = await launch.launch_internet(tmp_path)
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), 5) == 0
    await launch.stop_internet(process)


async def test_a_child_does_not_outlive_its_parent(tmp_path: Path):
    code = (
        "import asyncio, pathlib, os, signal; from demo.launch import launch_internet\n"
        f"process, _ = asyncio.run(launch_internet(pathlib.Path({str(tmp_path)!r})))\n"
        "print(process.pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE, cwd=launch.HOME
    )
    output, _ = await parent.communicate()
    child = int(output)
    await wait_until(lambda: not is_alive(child))


def is_alive(number: int) -> bool:
    """Whether a process runs; one that has ended may stay as a zombie."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


async def test_a_child_that_cannot_come_up_says_so(tmp_path: Path):
    with pytest.raises(launch.LaunchError, match="stopped at once with exit code 2"):
        await launch.launch_internet(tmp_path, ["--no-such-option"])


async def test_a_child_that_takes_too_long_is_not_waited_for(tmp_path: Path):
    with pytest.raises(launch.LaunchError, match=r"within 0\.01 seconds"):
        await launch.launch_internet(tmp_path, timeout=0.01)
