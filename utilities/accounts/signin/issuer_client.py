"""Calls to the issuer: what we need of an HTTP client, and answers as JSON objects."""

import json
from collections.abc import Mapping
from typing import Any, Protocol

from utilities.model.errors import BadAnswer, Unavailable

ISSUER_TIMEOUT_SECONDS = 6.0  # seconds for one call


class IssuerResponse(Protocol):
    """As `utilities.http.client` answers."""

    @property
    def status(self) -> int: ...
    @property
    def body(self) -> bytes: ...


class IssuerHttpClient(Protocol):
    """Bounded in time and size, follows no redirect; raises Unavailable and BadAnswer."""

    async def get(self, url: str, *, deadline: float) -> IssuerResponse: ...
    async def post(
        self, url: str, *, deadline: float, form: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> IssuerResponse: ...


async def fetch_json_object(client: IssuerHttpClient, url: str) -> Mapping[str, Any]:
    """Returns a JSON object from the issuer; raises Unavailable and BadAnswer."""
    answer = await client.get(url, deadline=ISSUER_TIMEOUT_SECONDS)
    if answer.status != 200:
        raise Unavailable(f"the sign-in service answered {answer.status}")
    return parse_issuer_json(answer.body)


def parse_issuer_json(body: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadAnswer("the sign-in service answered something that is not JSON") from error
    if not isinstance(value, dict):
        raise BadAnswer("the sign-in service answered JSON of another shape")
    return value
