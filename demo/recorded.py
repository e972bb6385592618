"""Recorded responses of a real property, served over HTTP like Google's."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tornado.web import Application

from demo.faults import AdminHandler, FaultyHandler
from demo.google import key
from demo.loopback import LoopbackServer

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


class Recorded(LoopbackServer):
    """Use as `async with Recorded(folder, data) as google`: the recordings in `data`, on loopback until left.

    `names` are the recordings to serve, without `.json`; all when empty. If several match a query, the first is used.
    `request_bodies` are the bodies of all requests. The key file is written into `folder`.
    """

    def __init__(self, folder: Path, data: Path, names: Sequence[str] = (), port: int = 0) -> None:
        super().__init__(folder, port)
        files = [data / f"{name}.json" for name in names] or sorted(data.glob("*.json"))
        self.recordings: list[Recording] = [json.loads(file.read_text("utf-8")) for file in files]
        self.request_bodies: list[dict[str, Any]] = []

    def make_application(self) -> Application:
        _, path = key.make_key_file(self.folder, self.address)
        self.environment = {
            "GOOGLE_APPLICATION_CREDENTIALS": str(path),
            "GA4_PROPERTY_ID": PROPERTY,
            "GA4_API_ENDPOINT": self.address,
        }
        routes: list[Any] = [
            (r"/__admin/(?:faults/?|calls)?(.*)", AdminHandler, {"faults": self.faults}),
            (r"/token", RecordedTokenHandler, {"faults": self.faults}),
            (REPORT, RecordedReportHandler, {"faults": self.faults, "recorded": self}),
        ]
        return Application(routes)

    def find_recording(self, verb: str, body: dict[str, Any]) -> Recording | None:
        """Returns the first recording with these dimensions that has these metrics."""
        for recording in self.recordings:
            response = recording["response"]
            same = response["kind"] == f"analyticsData#{verb}"
            same = same and header_names(response, "dimensionHeaders") == header_names(body, "dimensions")
            if same and set(header_names(body, "metrics")) <= set(header_names(response, "metricHeaders")):
                return recording
        return None


class RecordedTokenHandler(FaultyHandler):
    def post(self) -> None:
        self.write_json({"access_token": "ya29.recorded", "expires_in": 3599, "token_type": "Bearer"})


class RecordedReportHandler(FaultyHandler):
    recorded: Recorded

    def post(self, property_: str, verb: str) -> None:
        body = json.loads(self.request.body)
        self.recorded.request_bodies.append(body)
        recording = self.recorded.find_recording(verb, body)
        if self.request.headers.get("Authorization") != "Bearer ya29.recorded":
            self.write_refusal(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        elif property_ != PROPERTY:
            self.write_refusal(403, "PERMISSION_DENIED", "User does not have sufficient permissions for this property.")
        elif recording is None:
            self.write_refusal(400, "INVALID_ARGUMENT", "Nothing like this was recorded.")
        else:
            self.write_json(cut_response(recording["response"], body))

    def write_refusal(self, status: int, code: str, message: str) -> None:
        self.write_json({"error": {"code": status, "message": message, "status": code}}, status=status)


def header_names(part: dict[str, Any], field: str) -> list[str]:
    return [one["name"] for one in part.get(field, [])]


def cut_response(response: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """Returns the recorded response with the requested metrics and number of rows, and a quota."""
    headers = response.get("metricHeaders", [])
    places = [header_names(response, "metricHeaders").index(name) for name in header_names(body, "metrics")]
    rows = [
        {**row, "metricValues": [row["metricValues"][place] for place in places]} if "metricValues" in row else row
        for row in response.get("rows", [])[: int(body.get("limit") or 10_000)]
    ]
    result = {**response, "metricHeaders": [headers[place] for place in places], "rows": rows}
    if body.get("returnPropertyQuota"):
        result["propertyQuota"] = {name: {"consumed": 1, "remaining": left} for name, left in QUOTA.items()}
    return {name: value for name, value in result.items() if value not in ([], None)}
