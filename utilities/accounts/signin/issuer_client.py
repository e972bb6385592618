"""Calls to the issuer: what we need of an HTTP client, and answers as JSON objects."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Generic, Protocol, TypeVar

from utilities.model.errors import BadAnswer, Unavailable

ISSUER_TIMEOUT_SECONDS = 6.0  # seconds for one call

Result = TypeVar("Result")


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
    """A JSON object from the issuer; raises Unavailable and BadAnswer."""
    answer = await client.get(url, deadline=ISSUER_TIMEOUT_SECONDS)
    if answer.status != 200:
        raise Unavailable(f"the sign-in service answered {answer.status}")
    return parse_json_object(answer.body)


def parse_json_object(body: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadAnswer("the sign-in service answered something that is not JSON") from error
    if not isinstance(value, dict):
        raise BadAnswer("the sign-in service answered JSON of another shape")
    return value


class Together(Generic[Result]):
    """One call for all who want it at the moment, and its failure too: nobody waits for somebody else's wait."""

    def __init__(self, call: Callable[[], Coroutine[Any, Any, Result]]) -> None:
        self.call = call
        self.running: asyncio.Task[Result] | None = None

    async def __call__(self) -> Result:
        if self.running is None:
            self.running = asyncio.create_task(self.call())
            self.running.add_done_callback(self.done)
        return await asyncio.shield(self.running)

    def done(self, task: asyncio.Task[Result]) -> None:
        self.running = None
        if not task.cancelled():
            task.exception()  # seen, even when everybody who waited has gone
