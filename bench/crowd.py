"""A thousand walls on one stream: connects them, and tells when the last has heard each update."""

import argparse
import asyncio
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit


async def send_trigger(trigger: str, body: bytes) -> asyncio.StreamWriter:
    """Sends a POST and does not wait for the answer."""
    place = urlsplit(trigger)
    _, writer = await asyncio.open_connection(place.hostname, place.port)
    head = f"POST {place.path} HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    return writer


class Listener(asyncio.Protocol):
    """One wall, that counts the updates it has heard."""

    def __init__(self, crowd: "Crowd", request: bytes) -> None:
        self.crowd = crowd
        self.request = request
        self.tail = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        heard = self.tail + data
        if not self.tail:
            self.crowd.came()
        if self.crowd.word in heard[max(0, len(self.tail) - len(self.crowd.word)) :]:
            self.crowd.heard()
        self.tail = heard[-len(self.crowd.word) :]


class Crowd:
    """All of them; `word` is what every update holds once."""

    def __init__(self, url: str, walls: int, word: bytes) -> None:
        self.url = urlsplit(url)
        self.walls = walls
        self.word = word
        self.joined = 0
        self.count = 0
        self.all_in = asyncio.Event()
        self.whole = asyncio.Event()

    async def join(self) -> None:
        path = f"{self.url.path}?{self.url.query}" if self.url.query else self.url.path
        request = f"GET {path} HTTP/1.1\r\nHost: {self.url.netloc}\r\n\r\n".encode()
        loop = asyncio.get_running_loop()
        for start in range(0, self.walls, 50):
            some = range(start, min(start + 50, self.walls))
            await asyncio.gather(
                *(
                    loop.create_connection(lambda: Listener(self, request), self.url.hostname, self.url.port)
                    for _ in some
                )
            )
        await self.all_in.wait()

    def came(self) -> None:
        self.joined += 1
        if self.joined == self.walls:
            self.all_in.set()

    def heard(self) -> None:
        self.count += 1
        if self.count == self.walls:
            self.whole.set()

    async def update(self, trigger: str, body: bytes) -> float:
        """Seconds from asking for an update until the last wall has heard it."""
        self.count = 0
        self.whole.clear()
        began = time.perf_counter()
        writer = await send_trigger(trigger, body)
        await asyncio.wait_for(self.whole.wait(), 30)
        spent = time.perf_counter() - began
        writer.close()
        return spent


async def main(given: argparse.Namespace) -> None:
    body = given.body.read_bytes() if given.body else b""
    crowd = Crowd(given.url, given.walls, given.word.encode())
    await crowd.join()
    print("joined", flush=True)
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):  # one line, one update; walls go on hearing meanwhile
        print(await crowd.update(given.trigger, body), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("trigger")
    parser.add_argument("word")
    parser.add_argument("--body", type=Path, help="what the trigger is sent")
    parser.add_argument("--walls", type=int, default=1000)
    asyncio.run(main(parser.parse_args()))
