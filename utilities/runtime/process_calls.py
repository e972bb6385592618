"""The messages between a server and its worker process, and the loop of the worker process."""

import os
import signal
import socket
import struct
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

from utilities.model.errors import FoyerError

HEADER = struct.Struct(">??I")
"""Whether it is an answer or the reason why there is none, whether it is the last one, and its length."""

MAX_PART_BYTES = 1 << 20  # that are received at once


def send_message(channel: socket.socket, body: bytes, *, is_answer: bool = True, is_last: bool = False) -> None:
    """Sends a message; raises OSError."""
    channel.sendall(HEADER.pack(is_answer, is_last, len(body)) + body)


def receive_message(channel: socket.socket, until: float | None = None) -> tuple[bool, bool, bytes]:
    """Returns a message; raises TimeoutError at `until` (monotonic), and OSError when the other side has ended."""
    is_answer, is_last, length = HEADER.unpack(_receive_bytes(channel, HEADER.size, until))
    return is_answer, is_last, _receive_bytes(channel, length, until)


def _receive_bytes(channel: socket.socket, length: int, until: float | None) -> bytes:
    received = bytearray()
    while len(received) < length:
        channel.settimeout(None if until is None else max(0.001, until - time.monotonic()))
        part = channel.recv(min(length - len(received), MAX_PART_BYTES))
        if not part:
            raise ConnectionError("the other process has ended")
        received += part
    return bytes(received)


def serve_calls(
    answer: Callable[[bytes], bytes], *, nice: int, max_calls: int, max_memory: int, max_seconds: int
) -> None:
    """Answers what arrives at standard input, a socket, until the server ends or the process has done enough.

    A call that raises a FoyerError is answered with its message; any other error ends the process, and so does a call
    of more than `max_seconds`. The last answer is that after `max_calls`, or with more than `max_memory` bytes in use.
    """
    os.nice(nice)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the server decides when its drawing ends
    channel = socket.socket(fileno=os.dup(0))
    for calls in count(1):
        try:
            _, _, request = receive_message(channel)
        except OSError:
            return
        signal.alarm(max_seconds)
        try:
            body, is_answer = answer(request), True
        except FoyerError as error:
            body, is_answer = str(error).encode(), False
        signal.alarm(0)
        is_last = calls >= max_calls or resident_bytes() > max_memory
        try:
            send_message(channel, body, is_answer=is_answer, is_last=is_last)
        except OSError:
            return
        if is_last:
            return


def resident_bytes() -> int:
    """Returns the memory that this process uses; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
