"""Servers in processes of their own: the simulated internet, Foyer, and the bare baseline."""

import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

HOME = Path(__file__).resolve().parent.parent
SET_PARENT_DEATH_SIGNAL = 1  # of prctl(2)


def start_process(words: Sequence[object], **options: Any) -> subprocess.Popen[Any]:
    """Starts a process of this repository that ends with this one, also when this one is killed (Linux only)."""
    libc = ctypes.CDLL(None)

    def end_with_parent() -> None:
        libc.prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)

    own = {"cwd": HOME, "preexec_fn": end_with_parent}
    return subprocess.Popen([*map(str, words)], **(own | options))


def exit_on_signals() -> None:
    """Lets a bench that is ended close what it has opened, such as folders and browsers."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _: sys.exit(128 + received))


@contextmanager
def python(*words: str, environment: Mapping[str, str] | None = None) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A Python process and its first line of output, by which it says where it is; ended on leaving."""
    variables = {"PATH": os.environ["PATH"], **(environment or {})}
    process = start_process([sys.executable, *words], env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        line = process.stdout.readline().decode().strip()
        if not line:
            raise SystemExit(f"{words} did not come up")
        yield process, line
    finally:
        process.terminate()
        process.wait()
        process.stdin.close()
        process.stdout.close()


@contextmanager
def internet(folder: Path, at: datetime | None = None) -> Iterator[dict[str, str]]:
    """The variables that point Foyer at a simulated internet, whose clock begins at this time."""
    with python("-m", "demo", "--dir", str(folder), *(["--at", at.isoformat()] if at else [])) as (_, line):
        yield json.loads(line)


@contextmanager
def foyer(folder: Path, environment: Mapping[str, str], module: str = "bench.foyer") -> Iterator[tuple[int, str]]:
    """Foyer's process number and address, with the switches of bench/foyer.py."""
    variables = {"PORT": "0", "DATA_DIR": str(folder), "LOG_LEVEL": "ERROR", **environment}
    with python("-m", module, environment=variables) as (process, port):
        yield process.pid, f"http://127.0.0.1:{port}"


@contextmanager
def bare(body: bytes, folder: Path, headers: Mapping[str, str] | None = None) -> Iterator[tuple[int, str]]:
    """The baseline that writes `body`, and `headers` with it at /page: its process number and address."""
    file = folder / "body"
    file.write_bytes(body)
    with python("-m", "bench.bare", "--body", str(file), "--headers", json.dumps(dict(headers or {}))) as (
        process,
        port,
    ):
        yield process.pid, f"http://127.0.0.1:{port}"


def get(url: str, *, method: str = "GET", body: bytes | None = None, timeout: float = 30.0) -> bytes:
    with urllib.request.urlopen(urllib.request.Request(url, data=body, method=method), timeout=timeout) as answer:
        return answer.read()


def wait(url: str, seconds: float = 20.0) -> None:
    """Until it answers."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            get(url)
            return
        except urllib.error.URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def asked(environment: Mapping[str, str], prefix: str) -> int:
    """How many requests the simulated internet has had whose path begins with `prefix`."""
    calls = json.loads(get(environment["GA4_API_ENDPOINT"] + "/__admin/calls"))
    return sum(count for path, count in calls.items() if path.startswith(prefix))


def misbehave(environment: Mapping[str, str], prefix: str, **fault: Any) -> None:
    """Injects a fault for every path that begins with `prefix`."""
    url = environment["GA4_API_ENDPOINT"] + "/__admin/faults" + prefix
    get(url, method="PUT", body=json.dumps(fault).encode())


def load(url: str, connections: int = 16, seconds: float = 4.0, *, beacons: bool = False) -> dict[str, float]:
    """Rate (1/s), p50 and p99 (ms) of a load generator in a process of its own."""
    words = ["-m", "bench.load", url, "--connections", str(connections), "--seconds", str(seconds)]
    words += ["--beacons"] * beacons
    done = subprocess.run([sys.executable, *words], cwd=HOME, capture_output=True, check=True)
    return json.loads(done.stdout)


def resident(process: int) -> float:
    """MB of memory the process has in use."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise SystemExit("this needs Linux's /proc")


def worked(process: int) -> float:
    """Seconds of processor time the process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def child_processes(pid: int) -> Iterator[int]:
    """Yields the numbers of all descendants of a process."""
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            yield int(child)
            yield from child_processes(int(child))


def chromium_seconds() -> float:
    """Returns the processor time of the browsers that this process has started and that still run."""
    spent = 0.0
    for pid in child_processes(os.getpid()):
        with suppress(FileNotFoundError, ProcessLookupError):
            if "chrom" in Path(f"/proc/{pid}/comm").read_text():
                spent += worked(pid)
    return spent


@contextmanager
def chromium() -> Iterator[Browser]:
    """Starts Chromium and closes it at the end."""
    program = shutil.which("chromium")
    if program is None:
        raise SystemExit("this needs chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()
