"""Whatever hangs, a second signal ends the process at once, and one signal ends it in the end."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE

import pytest

from tests.conventions.code import ROOT

pytestmark = pytest.mark.slow  # each test starts a process

PROGRAM = """
import asyncio, atexit, time
from handlers.serving.stop_signals import StopSignals

def hang_in_python():
    while True:
        pass

async def main():
    with StopSignals(stop_seconds={stop_seconds}, is_first_process={is_first_process}) as signals:
        signals.start_ended()
        {body}

asyncio.run(main())
"""
HANGS = {
    "the event loop in Python code": "print('ready', flush=True); hang_in_python()",
    "the main thread in a system call": "print('ready', flush=True); time.sleep(3600)",
    "the stop itself": "print('ready', flush=True); await signals.stopped.wait(); await asyncio.sleep(3600)",
    "a thread that the event loop waits for at its end": (
        "asyncio.get_running_loop().run_in_executor(None, time.sleep, 3600); print('ready', flush=True); "
        "await signals.stopped.wait()"
    ),
    "the interpreter's end": (
        "atexit.register(time.sleep, 3600); print('ready', flush=True); await signals.stopped.wait()"
    ),
}


async def start_program(body: str, stop_seconds: float, is_first_process: bool = False) -> asyncio.subprocess.Process:
    code = PROGRAM.format(body=body, stop_seconds=stop_seconds, is_first_process=is_first_process)
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, cwd=ROOT, stdout=PIPE, stderr=PIPE)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    return process


async def end_of(process: asyncio.subprocess.Process) -> int:
    try:
        async with asyncio.timeout(20):
            await process.communicate()
    except TimeoutError:
        process.kill()
        await process.communicate()
        pytest.fail("it did not end")
    assert process.returncode is not None
    return process.returncode


@pytest.mark.parametrize("hang", HANGS)
async def test_second_signal_ends_the_process_whatever_hangs(hang: str):
    process = await start_program(HANGS[hang], stop_seconds=3600)
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGINT)
    later = (signal.SIGINT, signal.SIGTERM)  # of two that wait together, the system chooses which comes second
    assert await end_of(process) in [code for number in later for code in (-number, 128 + number)]


async def test_second_signal_ends_the_first_process_of_a_container():
    """Proves that it does not rely on the default action, which the system does not take for process 1."""
    process = await start_program(HANGS["the stop itself"], stop_seconds=3600, is_first_process=True)
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGINT)
    assert await end_of(process) in (128 + signal.SIGINT, 128 + signal.SIGTERM)


@pytest.mark.parametrize("hang", HANGS)
async def test_one_signal_ends_the_process_after_a_limit_whatever_hangs(hang: str):
    process = await start_program(HANGS[hang], stop_seconds=0.1)
    process.send_signal(signal.SIGTERM)
    assert await end_of(process) == 1


async def test_signal_during_the_start_cancels_the_start():
    body = "print('ready', flush=True); signals._starting = asyncio.current_task(); await asyncio.sleep(3600)"
    process = await start_program(body, stop_seconds=3600)
    process.send_signal(signal.SIGTERM)
    assert await end_of(process) != 0


async def test_hangup_stops_cleanly_however_often_it_comes():
    body = (
        "print('ready', flush=True); await signals.stopped.wait(); import os, signal; "
        "os.kill(os.getpid(), signal.SIGHUP); await asyncio.sleep(0.05); os._exit(7)"
    )
    process = await start_program(body, stop_seconds=3600)
    process.send_signal(signal.SIGHUP)
    assert await end_of(process) == 7


async def test_signal_that_was_ignored_stays_ignored():
    body = (
        "print('ready', flush=True); import os, signal; os.kill(os.getpid(), signal.SIGHUP); "
        "await asyncio.sleep(0.05); os._exit(7 if not signals.stopped.is_set() else 8)"
    )
    code = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n" + PROGRAM.format(
        body=body, stop_seconds=3600, is_first_process=False
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, cwd=ROOT, stdout=PIPE, stderr=PIPE)
    assert await end_of(process) == 7
