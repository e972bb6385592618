"""Google's own client library pointed at the simulated Google."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import google_auth_httplib2
import httplib2
from google.oauth2 import service_account
from googleapiclient.discovery import build

SCOPES = (
    "https://www.googleapis.com/auth/analytics.readonly",
    "https://www.googleapis.com/auth/webmasters.readonly",
)


class Credentials(service_account.Credentials):
    """Without the call to iamcredentials.googleapis.com that google-auth makes for every service account."""

    def _is_regional_access_boundary_lookup_required(self) -> bool:
        return False


class Client:
    """Asks from a thread, as the real client blocks."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.pool = ThreadPoolExecutor(12)
        path = environment["GOOGLE_APPLICATION_CREDENTIALS"]
        self.credentials = Credentials.from_service_account_file(path, scopes=SCOPES)
        self.property = "properties/" + environment["GA4_PROPERTY_ID"]
        plain = httplib2.Http(proxy_info=None)
        self.data = build(
            "analyticsdata", "v1beta", http=plain, cache_discovery=False,
            client_options={"api_endpoint": environment["GA4_API_ENDPOINT"]},
        )  # fmt: skip
        self.search = build(
            "searchconsole", "v1", http=plain, cache_discovery=False,
            client_options={"api_endpoint": environment["SEARCH_CONSOLE_API_ENDPOINT"]},
        )  # fmt: skip

    async def execute(self, request: Any) -> Any:
        def run() -> Any:
            http = google_auth_httplib2.AuthorizedHttp(
                self.credentials, http=httplib2.Http(timeout=10, proxy_info=None)
            )
            try:
                return request.execute(http=http, num_retries=0)
            finally:
                http.close()

        return await asyncio.get_running_loop().run_in_executor(self.pool, run)

    async def report(self, **body: Any) -> Any:
        return await self.execute(self.data.properties().runReport(property=self.property, body=body))

    async def realtime(self, **body: Any) -> Any:
        return await self.execute(self.data.properties().runRealtimeReport(property=self.property, body=body))

    async def searches(self, **body: Any) -> Any:
        site = self.environment["SEARCH_CONSOLE_SITE"]
        return await self.execute(self.search.searchanalytics().query(siteUrl=site, body=body))


def named(*names: str) -> list[dict[str, str]]:
    """Dimensions or metrics as a request has them."""
    return [{"name": name} for name in names]


def week() -> dict[str, Any]:
    """The last seven whole days."""
    return {"dateRanges": [{"startDate": "7daysAgo", "endDate": "yesterday"}]}


def columns(body: Mapping[str, Any]) -> dict[str, list[str]]:
    """An answer's values under the names of its fields."""
    found: dict[str, list[str]] = {}
    for side in ("dimension", "metric"):
        for place, header in enumerate(body.get(f"{side}Headers", [])):
            found[header["name"]] = [row[f"{side}Values"][place]["value"] for row in body.get("rows", [])]
    return found
