"""Starts the simulated internet as a child process, so that it never blocks Foyer."""

import asyncio
import json
import logging
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

log = logging.getLogger("foyer.demo")

TIMEOUT = 20.0
"""Seconds in which the child must print its settings."""

READERS: set["asyncio.Task[None]"] = set()
"""The tasks that log what children write; the event loop itself holds tasks only weakly."""

HOME = Path(__file__).resolve().parent.parent


class LaunchError(Exception):
    """The child did not start; the message has the reason."""


def demo_command(folder: Path, options: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "demo", "--dir", str(folder.absolute()), *options]


async def launch_internet(
    folder: Path, options: Sequence[str] = (), *, timeout: float = TIMEOUT
) -> tuple[Process, dict[str, str]]:
    """Starts `python -m demo` and returns its process and the settings for Foyer.

    The child ends when its standard input closes, so it cannot outlive this process.
    """
    command = demo_command(folder, options)
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=PIPE, cwd=HOME)
    assert process.stdout is not None  # noqa: S101 - requested for with PIPE
    assert process.stderr is not None  # noqa: S101 - requested for with PIPE
    reader = asyncio.create_task(log_output(process.stderr))
    READERS.add(reader)
    reader.add_done_callback(READERS.discard)
    try:
        line = await asyncio.wait_for(process.stdout.readline(), timeout)
    except TimeoutError as error:
        await stop_internet(process)
        raise LaunchError(f"The simulated internet did not start within {timeout:g} seconds.") from error
    if not line:
        code = await process.wait()
        await reader  # it logs the reason
        raise LaunchError(
            f"The simulated internet stopped at once with exit code {code}; the lines before have the reason."
        )
    environment: dict[str, str] = json.loads(line)
    return process, environment


async def log_output(stream: asyncio.StreamReader) -> None:
    """Logs each line that the child writes to its standard error, in the format of this process."""
    rest = b""
    while data := await stream.read(65536):
        *complete, rest = (rest + data).split(b"\n")
        for line in complete:
            log.warning("%s", line.decode("utf-8", "replace"))
    if rest:
        log.warning("%s", rest.decode("utf-8", "replace"))


def send_visitors(process: Process, address: str) -> None:
    """Sends the child's visitors to Foyer at `address`, from now on."""
    write_request(process, address=address)


async def request_access_log(process: Process, since: datetime, until: datetime) -> Path | None:
    """Returns an access log of the visits between two aware times; None when the child has ended."""
    assert process.stdout is not None  # noqa: S101 - requested for with PIPE
    write_request(process, since=since.isoformat(), until=until.isoformat())
    line = await process.stdout.readline()
    return Path(json.loads(line)["past"]) if line else None


def write_request(process: Process, **what: str) -> None:
    """Writes a line to the child's standard input; it is too short to block."""
    assert process.stdin is not None  # noqa: S101 - requested for with PIPE
    process.stdin.write(json.dumps(what).encode() + b"\n")


async def stop_internet(process: Process, *, timeout: float = 3.0) -> None:
    """Ends the child by closing its standard input, and kills it when it does not end in time."""
    if process.returncode is None and process.stdin is not None:
        process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), timeout)
    except TimeoutError:
        process.kill()
        await process.wait()
    # Python 3.11 leaves the pipe to the child's output open until the loop is closed, and warns about it.
    process._transport.close()  # type: ignore[attr-defined]
