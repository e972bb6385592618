"""What is no request gets an answer with a sentence and the headers of every other answer."""

import asyncio
from collections.abc import Callable

import pytest

from handlers.base.security_headers import security_headers
from handlers.serving.server import run_server
from utilities.config.settings import Settings

HOST = b"Host: localhost\r\n"
NO_REQUESTS = (
    b"GARBAGE\r\n\r\n",
    b"GET / HTTP/9.9\r\n" + HOST + b"\r\n",
    b"GET / HTTP/1.1\r\n" + HOST + HOST.replace(b"local", b"evil") + b"\r\n",
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + HOST + b"no colon\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + HOST + b"X: a\x00b\r\n\r\n",
    b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: x\r\n\r\n",
    b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
    b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 99999999999\r\n\r\n",
    b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
)


async def read_answer(port: int, request: bytes) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    async with asyncio.timeout(20):
        answer = await reader.read()
    writer.close()
    return answer.decode("latin-1")


async def test_what_is_no_request_gets_a_sentence_and_the_security_headers(
    settings: Callable[..., Settings], subtests: pytest.Subtests
):
    own = settings(port=0)
    async with run_server(own) as (_, port):
        for request in NO_REQUESTS:
            answer = await read_answer(port, request)
            with subtests.test(request):
                head, _, body = answer.partition("\r\n\r\n")
                assert head.startswith("HTTP/1.1 400 Bad Request\r\n")
                for name, value in security_headers(own).items():
                    assert f"\r\n{name}: {value}" in head
                assert f"Content-Length: {len(body)}" in head
                assert "not a request" in body
                assert "evil" not in answer
