"""The pretend internet as a child process, so that its work never keeps the wall waiting."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

TIMEOUT = 20.0
"""Seconds until the child must have said where it is."""

HOME = Path(__file__).resolve().parent.parent


class LaunchError(Exception):
    """The child did not come up; its text says why."""


def command(folder: Path, options: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "demo", "--dir", str(folder.absolute()), *options]


async def launch(
    folder: Path, options: Sequence[str] = (), *, timeout: float = TIMEOUT
) -> tuple[Process, dict[str, str]]:
    """Starts `python -m demo` and answers its process and the variables that point Foyer at it.

    The child ends when its standard input closes, so it cannot outlive this process.
    """
    process = await asyncio.create_subprocess_exec(*command(folder, options), stdin=PIPE, stdout=PIPE, cwd=HOME)
    assert process.stdout is not None  # noqa: S101 - asked for with PIPE
    try:
        line = await asyncio.wait_for(process.stdout.readline(), timeout)
    except TimeoutError as error:
        await stop(process)
        raise LaunchError(f"The pretend internet did not come up within {timeout:g} seconds.") from error
    if not line:
        code = await process.wait()
        raise LaunchError(f"The pretend internet stopped at once with exit code {code}; it has said why.")
    environment: dict[str, str] = json.loads(line)
    return process, environment


def visit(process: Process, address: str) -> None:
    """Sends the child's visitors to Foyer at `address`, from now on."""
    tell(process, address=address)


async def past(process: Process, since: datetime, until: datetime) -> Path | None:
    """An access log of what the visitors did between two moments (aware); None when the child has gone away."""
    assert process.stdout is not None  # noqa: S101 - asked for with PIPE
    tell(process, since=since.isoformat(), until=until.isoformat())
    line = await process.stdout.readline()
    return Path(json.loads(line)["past"]) if line else None


def tell(process: Process, **what: str) -> None:
    """A line into the child's standard input; short enough never to be waited for."""
    assert process.stdin is not None  # noqa: S101 - asked for with PIPE
    process.stdin.write(json.dumps(what).encode() + b"\n")


async def stop(process: Process, *, timeout: float = 3.0) -> None:
    """Ends the child by closing its standard input, and by force when it does not listen."""
    if process.returncode is None and process.stdin is not None:
        process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), timeout)
    except TimeoutError:
        process.kill()
        await process.wait()
    # Python 3.11 leaves the pipe to the child's output open until the loop is gone, and warns about it.
    process._transport.close()  # type: ignore[attr-defined]
