"""A minimal fake Google, for faults that the emulator does not have."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from socket import socket
from ssl import SSLContext
from tempfile import TemporaryDirectory
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application

from demo.faults import Faults, FaultyHandler
from demo.google import key

TOKEN = {"access_token": "ya29.one", "expires_in": 3599, "token_type": "Bearer"}
RUN = "/v1beta/properties/123:runReport"
REALTIME = "/v1beta/properties/123:runRealtimeReport"
SEARCH = "/webmasters/v3/sites/"
Body = dict[str, Any]


class ManualClock:
    """A clock that tests set."""

    def __init__(self, now: datetime = datetime(2026, 11, 20, 12, 10, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def report(names: list[str], metrics: list[tuple[str, str]], rows: list[list[str]], **more: Any) -> Body:
    """A runReport answer; the first values of a row are its dimensions."""
    cells = [[{"value": value} for value in row] for row in rows]
    return {
        "dimensionHeaders": [{"name": name} for name in names],
        "metricHeaders": [{"name": name, "type": type_} for name, type_ in metrics],
        "rows": [{"dimensionValues": c[: len(names)], "metricValues": c[len(names) :]} for c in cells],
        "rowCount": len(rows),
        "metadata": {"currencyCode": "EUR", "timeZone": "Europe/Helsinki"},
        "kind": "analyticsData#runReport",
        **more,
    }


def error(status: int, code: str, message: str, **more: Any) -> str:
    """The body of one of Google's refusals."""
    return json.dumps({"error": {"code": status, "message": message, "status": code, **more}})


@cache
def one_key() -> Body:
    """A service account's key file; made once, because a new RSA key takes its time."""
    with TemporaryDirectory() as folder:
        found: Body = json.loads(key.make_key_file(Path(folder), "")[1].read_text())
    return found


USUAL_PORTS: list[int] = []


def bind_usual_port() -> list[socket]:
    """Binds the port of the fake Google before, if free: the client of Google's API is built once for each address."""
    for port in (*USUAL_PORTS, 0):
        with suppress(OSError):
            sockets = bind_sockets(port, "127.0.0.1")
            USUAL_PORTS[:] = USUAL_PORTS or [sockets[0].getsockname()[1]]
            return sockets
    raise OSError("no port is free")


class FakeGoogle:
    """Tokens, reports and searches on loopback; `reply` makes the answer from the question's body."""

    def __init__(self, folder: Path, tls: SSLContext | None = None) -> None:
        self.folder = folder
        self.tls = tls
        self.faults = Faults()
        self.asked: list[Body] = []
        self.connections: set[Any] = set()
        self.reply: Callable[[Body], Body] = lambda body: report([], [("sessions", "TYPE_INTEGER")], [["7"]])
        self.token: Body = TOKEN
        self.bomb = b""  # an answer that is compressed already

    async def __aenter__(self) -> "FakeGoogle":
        sockets = bind_usual_port()
        self.address = f"http{'s' if self.tls else ''}://127.0.0.1:{sockets[0].getsockname()[1]}"
        self.key = self.folder / "service-account.json"
        self.key.write_text(json.dumps({**one_key(), "token_uri": f"{self.address}/token"}))
        parts = {"faults": self.faults, "pretend": self}
        rules = [
            (r"/token", TokenHandler, parts),
            (r"/v1beta/.*|/webmasters/.*", AskHandler, parts),
        ]
        self.server = HTTPServer(Application(rules), ssl_options=self.tls)  # type: ignore[arg-type]
        self.server.add_sockets(sockets)
        return self

    async def __aexit__(self, *trouble: object) -> None:
        self.server.stop()
        await self.server.close_all_connections()

    @property
    def settings(self) -> dict[str, Any]:
        return {
            "google_application_credentials": self.key,
            "ga4_property_id": "123",
            "ga4_api_endpoint": self.address,
            "search_console_site": "sc-domain:example.org",
            "search_console_api_endpoint": self.address,
        }


class TokenHandler(FaultyHandler):
    pretend: FakeGoogle

    def post(self) -> None:
        self.write_json(self.pretend.token)


class AskHandler(FaultyHandler):
    pretend: FakeGoogle

    def post(self) -> None:
        body = json.loads(self.request.body)
        self.pretend.asked.append(body)
        self.pretend.connections.add(id(self.request.connection.stream))
        if self.request.headers["Authorization"] != f"Bearer {self.pretend.token.get('access_token')}":
            self.set_status(401)
        elif self.pretend.bomb:
            self.set_header("Content-Encoding", "gzip")
            self.finish(self.pretend.bomb)
        else:
            self.write_json(self.pretend.reply(body))
