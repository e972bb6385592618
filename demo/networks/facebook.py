"""Facebook's Graph API: 400 for all errors, ten queries an hour for each URL, `engagement` often in zeros."""

from typing import Any

from demo.clock import VirtualClock
from demo.faults import Faults, FaultyHandler
from demo.networks.popularity import share_count
from demo.networks.window import Window

NAME = "facebook"
TOKEN = "1234567890|pretended-app-secret"  # noqa: S105


class UrlHandler(FaultyHandler):
    clock: VirtualClock
    window: Window

    def get(self) -> None:
        url = self.get_query_argument("id", "")
        if self.get_query_argument("access_token", "") != TOKEN:
            self.write_refusal(190, "OAuthException", "Invalid OAuth access token - Cannot parse access token")
        elif not url.startswith(("http://", "https://")):
            self.write_refusal(100, "GraphMethodException", "Unsupported get request.")
        elif not self.window.take_call(url):
            self.write_refusal(4, "OAuthException", "(#4) Application request limit reached")
        else:
            self.write_count(url)

    def write_count(self, url: str) -> None:
        body: dict[str, Any] = {}
        fields = self.get_query_argument("fields", "")
        count = share_count(NAME, url, 9000, self.clock(), silent=0.1)
        if "engagement" in fields.replace("og_object{engagement}", ""):
            zeros = ("reaction_count", "comment_count", "share_count", "comment_plugin_count")
            body["engagement"] = dict.fromkeys(zeros, 0)
        if "og_object{engagement}" in fields and count:
            sentence = f"{count} people like this."
            body["og_object"] = {"engagement": {"count": count, "social_sentence": sentence}, "id": "10150146071831729"}
        self.write_json({**body, "id": url})

    def write_refusal(self, code: int, kind: str, message: str) -> None:
        fault = {"message": message, "type": kind, "code": code, "fbtrace_id": "A1b2C3d4E5f6G7h8I9j0K1l"}
        self.write_json({"error": fault}, status=400)


def make_routes(faults: Faults, clock: VirtualClock) -> list[Any]:
    window = Window(clock, calls=10, seconds=3600)
    return [(r"/facebook/v[\d.]+/?", UrlHandler, {"faults": faults, "clock": clock, "window": window})]


def make_settings(address: str) -> dict[str, str]:
    return {"FACEBOOK_API_URL": f"{address}/facebook/v25.0", "FACEBOOK_APP_TOKEN": TOKEN}
