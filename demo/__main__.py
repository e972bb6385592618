"""`python -m demo`: the pretend internet by itself."""

import argparse
import asyncio
import json
import os
import signal
import sys
import threading
from pathlib import Path

from demo.internet import Internet


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m demo",
        description="Serves the pretend internet on loopback. Prints the variables that point Foyer at it as one line "
        "of JSON, then serves until standard input closes or SIGTERM arrives.",
    )
    parser.add_argument("--dir", type=Path, required=True, help="where the service account's key is written")
    parser.add_argument("--port", type=int, default=0, help="the port; a free one by default")
    parser.add_argument("--nasty", action="store_true", help="the ugliest titles and words lead every list")
    parser.add_argument("--empty", action="store_true", help="the property has no figures at all")
    return parser.parse_args()


async def serve(options: argparse.Namespace) -> None:
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    threading.Thread(target=watch, args=(loop, over), name="stdin", daemon=True).start()
    options.dir.mkdir(parents=True, exist_ok=True)
    async with Internet(options.dir, options.port, nasty=options.nasty, empty=options.empty) as internet:
        sys.stdout.write(json.dumps(internet.environment) + "\n")
        sys.stdout.flush()
        await over.wait()


def watch(loop: asyncio.AbstractEventLoop, over: asyncio.Event) -> None:
    """Waits in the `stdin` thread for the end of standard input, so that this dies with its parent.

    Reads the descriptor itself: a thread inside `sys.stdin` would hold its lock when the interpreter ends.
    """
    while os.read(0, 4096):
        pass
    loop.call_soon_threadsafe(over.set)


if __name__ == "__main__":
    try:
        asyncio.run(serve(arguments()))
    except OSError as error:  # a folder that cannot be written to, or a port that is taken
        sys.exit(f"The pretend internet cannot start: {error}")
