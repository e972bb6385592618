"""Signals: the first one stops the server cleanly, a second one ends the process at once, whatever hangs."""

import asyncio
import logging
import os
import select
import signal
import threading
from types import FrameType, TracebackType
from typing import Any, Self

log = logging.getLogger("foyer")

STOP_SECONDS = 9.5  # for a clean stop, then the process ends: container platforms kill after ten seconds
REPEATABLE_SIGNALS = (signal.SIGTERM, signal.SIGINT)
"""A second one of these ends the process. A terminal that closes may send SIGHUP twice, so SIGHUP does not."""


class StopSignals:
    """Sets `stopped` at SIGTERM, SIGINT or SIGHUP, from `with` on until the process ends or fails to start.

    A thread reads the signals from a pipe, because neither the event loop nor the main thread may be able to.
    """

    def __init__(self, stop_seconds: float = STOP_SECONDS, *, is_first_process: bool | None = None) -> None:
        self.stopped = asyncio.Event()
        self._stop_seconds = stop_seconds
        self._is_first_process = os.getpid() == 1 if is_first_process is None else is_first_process
        self._loop = asyncio.get_running_loop()
        self._starting = asyncio.current_task()  # cancelled by a signal, until `start_ended`
        self._previous: dict[int, Any] = {}

    def __enter__(self) -> Self:
        self._pipe, self._written = os.pipe()
        os.set_blocking(self._written, False)
        signal.set_wakeup_fd(self._written, warn_on_full_buffer=False)
        for number in (*REPEATABLE_SIGNALS, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:  # `nohup` ignores SIGHUP, and so it stays
                self._previous[number] = signal.signal(number, self._restore_default_actions)
        threading.Thread(target=self._watch_pipe, name="signals", daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.stopped.is_set():
            return  # a second signal must work until the very end
        for number, action in self._previous.items():
            signal.signal(number, action)
        signal.set_wakeup_fd(-1)
        os.close(self._written)  # ends the thread

    def start_ended(self) -> None:
        """Leaves the task alone from now on: a signal only sets `stopped`."""
        self._starting = None

    def _restore_default_actions(self, number: int, frame: FrameType | None) -> None:
        """Lets the system itself end the process at the second signal. Runs in the main thread, as soon as it can."""
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        if self._is_first_process:  # in a container: the system drops signals without a handler
            return
        for each in REPEATABLE_SIGNALS:
            signal.signal(each, signal.SIG_DFL)

    def _watch_pipe(self) -> None:
        if self._read_signal((*REPEATABLE_SIGNALS, signal.SIGHUP)) is None:
            os.close(self._pipe)
            return
        self._loop.call_soon_threadsafe(self._stop)
        threading.Thread(target=self._end_late_process, name="stop deadline", daemon=True).start()
        os._exit(128 + (self._read_signal(REPEATABLE_SIGNALS) or 0))

    def _read_signal(self, numbers: tuple[int, ...]) -> int | None:
        """Waits for one of these signals; returns None when there will be none any more."""
        while number := os.read(self._pipe, 1):
            if number[0] in numbers:
                return number[0]
        return None

    def _end_late_process(self) -> None:
        """Ends the process when the clean stop lasts too long."""
        select.select([], [], [], self._stop_seconds)
        text = "the stop took longer than %g seconds, so the process ends now"
        writing = threading.Thread(target=log.error, args=(text, self._stop_seconds), daemon=True)
        writing.start()
        writing.join(0.3)  # also the log may hang
        os._exit(1)

    def _stop(self) -> None:
        self.stopped.set()
        if self._starting is not None:
            self._starting.cancel()
