"""A worker process for tests: answers with its own number, or does what the request says."""

import os
import sys
import time

from utilities.model.errors import Unavailable
from utilities.runtime.process_calls import serve_calls

HELD: list[bytes] = []


def answer(request: bytes) -> bytes:
    match request:
        case b"refuse":
            raise Unavailable("No, thank you")
        case b"crash":
            os.abort()
        case b"hang":
            time.sleep(600)
        case b"grow":
            HELD.append(b"x" * 64_000_000)
    return str(os.getpid()).encode()


if __name__ == "__main__":
    serve_calls(answer, nice=0, max_calls=int(sys.argv[1]), max_memory=60_000_000, max_seconds=int(sys.argv[2]))
