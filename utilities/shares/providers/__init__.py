"""Share providers: one social network each. Each module here exports `PROVIDER: Provider`."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Annotated, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from utilities.http.body_parsers import BodyFormat, parse_body
from utilities.http.client import HttpClient, HttpResponse
from utilities.http.throttle import CallRate
from utilities.model.clock import Clock
from utilities.model.errors import BadAnswer, OverQuota, SourceError, SourceMisconfigured, Unavailable
from utilities.runtime.single_flight import SingleFlight

BodyType = TypeVar("BodyType")
Count = Annotated[int, Field(strict=True, ge=0)]
"""A number in a response: an integer that is not text, not a boolean and not negative."""

DAY_SECONDS = 86_400.0
HEADER_NUMBER = re.compile(r"\s*\d{1,12}(\.\d{0,9})?\s*", re.ASCII)
REMAINING_HEADERS = ("ratelimit-remaining", "x-ratelimit-remaining", "x-rate-limit-remaining")
RESET_HEADERS = ("retry-after", "ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset")


@dataclass(frozen=True)
class AccessToken:
    """Headers and parameters that authorize every request for `seconds`."""

    seconds: float
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    params: Mapping[str, str] = field(default_factory=dict)


NO_TOKEN = AccessToken(0.0)
EXPIRED = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Provider:
    """What a module in this folder exports.

    `fetch_count` returns how often one canonical URL was shared, or raises SourceError: a missing count is never 0.
    The setting `<NAME>_API_URL` replaces `default_address`; the settings in `keys` have the keys.
    """

    name: str  # as in SHARE_PROVIDERS and as a column's key
    heading: str  # short enough for a column on a wall
    description: str  # what is counted, in words
    default_address: str
    fetch_count: Callable[["ProviderApi", str], Awaitable[int]]
    keys: tuple[str, ...] = ()  # settings it needs; it is enabled when all of them are set
    optional_keys: tuple[str, ...] = ()  # settings it can use
    body_format: BodyFormat = BodyFormat.JSON
    refresh_every: timedelta = timedelta(minutes=15)  # at most one query for each URL
    concurrency: int = 10
    rates: tuple[CallRate, ...] = ()
    timeout: float = 4.0  # seconds for one count, with everything
    fetch_token: Callable[["ProviderApi"], Awaitable[AccessToken]] | None = None
    translate_error: Callable[[HttpResponse], SourceError | None] | None = None  # the error in a response body

    @property
    def address_setting(self) -> str:
        """The setting that replaces `default_address`."""
        return f"{self.name.upper().replace('-', '_')}_API_URL"


@dataclass
class ProviderApi:
    """The API of one network; every call stays within the provider's timeout and the client's size limit."""

    provider: Provider
    upstream: HttpClient
    clock: Clock
    address: str
    keys: Mapping[str, str] = field(repr=False)
    pause: Callable[[float], None]  # delays further calls by so many seconds
    token: AccessToken | None = field(default=None, repr=False)
    token_expires_at: datetime = EXPIRED
    token_flight: SingleFlight[None, AccessToken] = field(default_factory=SingleFlight)

    async def fetch_count(self, url: str) -> int:
        """Returns how often one canonical URL was shared; raises SourceError."""
        try:
            async with asyncio.timeout(self.provider.timeout):
                return await self.provider.fetch_count(self, url)
        except TimeoutError:
            raise Unavailable(f"no answer within {self.provider.timeout:g} s") from None

    async def request_json(
        self,
        body_type: type[BodyType],
        path: str,
        params: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
    ) -> BodyType:
        """Returns the body of a response, validated as `body_type`; raises SourceError."""
        token = await self.ensure_token()
        answer = await self.get(path, {**params, **token.params}, {**token.headers, **(headers or {})})
        if answer.status == 401 and token is not NO_TOKEN:
            if self.token is token:  # another call may have renewed it already
                self.token = None
            token = await self.ensure_token()
            answer = await self.get(path, {**params, **token.params}, {**token.headers, **(headers or {})})
        return self.parse_response(body_type, answer, self.provider.body_format)

    async def get(self, path: str, params: Mapping[str, str], headers: Mapping[str, str]) -> HttpResponse:
        return await self.upstream.get(
            self.address + path, deadline=self.provider.timeout, params=params, headers=headers
        )

    async def request_without_token(self, body_type: type[BodyType], path: str, params: Mapping[str, str]) -> BodyType:
        """Does what `request_json` does, but without a token, to fetch one."""
        return self.parse_response(body_type, await self.get(path, params, {}), self.provider.body_format)

    async def post_form(
        self, body_type: type[BodyType], url: str, form: Mapping[str, str], headers: Mapping[str, str]
    ) -> BodyType:
        """Sends a form and returns the JSON body, validated as `body_type`; raises SourceError."""
        answer = await self.upstream.post(url, deadline=self.provider.timeout, form=form, headers=headers)
        return self.parse_response(body_type, answer, BodyFormat.JSON)

    def parse_response(self, body_type: type[BodyType], answer: HttpResponse, style: BodyFormat) -> BodyType:
        if answer.status != 200:
            raise self.error_for(answer)
        body = parse_body(answer.body, style)
        try:
            parsed = TypeAdapter(body_type).validate_python(body)
        except ValidationError:
            raise (self.provider_error(answer) or BadAnswer("answered without a count")) from None
        if any(is_used_up(answer.headers.get(name, "")) for name in REMAINING_HEADERS):
            self.pause(self.retry_after_seconds(answer) or 1.0)
        return parsed

    def error_for(self, answer: HttpResponse) -> SourceError:
        """Returns the error for a response that is not 200."""
        provider_error, wait, text = (
            self.provider_error(answer),
            self.retry_after_seconds(answer),
            f"answered {answer.status}",
        )
        if provider_error is not None:
            return provider_error
        if answer.status == 429 or (answer.status == 503 and wait is not None):
            return OverQuota(text, retry_after=60.0 if wait is None else wait)
        if answer.status in (401, 403):
            keys = " and ".join(self.provider.keys)
            return SourceMisconfigured(f"{text}: check {keys}" if keys else text)
        return Unavailable(text) if answer.status >= 500 or answer.status == 408 else BadAnswer(text)

    def provider_error(self, answer: HttpResponse) -> SourceError | None:
        return self.provider.translate_error(answer) if self.provider.translate_error else None

    def retry_after_seconds(self, answer: HttpResponse) -> float | None:
        """Returns the seconds until the server allows calls again, from 1 to a day; None when it does not say."""
        for name in RESET_HEADERS:
            if (seconds := parse_delay(answer.headers.get(name, ""), self.clock())) is not None:
                return min(max(seconds, 1.0), DAY_SECONDS)
        return None

    async def ensure_token(self) -> AccessToken:
        """Returns a valid token; concurrent calls wait for the same new one."""
        if self.provider.fetch_token is None:
            return NO_TOKEN
        if self.token and self.clock() < self.token_expires_at:
            return self.token
        return await self.token_flight.run(None, partial(self._renew_token, self.provider.fetch_token))

    async def close(self) -> None:
        """Cancels a token request."""
        await self.token_flight.close()

    async def _renew_token(self, fetch_token: Callable[["ProviderApi"], Awaitable[AccessToken]]) -> AccessToken:
        token = await fetch_token(self)
        self.token, self.token_expires_at = token, self.clock() + timedelta(seconds=token.seconds)
        return token


def is_used_up(remaining: str) -> bool:
    """Whether a header says that no call is left; Reddit's numbers are decimals."""
    return HEADER_NUMBER.fullmatch(remaining) is not None and float(remaining) < 1


def parse_delay(text: str, now: datetime) -> float | None:
    """Parses seconds, an HTTP date, or seconds since 1970 (Lobsters and X) into seconds from `now`; None if neither."""
    if HEADER_NUMBER.fullmatch(text):
        number = float(text)
        return number if number < 1e9 else number - now.timestamp()
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()
