"""Raw HTTP/1.1 requests with any request line and any headers."""

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass
class ResponseHead:
    """Status and headers of a response; `headers` have lower-case names."""

    status: int
    headers: dict[str, str]
    body: bytes = b""

    @property
    def location(self) -> str:
        return self.headers.get("location", "")


async def send_request(
    address: str, path: str, method: str = "GET", *, headers: list[tuple[str, str]] | None = None, body: bool = False
) -> ResponseHead:
    """Sends a request with only these headers; returns the response head, and the body if `body` is true."""
    place = urlsplit(address)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    try:
        sent = list(headers or [])
        if method in ("POST", "PUT", "PATCH"):
            sent.append(("Content-Length", "0"))
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in sent), "", ""]
        writer.write("\r\n".join(lines).encode("utf-8", "surrogateescape"))
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)
        first, *rest = head.decode("latin-1").splitlines()
        pairs = [line.partition(": ") for line in rest if line]
        answer = ResponseHead(int(first.split()[1]), {name.lower(): value for name, _, value in pairs})
        if body:
            answer.body = await reader.readexactly(int(answer.headers.get("content-length", "0")))
        return answer
    finally:
        writer.close()
        await writer.wait_closed()
