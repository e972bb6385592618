"""A process of its own for calls that keep the interpreter's lock, use much memory or may crash."""

import logging
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from utilities.model.errors import FoyerError, Overloaded
from utilities.runtime.process_calls import receive_message, send_message
from utilities.runtime.worker_pool import CancelHandle, WorkerPool

log = logging.getLogger(__name__)

CODE_FOLDER = Path(__file__).resolve().parents[2]
MAX_ATTEMPTS = 2  # for a call during which the process ends
START_TIMEOUT_SECONDS = 10.0  # more for the first call of a process
ENVIRONMENT = {"MALLOC_ARENA_MAX": "1", "MALLOC_TRIM_THRESHOLD_": "1000000", "PYTHONUTF8": "1"}
"""The whole environment of a worker process: it has none of the settings."""


@dataclass
class RunningProcess:
    """A worker process and the socket to it."""

    process: subprocess.Popen[bytes]
    channel: socket.socket
    has_answered: bool = False

    def exchange(self, request: bytes, timeout: float) -> tuple[bool, bool, bytes]:
        """Returns the message after a request; raises TimeoutError, and OSError when the process has ended."""
        seconds = timeout + (0 if self.has_answered else START_TIMEOUT_SECONDS)
        until = time.monotonic() + seconds
        self.channel.settimeout(seconds)
        send_message(self.channel, request)
        message = receive_message(self.channel, until)
        self.has_answered = True
        return message

    def close(self) -> int:
        """Ends the process, and returns its exit code."""
        self.channel.close()
        self.process.kill()
        return self.process.wait()


class WorkerProcess:
    """Sends calls, one at a time, to a process that runs a module; the methods belong to the event loop's thread.

    The process starts with the first call; the call after a crash, a hanging call or the last answer starts another.
    `name` begins the error messages, such as "The chart process". `max_pending` bounds the calls that run or wait.
    """

    def __init__(
        self,
        command: tuple[str, ...],
        *,
        name: str,
        error_type: type[FoyerError],
        max_pending: int,
        timeout: float,
        call_timeout: float,
    ) -> None:
        self.name = name
        self.call_timeout = call_timeout  # for one call; `timeout` includes waiting
        self.running: RunningProcess | None = None
        self.starts = 0
        self._error_type = error_type
        flags = ("-B",) if sys.dont_write_bytecode else ()
        self._command = (sys.executable, *flags, "-m", *command)
        self._pool = WorkerPool(name, threads=1, max_pending=max_pending, timeout=timeout, error_type=Overloaded)

    @property
    def pending_count(self) -> int:
        """Counts the calls that run or wait."""
        return self._pool.pending_count

    async def call(self, request: bytes) -> bytes:
        """Returns the answer; raises `error_type` when there is none, and Overloaded when too many calls wait."""
        return await self._pool.run(lambda handle: self._call_on_thread(request, handle))

    async def close(self) -> None:
        """Interrupts the running call and ends the process."""
        await self._pool.close(interrupt=True)
        self._discard()

    def _call_on_thread(self, request: bytes, handle: CancelHandle) -> bytes:
        for _ in range(MAX_ATTEMPTS):
            running = self.running = self.running or self._start()
            handle.set_interrupt(running.process.kill)
            try:
                is_answer, is_last, body = running.exchange(request, self.call_timeout)
            except TimeoutError as error:
                self._discard()
                log.warning("%s did not answer in time and is replaced.", self.name)
                raise self._error_type(f"{self.name} did not answer in time.") from error
            except OSError:
                code = self._discard()
                if not handle.is_cancelled:
                    log.warning("%s has ended unexpectedly (exit code %d) and is replaced.", self.name, code)
                continue
            finally:
                handle.set_interrupt(None)
            if is_last:
                self._discard()
            if not is_answer:
                raise self._error_type(body.decode(errors="replace"))
            return body
        raise self._error_type(f"{self.name} ended twice during this.")

    def _start(self) -> RunningProcess:
        ours, theirs = socket.socketpair()
        self.starts += 1
        try:
            process = subprocess.Popen(  # noqa: S603 (our own module)
                self._command, stdin=theirs.fileno(), stdout=subprocess.DEVNULL, env=ENVIRONMENT, cwd=CODE_FOLDER
            )
        except OSError as error:
            ours.close()
            log.warning("%s cannot be started: %s.", self.name, error.strerror)
            raise self._error_type(f"{self.name} cannot be started.") from error
        finally:
            theirs.close()
        return RunningProcess(process, ours)

    def _discard(self) -> int:
        running, self.running = self.running, None
        return running.close() if running else 0
