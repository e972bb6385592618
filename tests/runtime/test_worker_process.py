"""A worker process is replaced when it crashes, hangs or has done enough, and ends with its server."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.waiting import wait_until
from utilities.model.errors import Overloaded, Unavailable
from utilities.runtime.process_calls import resident_bytes
from utilities.runtime.worker_process import WorkerProcess

PROJECT_FOLDER = Path(__file__).parents[2]
SERVER = """
import asyncio, os
from tests.runtime.test_worker_process import make_worker

async def main():
    worker = make_worker(max_calls=100, max_seconds=1)
    print((await worker.call(b"pid")).decode(), flush=True)
    asyncio.get_running_loop().call_later(0.1, os._exit, 0)
    await worker.call({request!r})

asyncio.run(main())
"""

OpenWorker = Callable[..., WorkerProcess]


def make_worker(max_calls: int = 100, max_seconds: int = 60) -> WorkerProcess:
    return WorkerProcess(
        ("tests.runtime.echo_worker", str(max_calls), str(max_seconds)),
        name="The echo",
        error_type=Unavailable,
        max_pending=10,
        timeout=60.0,
        call_timeout=60.0,
    )


@pytest.fixture
async def open_worker() -> AsyncIterator[OpenWorker]:
    async with AsyncExitStack() as stack:

        def make(**bounds: int) -> WorkerProcess:
            worker = make_worker(**bounds)
            stack.push_async_callback(worker.close)
            return worker

        yield make


async def test_process_is_replaced_after_so_many_calls_and_refusals_count(open_worker: OpenWorker):
    worker = open_worker(max_calls=3)
    first = await worker.call(b"pid")
    assert await worker.call(b"pid") == first
    with pytest.raises(Unavailable, match="No, thank you"):
        await worker.call(b"refuse")
    assert await worker.call(b"pid") != first


@pytest.mark.slow
async def test_process_that_uses_much_memory_is_replaced(open_worker: OpenWorker):
    worker = open_worker()
    if not resident_bytes():
        pytest.skip("this system does not show the memory of a process")
    first = await worker.call(b"grow")
    assert await worker.call(b"pid") != first


async def test_call_that_always_crashes_fails_and_the_next_one_is_answered(
    open_worker: OpenWorker, capfd: pytest.CaptureFixture[str]
):
    worker = open_worker()
    with pytest.raises(Unavailable, match="The echo ended twice"):
        await worker.call(b"crash")
    assert (await worker.call(b"pid")).isdigit()
    assert worker.starts == 3


async def test_call_whose_caller_has_gone_is_interrupted_and_the_next_one_is_answered(open_worker: OpenWorker):
    worker = open_worker()
    await worker.call(b"pid")
    hanging = asyncio.create_task(worker.call(b"hang"))
    await wait_until(lambda: worker.pending_count)
    hanging.cancel()
    await asyncio.gather(hanging, return_exceptions=True)
    assert (await worker.call(b"pid")).isdigit()
    await worker.close()
    with pytest.raises(Overloaded):
        await worker.call(b"pid")


@pytest.mark.slow
@pytest.mark.parametrize("request_body", [b"pid", b"hang"])
async def test_process_ends_when_its_server_is_gone(request_body: bytes):
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVER.format(request=request_body), stdout=-1, cwd=PROJECT_FOLDER
    )
    out, _ = await server.communicate()
    await wait_until(lambda: not is_running(int(out.split()[0])))


def is_running(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits for its parent does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
