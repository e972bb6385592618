"""Reddit: 403 with an HTML page without the token of an approved app."""

from base64 import b64encode
from datetime import datetime, timedelta
from typing import Any

from demo.clock import VirtualClock
from demo.faults import Faults, FaultyHandler
from demo.networks.popularity import number_from_names, share_count

NAME = "reddit"
CLIENT, SECRET = "pretended-client", "pretended-secret"
LASTS = 3600  # seconds


class RedditTokenHandler(FaultyHandler):
    clock: VirtualClock
    tokens: dict[str, datetime]

    def post(self) -> None:
        expected = "Basic " + b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if self.request.headers.get("Authorization") != expected:
            self.write_json({"message": "Unauthorized", "error": 401}, status=401)
        elif self.get_body_argument("grant_type", "") != "client_credentials":
            self.write_json({"error": "unsupported_grant_type"})  # with status 200, as it does
        else:
            token = f"pretended-token-{len(self.tokens) + 1}"
            self.tokens[token] = self.clock() + timedelta(seconds=LASTS)
            self.write_json({"access_token": token, "token_type": "bearer", "expires_in": LASTS, "scope": "*"})


class InfoHandler(FaultyHandler):
    clock: VirtualClock
    tokens: dict[str, datetime]

    def get(self) -> None:
        scheme, _, token = self.request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            self.set_status(403)
            self.write("<!doctype html><html><title>Blocked</title><body>whoa there, pardner!</body></html>")
        elif self.tokens.get(token, self.clock()) <= self.clock():
            self.write_json({"message": "Unauthorized", "error": 401}, status=401)
        else:
            self.set_header("x-ratelimit-remaining", "95.0")
            self.set_header("x-ratelimit-reset", "320")
            self.write_json(make_listing(self.get_query_argument("url", ""), self.clock()))


def make_listing(url: str, now: datetime) -> dict[str, Any]:
    score = share_count(NAME, url, 1500, now, silent=0.3)
    parts = [score - score // 4, score // 4] if number_from_names(url) < 0.5 else [score]
    posts = [{"kind": "t3", "data": {"url": url, "score": part, "num_comments": part // 2}} for part in parts if part]
    return {"kind": "Listing", "data": {"after": None, "dist": len(posts), "children": posts}}


def make_routes(faults: Faults, clock: VirtualClock) -> list[Any]:
    parts = {"faults": faults, "clock": clock, "tokens": {}}
    return [
        (r"/reddit/api/v1/access_token", RedditTokenHandler, parts),
        (r"/reddit/api/info(?:\.json)?", InfoHandler, parts),
    ]


def make_settings(address: str) -> dict[str, str]:
    return {
        "REDDIT_API_URL": f"{address}/reddit",
        "REDDIT_TOKEN_URL": f"{address}/reddit/api/v1/access_token",
        "REDDIT_CLIENT_ID": CLIENT,
        "REDDIT_CLIENT_SECRET": SECRET,
    }
