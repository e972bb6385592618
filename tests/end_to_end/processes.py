"""Foyer as an operator runs it: `run.py` in a process of its own."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

HOME = Path(__file__).resolve().parents[2]


@asynccontextmanager
async def run_foyer_process(folder: Path, environment: Mapping[str, str]) -> AsyncIterator[tuple[Process, str]]:
    """Starts Foyer; yields the process and its address; kills it on exit if it still runs."""
    variables = {
        "ENV_FILE": "/dev/null",
        "PATH": os.environ["PATH"],
        "PORT": "0",
        "DATA_DIR": str(folder / "var"),
        **environment,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "run.py", cwd=HOME, env=variables, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE
    )
    assert process.stderr is not None
    try:
        async with asyncio.timeout(90):  # a busy machine
            address = await read_address(process.stderr)
        reading = asyncio.create_task(drain(process.stderr))
        yield process, address
        reading.cancel()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        process._transport.close()  # type: ignore[attr-defined]  # Python 3.11 leaves it to the loop's end, and warns


async def read_address(stderr: asyncio.StreamReader) -> str:
    lines = []
    while line := (await stderr.readline()).decode():
        lines.append(line)
        if "Foyer is at " in line:
            return line.split("Foyer is at ")[1].strip()
    raise AssertionError("Foyer did not come up:\n" + "".join(lines))


async def drain(stderr: asyncio.StreamReader) -> None:
    while await stderr.read(65536):
        pass


async def stop_with_sigterm(process: Process, within: float) -> int:
    """Sends SIGTERM and returns the exit code."""
    process.send_signal(signal.SIGTERM)
    return await asyncio.wait_for(process.wait(), within)
