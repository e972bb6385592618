"""Ends the process without the interpreter's own end."""

import logging
import os
import sys
from typing import NoReturn


def end_process(code: int) -> NoReturn:
    """Writes what is buffered and ends the process.

    The interpreter's own end can take seconds, in which the port stays closed, and waits for threads that hang.
    """
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):  # nobody reads it any more
            code = code or 1
    os._exit(code)
