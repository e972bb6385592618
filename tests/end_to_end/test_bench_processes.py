"""What a bench has started ends with it, however the bench ends."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import wait_until

pytestmark = pytest.mark.slow

HOME = Path(__file__).parents[2]
BENCH = """
import sys, time
from bench.processes import exit_on_signals, start_process
exit_on_signals()
child = start_process([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(600)
"""


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="benches run on Linux")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGHUP])
def test_processes_end_with_the_bench_that_started_them(number: signal.Signals):
    with subprocess.Popen([sys.executable, "-c", BENCH], cwd=HOME, stdout=subprocess.PIPE, text=True) as bench:
        assert bench.stdout
        child = int(bench.stdout.readline())
        assert is_running(child)
        bench.send_signal(number)
        bench.wait(30)
    asyncio.run(wait_until(lambda: not is_running(child)))
