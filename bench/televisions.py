"""Simulated screens, each with the stream of its board and that of what it shows, by the retry rules of their scripts.

Each line of standard input is an order. `update` changes a report; the answer is after how many seconds each screen had
it. `recover` answers when all streams are open again: after how many seconds each was, and how many tiles it was sent.
"""

import argparse
import asyncio
import json
import random
import re
import sys
import time
from pathlib import Path

from bench.crowd import send_trigger

STATIC = Path(__file__).parents[1] / "static"
UPDATE = b'"tile":"top-pages"'
TILE = re.compile(rb'data: \{"tile":"([a-z0-9-]+)"')
TAIL_BYTES = 100  # of an event's line, in which a name may be cut
RETRY_CONNECT_SECONDS = 30.0


def screen_secret(number: int) -> str:
    return f"bench-screen-{number:030d}"


def read_script_seconds(script: str, name: str) -> float:
    """Returns a constant of a script that is in milliseconds."""
    text = (STATIC / script).read_text()
    return int(re.search(rf"\b{name} = (\d+);", text)[1]) / 1000


RETRY_RULES = {
    kind: tuple(read_script_seconds(script, name) for name in ("SPREAD_MS", "MAX_RETRY_MS"))
    for kind, script in (("wall", "wall.js"), ("show", "show.js"), ("bare", "wall.js"))
}
"""The spread of the first retry, and the longest wait before the others, in seconds."""


def retry_delay(kind: str, retries: int) -> float:
    """Returns the wait before a retry, as the scripts compute it."""
    spread, longest = RETRY_RULES[kind]
    return longest * (0.25 + random.random() * 0.75) if retries > 1 else 0.5 + random.random() * spread


class TelevisionStream(asyncio.Protocol):
    """One stream, opened again whenever it ends, by the rule of its script."""

    def __init__(self, crowd: "Televisions", number: int, kind: str, path: str) -> None:
        self.crowd, self.number, self.kind = crowd, number, kind
        cookie = f"Cookie: __Host-foyer-screen={screen_secret(number)}; foyer-screen={screen_secret(number)}\r\n"
        self.request = f"GET {path} HTTP/1.1\r\nHost: {crowd.host}:{crowd.port}\r\n{cookie}\r\n".encode()
        self.retries, self.tail, self.is_open = 0, b"", False
        self.tiles: set[bytes] = set()
        self.opened_at = 0.0
        self.refusals = 0

    async def connect(self) -> None:
        try:
            await asyncio.get_running_loop().create_connection(lambda: self, self.crowd.host, self.crowd.port)
        except OSError:
            self.schedule_retry()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.tail, self.tiles = b"", set()
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        text = self.tail + data
        if not self.is_open:
            if b" 200 " not in text[:16]:
                self.refusals += 1
                return
            self.is_open, self.retries, self.opened_at = True, 0, time.monotonic()
            self.crowd.note_open()
        self.tiles.update(TILE.findall(text))
        if self.kind != "show" and text.rfind(UPDATE) + len(UPDATE) > len(self.tail):
            self.crowd.note_update(self.number)
        self.tail = text[-TAIL_BYTES:]

    def connection_lost(self, error: Exception | None) -> None:
        if self.is_open:
            self.crowd.note_loss()
        self.is_open = False
        self.schedule_retry()

    def schedule_retry(self) -> None:
        self.retries += 1
        wait = retry_delay(self.kind, self.retries)
        asyncio.get_running_loop().call_later(wait, lambda: self.crowd.start(self.connect()))


class Televisions:
    """All screens of one process."""

    def __init__(self, port: int, count: int, paths: dict[str, str]) -> None:
        self.host, self.port, self.count = "127.0.0.1", port, count
        self.streams = [TelevisionStream(self, n, kind, path) for n in range(count) for kind, path in paths.items()]
        self.open_count = 0
        self.updated: dict[int, float] = {}
        self.is_changed = asyncio.Event()
        self.lost_at = 0.0
        self.tasks: set[asyncio.Task[None]] = set()

    def start(self, work: object) -> None:
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def join(self) -> None:
        for begin in range(0, len(self.streams), 50):
            await asyncio.gather(*(each.connect() for each in self.streams[begin : begin + 50]))
        await self.wait_for(lambda: self.open_count == len(self.streams))

    async def wait_for(self, is_true: object, seconds: float = 120.0) -> None:
        async with asyncio.timeout(seconds):
            while not is_true():
                self.is_changed.clear()
                await self.is_changed.wait()

    def note_open(self) -> None:
        self.open_count += 1
        self.is_changed.set()

    def note_loss(self) -> None:
        if self.open_count == len(self.streams):
            self.lost_at = time.monotonic()
        self.open_count -= 1
        self.is_changed.set()

    def note_update(self, number: int) -> None:
        self.updated.setdefault(number, time.monotonic())
        if len(self.updated) == self.count:
            self.is_changed.set()

    async def update(self, trigger: str, body: bytes) -> list[float]:
        """Returns after how many seconds each screen had an update."""
        self.updated = {}
        began = time.monotonic()
        await send_trigger(trigger, body)
        await self.wait_for(lambda: len(self.updated) == self.count)
        return sorted(round(at - began, 4) for at in self.updated.values())

    async def recover(self) -> dict[str, object]:
        """Waits until all streams are open again after a restart."""
        await self.wait_for(lambda: self.lost_at > 0)
        await self.wait_for(lambda: self.open_count == len(self.streams))
        await asyncio.sleep(2)  # in which the tiles come
        walls = [each for each in self.streams if each.kind == "wall"]
        result = {
            kind: sorted(round(each.opened_at - self.lost_at, 2) for each in self.streams if each.kind == kind)
            for kind in ("wall", "show")
        }
        self.lost_at = 0.0
        return result | {
            "tiles": [len(each.tiles) for each in walls],
            "refusals": sum(each.refusals for each in self.streams),
        }


async def main(given: argparse.Namespace) -> None:
    crowd = Televisions(given.port, given.screens, json.loads(given.paths))
    body = given.body.read_bytes() if given.body else b""
    await crowd.join()
    print("joined", flush=True)
    loop = asyncio.get_running_loop()
    while order := (await loop.run_in_executor(None, sys.stdin.readline)).strip():
        answer = await (crowd.recover() if order == "recover" else crowd.update(given.trigger, body))
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("trigger")
    parser.add_argument("paths", help="the streams of a screen by kind, as JSON")
    parser.add_argument("--screens", type=int, default=2000)
    parser.add_argument("--body", type=Path)
    asyncio.run(main(parser.parse_args()))
