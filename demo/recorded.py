"""Recorded responses of a real property, served over HTTP like Google's."""

import json
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application

from demo.faults import AdminHandler, Faults, FaultyHandler
from demo.google import key

PROPERTY = "395236978"
REPORT = r"/v1beta/properties/(\d+):(runReport|runRealtimeReport)"
QUOTA = {
    "tokensPerDay": 199_998,
    "tokensPerHour": 39_998,
    "tokensPerProjectPerHour": 13_998,
    "concurrentRequests": 10,
    "serverErrorsPerProjectPerHour": 10,
    "potentiallyThresholdedRequestsPerHour": 120,
}

Recording = dict[str, Any]
"""A recording file: `query`, `taken_at` and `response`."""


class Recorded:
    """Use as `async with Recorded(folder, data) as google`: the recordings in `data`, on loopback until left.

    `names` are the recordings to serve, without `.json`; all when empty. If several match a query, the first is used.
    `environment` has the settings for Foyer; `faults` injects faults; `asked` are the bodies of all requests. The key
    file is written into `folder`.
    """

    def __init__(self, folder: Path, data: Path, names: Sequence[str] = (), port: int = 0) -> None:
        files = [data / f"{name}.json" for name in names] or sorted(data.glob("*.json"))
        self.recordings: list[Recording] = [json.loads(file.read_text("utf-8")) for file in files]
        self.folder = folder
        self.port = port
        self.faults = Faults()
        self.asked: list[dict[str, Any]] = []
        self.environment: dict[str, str] = {}

    async def __aenter__(self) -> "Recorded":
        sockets = bind_sockets(self.port, "127.0.0.1")
        self.port = sockets[0].getsockname()[1]
        address = f"http://127.0.0.1:{self.port}"
        _, path = key.make(self.folder, address)
        self.environment = {
            "GOOGLE_APPLICATION_CREDENTIALS": str(path),
            "GA4_PROPERTY_ID": PROPERTY,
            "GA4_API_ENDPOINT": address,
        }
        rules = [
            (r"/__admin/(?:faults/?|calls)?(.*)", AdminHandler, {"faults": self.faults}),
            (r"/token", TokenHandler, {"faults": self.faults}),
            (REPORT, ReportHandler, {"faults": self.faults, "recorded": self}),
        ]
        self.server = HTTPServer(Application(rules))  # type: ignore[arg-type]
        self.server.add_sockets(sockets)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.stop()
        await self.server.close_all_connections()

    def find(self, verb: str, body: dict[str, Any]) -> Recording | None:
        """Returns the first recording with these dimensions that has these metrics."""
        for recording in self.recordings:
            response = recording["response"]
            same = response["kind"] == f"analyticsData#{verb}"
            same = same and named(response, "dimensionHeaders") == named(body, "dimensions")
            if same and set(named(body, "metrics")) <= set(named(response, "metricHeaders")):
                return recording
        return None


class TokenHandler(FaultyHandler):
    def post(self) -> None:
        self.json({"access_token": "ya29.recorded", "expires_in": 3599, "token_type": "Bearer"})


class ReportHandler(FaultyHandler):
    recorded: Recorded

    def post(self, property_: str, verb: str) -> None:
        body = json.loads(self.request.body)
        self.recorded.asked.append(body)
        recording = self.recorded.find(verb, body)
        if self.request.headers.get("Authorization") != "Bearer ya29.recorded":
            self.refuse(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        elif property_ != PROPERTY:
            self.refuse(403, "PERMISSION_DENIED", "User does not have sufficient permissions for this property.")
        elif recording is None:
            self.refuse(400, "INVALID_ARGUMENT", "Nothing like this was recorded.")
        else:
            self.json(answer(recording["response"], body))

    def refuse(self, status: int, code: str, message: str) -> None:
        self.json({"error": {"code": status, "message": message, "status": code}}, status=status)


def named(part: dict[str, Any], field: str) -> list[str]:
    return [one["name"] for one in part.get(field, [])]


def answer(response: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """Returns the recorded response with the requested metrics and number of rows, and a quota."""
    headers = response.get("metricHeaders", [])
    places = [named(response, "metricHeaders").index(name) for name in named(body, "metrics")]
    rows = [
        {**row, "metricValues": [row["metricValues"][place] for place in places]} if "metricValues" in row else row
        for row in response.get("rows", [])[: int(body.get("limit") or 10_000)]
    ]
    result = {**response, "metricHeaders": [headers[place] for place in places], "rows": rows}
    if body.get("returnPropertyQuota"):
        result["propertyQuota"] = {name: {"consumed": 1, "remaining": left} for name, left in QUOTA.items()}
    return {name: value for name, value in result.items() if value not in ([], None)}
