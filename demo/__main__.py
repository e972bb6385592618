"""`python -m demo`: runs the simulated internet."""

import argparse
import asyncio
import json
import os
import signal
import sys
import threading
from datetime import datetime
from pathlib import Path

from demo.clock import VirtualClock
from demo.internet import Internet
from demo.visitors.driver import Driver

PLACES = Path(__file__).with_name("world") / "places.mmdb"
VISITOR_SETTINGS = {"TRUSTED_PROXIES": "127.0.0.1,::1", "GEOIP_DB": str(PLACES)}
"""The visitors send their addresses as a proxy on this machine does; the file has their countries."""


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m demo",
        description="Serves the simulated internet on loopback. Prints the variables that point Foyer at it as one "
        "line of JSON, then serves until standard input closes or SIGTERM arrives. Lines of JSON on standard input: "
        "{address} sends visitors to the Foyer at that address, {since, until} writes an access log of that time.",
    )
    parser.add_argument("--dir", type=absolute_path, required=True, help="the folder for the service account's key")
    parser.add_argument("--port", type=int, default=0, help="the port; a free one by default")
    parser.add_argument("--nasty", action="store_true", help="put the most difficult titles and words on top")
    parser.add_argument("--empty", action="store_true", help="a property without figures")
    parser.add_argument(
        "--at", type=datetime.fromisoformat, help="its time at the start, with an offset; now by default"
    )
    return parser.parse_args()


def absolute_path(text: str) -> Path:
    return Path(text).absolute()


async def serve_internet(options: argparse.Namespace) -> None:
    over = asyncio.Event()
    lines: asyncio.Queue[bytes] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    threading.Thread(target=read_stdin, args=(loop, lines, over), name="stdin", daemon=True).start()
    options.dir.mkdir(parents=True, exist_ok=True)
    clock = VirtualClock(options.at)
    async with Internet(options.dir, options.port, nasty=options.nasty, empty=options.empty, clock=clock) as internet:
        print_line(json.dumps(internet.environment | VISITOR_SETTINGS))
        obeying = asyncio.create_task(execute_lines(internet, lines))
        await over.wait()
        obeying.cancel()
        await asyncio.gather(obeying, return_exceptions=True)


def print_line(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def execute_lines(internet: Internet, lines: "asyncio.Queue[bytes]") -> None:
    """Executes the lines until cancelled: sends visitors to Foyer, or writes an access log."""
    async with asyncio.TaskGroup() as tasks:
        while True:
            request = json.loads(await lines.get())
            if "address" in request:
                tasks.create_task(Driver(internet.world, internet.clock, request["address"]).run())
            else:
                await write_access_log(internet.folder / "visits.log.gz", nasty=internet.world.nasty, **request)


async def write_access_log(file: Path, since: str, until: str, *, nasty: bool) -> None:
    """Writes the access log in another process, because it takes long and must not delay the servers."""
    words = ["-m", "demo.visitors", "--since", since, "--until", until, *["--nasty"] * nasty, str(file)]
    writer = await asyncio.create_subprocess_exec(sys.executable, *words, stdout=asyncio.subprocess.DEVNULL)
    await writer.wait()
    print_line(json.dumps({"past": str(file)}))


def read_stdin(loop: asyncio.AbstractEventLoop, lines: "asyncio.Queue[bytes]", over: asyncio.Event) -> None:
    """Reads lines in the `stdin` thread until standard input ends, so that this process ends with its parent.

    It reads the descriptor itself: a thread inside `sys.stdin` would hold its lock when the interpreter ends.
    """
    rest = b""
    while data := os.read(0, 4096):
        *complete, rest = (rest + data).split(b"\n")
        for line in complete:
            loop.call_soon_threadsafe(lines.put_nowait, line)
    loop.call_soon_threadsafe(over.set)


if __name__ == "__main__":
    try:
        asyncio.run(serve_internet(parse_arguments()))
    except OSError as error:  # a folder that cannot be written to, or a port that is in use
        sys.exit(f"The simulated internet cannot start: {error}")
