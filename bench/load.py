"""A load generator: keep-alive connections that ask for one page over and over, in a process of its own."""

import argparse
import asyncio
import itertools
import json
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

from bench import hits


class Caller(asyncio.Protocol):
    """One connection: sends the next request as soon as the answer is whole."""

    def __init__(
        self, requests: Iterator[bytes], until: float, times: list[float], ended: asyncio.Future[None]
    ) -> None:
        self.requests = requests
        self.until = until
        self.times = times
        self.ended = ended
        self.buffer = b""
        self.left = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.ask()

    def ask(self) -> None:
        self.began = time.perf_counter()
        self.transport.write(next(self.requests))

    def data_received(self, data: bytes) -> None:
        if self.left < 0:
            self.buffer += data
            head, found, body = self.buffer.partition(b"\r\n\r\n")
            if not found:
                return
            if b" 200 " not in head[:16]:
                raise SystemExit(f"not a 200: {head[:200]!r}")
            lengths = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
            self.left = int(lengths[0].split(b":")[1]) - len(body)
            self.buffer = b""
        else:
            self.left -= len(data)
        if self.left == 0:
            self.left = -1
            now = time.perf_counter()
            self.times.append(now - self.began)
            if now < self.until:
                self.ask()
            else:
                self.transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_result(None)


async def load(url: str, connections: int, seconds: float, *, beacons: bool) -> dict[str, float]:
    """Requests a second and latencies in ms of `connections` that ask for `url`, or for `beacons`, during `seconds`."""
    place = urlsplit(url)
    request = f"GET {place.path or '/'} HTTP/1.1\r\nHost: {place.netloc}\r\nAccept: text/html\r\n\r\n".encode()
    requests = itertools.cycle(hits.beacon_requests(place.netloc) if beacons else [request])
    loop = asyncio.get_running_loop()
    times: list[float] = []
    began = time.perf_counter()
    ends = []
    for _ in range(connections):
        ended = loop.create_future()
        ends.append(ended)
        await loop.create_connection(
            lambda ended=ended: Caller(requests, began + seconds, times, ended), place.hostname, place.port
        )
    await asyncio.gather(*ends)
    spent = time.perf_counter() - began
    times.sort()
    at = lambda share: times[min(len(times) - 1, int(len(times) * share))] * 1000  # noqa: E731
    return {"rate": len(times) / spent, "p50": at(0.5), "p99": at(0.99), "count": len(times)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--beacons", action="store_true", help="sends page views, whatever the path of the address")
    given = parser.parse_args()
    print(json.dumps(asyncio.run(load(given.url, given.connections, given.seconds, beacons=given.beacons))))
