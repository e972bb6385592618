"""Answers to what never becomes a request: with the headers of every other answer, and a sentence."""

from asyncio import Future
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from tornado.iostream import IOStream

TORNADO_BAD_REQUEST = b"HTTP/1.1 400 Bad Request\r\n\r\n"
BAD_REQUEST_SENTENCE = "This is not a request that Foyer can read: its first line, a header or its length is wrong."
CROWDED_SENTENCE = "Too many connections are open. Try again in ten seconds."


class ClientStream(IOStream):
    """The connection of a client. Replaces the answer that Tornado writes when it cannot read a request."""

    def __init__(self, *args: Any, bad_request: bytes, **options: Any) -> None:
        super().__init__(*args, **options)
        self._bad_request = bad_request

    def write(self, data: bytes | memoryview) -> "Future[None]":
        return super().write(self._bad_request if data == TORNADO_BAD_REQUEST else data)


def encode_raw_answer(status: int, sentence: str, headers: Mapping[str, str]) -> bytes:
    """Returns a whole answer, which ends the connection."""
    body = f"{sentence}\n".encode()
    own = {"Content-Type": "text/plain; charset=UTF-8", "Content-Length": str(len(body)), "Connection": "close"}
    lines = [f"{name}: {value}" for name, value in {**headers, **own}.items()]
    return "\r\n".join([f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *lines, "", ""]).encode() + body
