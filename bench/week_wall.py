"""A wall that is open all week: what stands on it, from its page and the events of its stream."""

import json
import re
import time
from html import unescape
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from threading import Event, Lock, Thread

from bench.processes import get

TILE = re.compile(r'<section class="tile [^>]*data-tile="([^"]+)" data-state="([^"]+)".*?</section>', re.S)
HERO = re.compile(r'<p class="hero[^>]*>(.*?)</p>', re.S)
MARKS = re.compile(r"<[^>]+>")
RETRY_SECONDS = 0.1


def read_tiles(html: str) -> dict[str, tuple[str, str]]:
    """Returns the state and the HTML of each tile, by its name."""
    return {match[1]: (match[2], match[0]) for match in TILE.finditer(html)}


def read_number(html: str) -> int | None:
    """Returns the large figure of a tile; None when it shows none."""
    hero = HERO.search(html)
    digits = re.sub(r"[^\d]", "", unescape(MARKS.sub("", hero[1]))) if hero else ""
    return int(digits) if digits else None


def read_events(lines: list[str]) -> list[tuple[str, dict[str, object]]]:
    """Returns the names and data of complete events; what is left of `lines` is the beginning of another."""
    events = []
    while "" in lines:
        end = lines.index("")
        event, lines[: end + 1] = lines[:end], []
        fields = dict(line.split(": ", 1) for line in event if ": " in line)
        if "event" in fields:
            events.append((fields["event"], json.loads(fields.get("data", "{}"))))
    return events


class OpenWall(Thread):
    """Reads the page of a board and then its stream, again and again until it is closed."""

    def __init__(self, address: str, board: str) -> None:
        super().__init__(daemon=True)
        self.address, self.board = address, board
        self.tiles: dict[str, tuple[str, str]] = {}
        self.loads = 0
        self._lock, self._is_closed = Lock(), Event()
        self.start()

    def tile(self, name: str) -> tuple[str, str]:
        with self._lock:
            return self.tiles.get(name, ("", ""))

    def run(self) -> None:
        while not self._is_closed.is_set():
            try:
                self.read_page()
                self.read_stream()
            except OSError:  # between two servers
                time.sleep(RETRY_SECONDS)

    def read_page(self) -> None:
        page = get(f"{self.address}/boards/{self.board}").decode()
        with self._lock:
            self.tiles = read_tiles(page)
            self.loads += 1

    def read_stream(self) -> None:
        connection = HTTPConnection(self.address.removeprefix("http://"))
        try:
            connection.request("GET", f"/boards/{self.board}/stream")
            stream = connection.getresponse()
            if stream.status != HTTPStatus.OK:
                raise ConnectionError(f"the stream answers {stream.status}")
            lines: list[str] = []
            while (line := stream.readline()) and not self._is_closed.is_set():
                lines.append(line.decode().rstrip("\r\n"))
                for name, data in read_events(lines):
                    self.apply(name, data)
        except HTTPException as error:
            raise ConnectionError(str(error)) from error
        finally:
            connection.close()

    def apply(self, name: str, data: dict[str, object]) -> None:
        if name == "tile":
            with self._lock:
                self.tiles |= read_tiles(str(data["html"]))

    def close(self) -> None:
        self._is_closed.set()
