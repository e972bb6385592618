"""The Data API: one property, its reports, its fields."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from demo.faults import Fault
from demo.google import reports
from demo.google.catalogue import check_compatibility, list_fields
from demo.google.handler import GoogleHandler
from demo.google.quota import Quota
from demo.google.refusal import ORDINARY, Refusal
from demo.google.schema import parse_message
from demo.world.days import World

DOCUMENT = "analyticsdata.v1beta"
PREFIX = "google.analytics.data.v1beta.BetaAnalyticsData."
MESSAGES = {
    "runReport": "RunReportRequest",
    "batchRunReports": "BatchRunReportsRequest",
    "runPivotReport": "RunPivotReportRequest",
    "batchRunPivotReports": "BatchRunPivotReportsRequest",
    "runRealtimeReport": "RunRealtimeReportRequest",
    "checkCompatibility": "CheckCompatibilityRequest",
}
Quotas = defaultdict[str, Quota]


class AnalyticsHandler(GoogleHandler):
    """Base of both routes: access to the property, and the number of concurrent calls."""

    world: World
    quotas: Quotas
    property_id: str
    verb = ""

    async def prepare(self) -> None:
        self.verb = self.path_args[1] if len(self.path_args) > 1 else "getMetadata"
        self.method = PREFIX + self.verb[:1].upper() + self.verb[1:]
        self.quota = self.quotas["realtime" if self.verb == "runRealtimeReport" else "core"]
        self.quota.running += 1
        await super().prepare()

    def on_finish(self) -> None:
        self.quota.running -= 1
        if self.get_status() in (500, 503):
            self.quota.record_failure()
        super().on_finish()

    async def execute_fault(self, fault: Fault) -> None:
        """Injects the fault, but no eleventh server error in an hour: Google refuses every call then."""
        if not (fault.status in (500, 503) and fault.kind == "status" and self.quota.out_of_errors()):
            await super().execute_fault(fault)

    def check_property(self, number: str) -> None:
        if not number.isdigit():
            rest = ORDINARY[403].partition(". ")[2]
            raise Refusal(403, f"Invalid property ID: {number}. A numeric Property ID is required. {rest}")
        if number != self.property_id:
            raise Refusal(403)


class ReportHandler(AnalyticsHandler):
    """POST /v1beta/properties/<number>:<verb>."""

    def post(self, number: str, verb: str) -> None:
        try:
            self.check_token()
            self.check_parameters()
            request = parse_message(self.request.body, DOCUMENT, MESSAGES[verb])
            self.check_property(number)
            self.write_json(self.run_method(verb, request))
        except Refusal as refusal:
            self.write_refusal(refusal)

    def run_method(self, verb: str, request: dict[str, Any]) -> dict[str, Any]:
        answers: dict[str, Callable[[], dict[str, Any]]] = {
            "runReport": lambda: reports.run_core_report(self.world, self.quota, request),
            "runRealtimeReport": lambda: reports.run_realtime_report(self.world, self.quota, request),
            "batchRunReports": lambda: self.run_batch(request),
            "checkCompatibility": lambda: check_compatibility(request),
        }
        if verb not in answers:
            raise Refusal(501, "Operation is not implemented, or supported, or enabled.")
        return answers[verb]()

    def run_batch(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answers up to five reports; if one is invalid, all are refused."""
        parts = request.get("requests", [])
        if len(parts) > 5:
            text = f"Batch requests are limited to 5 requests.\n  This batch request contains {len(parts)} requests."
            raise Refusal(400, text)
        result = [reports.run_core_report(self.world, self.quota, part) for part in parts]
        return {"reports": result, "kind": "analyticsData#batchRunReports"}


class MetadataHandler(AnalyticsHandler):
    """GET /v1beta/properties/<number>/metadata; number 0 is every property's."""

    def get(self, number: str) -> None:
        try:
            self.check_token()
            self.check_parameters()
            if number != "0":
                self.check_property(number)
            self.quota.admit()
            self.write_json(list_fields(number))
        except Refusal as refusal:
            self.write_refusal(refusal)
