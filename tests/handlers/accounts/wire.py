"""A request as it goes over the wire: any line, any headers; only the head of the answer is waited for."""

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass
class Head:
    """Status and headers of an answer; `headers` have lower-case names."""

    status: int
    headers: dict[str, str]
    body: bytes = b""

    @property
    def location(self) -> str:
        return self.headers.get("location", "")


async def knock(
    address: str, path: str, method: str = "GET", *, headers: list[tuple[str, str]] | None = None, body: bool = False
) -> Head:
    """The head of the answer; the body too when asked for. No header is sent that is not given."""
    place = urlsplit(address)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    try:
        given = list(headers or [])
        if method in ("POST", "PUT", "PATCH"):
            given.append(("Content-Length", "0"))
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in given), "", ""]
        writer.write("\r\n".join(lines).encode("utf-8", "surrogateescape"))
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)
        first, *rest = head.decode("latin-1").splitlines()
        named = [line.partition(": ") for line in rest if line]
        answer = Head(int(first.split()[1]), {name.lower(): value for name, _, value in named})
        if body:
            answer.body = await reader.readexactly(int(answer.headers.get("content-length", "0")))
        return answer
    finally:
        writer.close()
        await writer.wait_closed()
