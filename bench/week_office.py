"""The processes of the week: the simulated internet, and a Foyer that is ended and started again on one port."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

from bench.hits import AGENTS
from bench.processes import free_port, get, start_process, wait

STOP_SECONDS = 10.0
START_SECONDS = 180.0  # on a busy machine
BOARD = """title: Week
zone: Europe/Berlin
grid: {columns: 24, rows: 16}
tiles:
  - {report: hall, name: hall-views, view: number, place: [1, 1, 6, 4], options: {key: views}}
  - {report: hall, name: hall-visitors, view: number, place: [7, 1, 6, 4], options: {key: visitors}}
  - {report: hall-month, view: number, place: [13, 1, 6, 4], options: {key: views}}
  - {report: desk, name: desk-views, view: number, place: [19, 1, 6, 4], options: {key: views}}
  - {report: google-yesterday, view: number, place: [1, 5, 6, 4]}
  - {report: google-today, view: number, place: [7, 5, 6, 4]}
  - {report: google-now, view: number, place: [13, 5, 6, 4]}
  - {report: hall-hours, view: line, place: [1, 9, 8, 8]}
  - {report: hall-days, view: bar, place: [9, 9, 8, 8]}
  - {report: hall-pages, view: table, place: [17, 9, 8, 8]}
reports:
  hall: {title: "Hall, today?", source: pageviews, question: totals, site: hall, first: now/d, pace: 20m}
  desk: {title: "Desk, today?", source: pageviews, question: totals, site: desk, first: now/d, pace: 1h}
  hall-month: {title: "Hall, this month?", source: pageviews, question: totals, site: hall, first: now/M, pace: 1h}
  hall-hours: {title: "When?", source: pageviews, question: by-hour, site: hall, first: now/d, limit: 48, pace: 1h}
  hall-days: {title: "Which days?", source: pageviews, question: by-day, site: hall, first: now-4d/d, pace: 1h}
  hall-pages: {title: "Pages?", source: pageviews, question: pages, site: hall, first: now/d, limit: 50, pace: 1h}
  google-yesterday: {title: "Visits yesterday?", source: ga4, metrics: [sessions], days: 1, pace: 1h}
  google-today: {title: "Visits today?", source: ga4, metrics: [sessions], today: true, pace: 1h}
  google-now: {title: "Who is here now?", source: ga4, metrics: [activeUsers], realtime: true, pace: 20m}
"""
PACES = {
    name: timedelta(minutes=20) if pace == "20m" else timedelta(hours=1)
    for name, pace in re.findall(r"^  ([a-z-]+): .*pace: (\w+)}$", BOARD, re.M)
}
"""How often each report is refreshed."""

SITES_FILE = """sites:
  - {name: hall, domains: [hall.example], zone: Europe/Berlin}
  - {name: desk, domains: [desk.example], zone: America/New_York}
"""


class Office:
    """Foyer in a folder, with a clock that jumps, and the way to it."""

    board_files: Mapping[str, str] = {"week.yaml": BOARD, "sites.yaml": SITES_FILE}

    def __init__(self, folder: Path, internet: Mapping[str, str]) -> None:
        self.folder, self.upstream = folder, internet["GA4_API_ENDPOINT"]
        boards = folder / "boards"
        boards.mkdir()
        for name, text in self.board_files.items():
            (boards / name).write_text(text)
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.environment = {
            "PATH": os.environ["PATH"],
            **internet,
            "PORT": str(self.port),
            "DATA_DIR": str(folder / "var"),
            "BOARDS_DIR": str(boards),
            "TRUSTED_PROXIES": "127.0.0.1",
            "LOG_LEVEL": "INFO",
        }
        self.log = folder / "foyer.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.jumped: tuple[datetime, float]  # the time after the last jump, and the machine's then

    def start(self, at: datetime) -> None:
        self.set_internet(at)
        words = [sys.executable, "-m", "bench.week_server", at.isoformat()]
        with self.log.open("ab") as log:
            self.process = start_process(words, env=self.environment, stdin=subprocess.DEVNULL, stderr=log)
        wait(f"{self.address}/healthz", START_SECONDS)
        self.jump(0)

    def stop(self, number: signal.Signals) -> tuple[int, float]:
        """Ends the process and returns its exit code and how many seconds it took."""
        began = time.monotonic()
        self.process.send_signal(number)
        try:
            code = self.process.wait(2 * STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        return code, time.monotonic() - began

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def jump(self, seconds: float) -> datetime:
        """Moves both clocks on and returns the time of Foyer's."""
        now = datetime.fromisoformat(
            get(f"{self.address}/__bench/jump/{seconds:.3f}", method="POST", body=b"").decode()
        )
        self.jumped = now, time.monotonic()
        self.set_internet(now)
        return now

    def now(self) -> datetime:
        """Returns the time of Foyer's clock, which goes on as the machine's does between two jumps."""
        now, at = self.jumped
        return now + timedelta(seconds=time.monotonic() - at)

    def set_internet(self, at: datetime) -> None:
        get(f"{self.upstream}/__admin/clock", method="PUT", body=json.dumps({"at": at.isoformat()}).encode())

    def fail_google(self, *, fails: bool) -> None:
        if fails:
            fault = json.dumps({"kind": "status", "status": 503}).encode()
            get(f"{self.upstream}/__admin/faults/v1beta", method="PUT", body=fault)
        else:
            get(f"{self.upstream}/__admin/faults", method="DELETE")

    def send_view(self, site: str, reader: int, path: str) -> bool:
        """Whether Foyer has acknowledged the page view."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {
            "User-Agent": AGENTS[reader % len(AGENTS)],
            "X-Forwarded-For": f"87.150.{reader // 200}.{reader % 200 + 1}",
        }
        connection.request("GET", f"/a.gif?url={quote(f'https://{site}.example{path}', safe='')}", headers=headers)
        is_stored = connection.getresponse().status == 200
        connection.close()
        return is_stored

    def report(self, name: str) -> dict[str, object]:
        return json.loads(get(f"{self.address}/reports/{name}.json"))

    def health(self) -> dict[str, object]:
        return json.loads(get(f"{self.address}/healthz"))

    def log_lines(self, text: str) -> list[str]:
        return [line for line in self.log.read_text(errors="replace").splitlines() if text in line]


def elapsed(later: datetime, earlier: datetime) -> float:
    return (later - earlier) / timedelta(seconds=1)
