"""Channels, one module each, discovered in this folder. A module defines `CHANNEL: ChannelType`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from http import HTTPStatus
from typing import Protocol

from utilities.alerts.notice import Notice, NoticeState
from utilities.config.settings import Settings
from utilities.http.client import HttpClient, HttpResponse
from utilities.model.errors import FoyerError

SEND_TIMEOUT_SECONDS = 20.0  # for one try
MAX_HOOK_ANSWER_BYTES = 2000  # of a webhook; the rest is not read
TEMPORARY_STATUSES = frozenset({408, 409, 421, 423, 425, 429})  # besides 5xx
STATE_WORDS = {NoticeState.BEGINS: "Firing", NoticeState.ENDS: "Over", NoticeState.TEST: "Test"}


class DeliveryFailed(FoyerError):
    """A channel did not accept a notice. The text has no value of a setting and no text of the other server.

    After a permanent failure the notice is not sent again; `retry_after` is how long the other server asks to wait.
    """

    def __init__(self, reason: str, *, is_permanent: bool = False, retry_after: float = 0.0) -> None:
        super().__init__(reason)
        self.is_permanent = is_permanent
        self.retry_after = retry_after


class Channel(Protocol):
    """Carries notices to people or programs."""

    async def send(self, notice: Notice, at: datetime) -> None:
        """Sends a notice once; `at` is now. Every try of a notice has the same id. Raises DeliveryFailed."""
        ...

    async def check(self) -> str:
        """Tries the connection without sending anything; returns what works. Raises FoyerError."""
        ...


@dataclass(frozen=True)
class ChannelContext:
    """What channels are opened with."""

    settings: Settings
    client: HttpClient
    zone: tzinfo  # of the times in texts for people

    def link(self, notice: Notice) -> str:
        """Returns the address of the page of a notice; '' without PUBLIC_URL."""
        return f"{self.settings.public_url}{notice.path}" if self.settings.public_url and notice.path else ""


@dataclass(frozen=True)
class ChannelType:
    """A kind of channel. `open` returns None when it is not configured; `setup_hint` says what to set then."""

    name: str
    setup_hint: str
    open: Callable[[ChannelContext], Channel | None]


async def post_to_hook(
    client: HttpClient, url: str, variable: str, body: bytes, headers: dict[str, str]
) -> HttpResponse:
    """Posts JSON to a webhook and returns its success; redirects are not followed. Raises DeliveryFailed and
    SourceError, with the variable's name instead of the address."""
    response = await client.send_request(
        "POST",
        url,
        deadline=SEND_TIMEOUT_SECONDS,
        form=body,
        headers={"Content-Type": "application/json", **headers},
        cut_body_bytes=MAX_HOOK_ANSWER_BYTES,
    )
    status = response.status
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return response
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        raise DeliveryFailed(f"it answers {status}, a redirect: correct {variable}", is_permanent=True)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in TEMPORARY_STATUSES:
        raise DeliveryFailed(f"it answers {status}", retry_after=read_retry_after(response))
    raise DeliveryFailed(f"it answers {status}: look at {variable}", is_permanent=True)


def read_retry_after(response: HttpResponse) -> float:
    """Returns the seconds in Retry-After; 0 when there are none. Dates are not read: clocks differ."""
    text = response.headers.get("retry-after", "").strip()
    return float(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0.0
