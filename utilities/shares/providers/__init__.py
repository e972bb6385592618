"""Providers: one social network each. Each module here exports `PROVIDER: Provider`."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Annotated, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from utilities.http.body_parsers import Style, read
from utilities.http.client import Answer, Upstream
from utilities.http.throttle import Rate
from utilities.model.clock import Clock
from utilities.model.errors import BadAnswer, OverQuota, SourceError, SourceMisconfigured, Unavailable
from utilities.runtime.single_flight import SingleFlight

Shape = TypeVar("Shape")
Count = Annotated[int, Field(strict=True, ge=0)]
"""A figure in a foreign body: a whole number that is not text, not a boolean and not negative."""

DAY = 86_400.0
NUMBER = re.compile(r"\s*\d{1,12}(\.\d{0,9})?\s*", re.ASCII)
REMAINING = ("ratelimit-remaining", "x-ratelimit-remaining", "x-rate-limit-remaining")
RESETS = ("retry-after", "ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset")


@dataclass(frozen=True)
class Pass:
    """What a network gives first, to be shown with every question: good for `seconds`."""

    seconds: float
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    params: Mapping[str, str] = field(default_factory=dict)


NO_PASS = Pass(0.0)
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Provider:
    """What a module in this folder exports.

    `count` answers how often one canonical URL was shared, or raises SourceError: a network that does not say is
    never 0. The address can be set by `<VARIABLES>_API_URL`, the keys by the variables in `keys`.
    """

    name: str  # as in SHARE_PROVIDERS and as a column's key
    heading: str  # short enough for a wall
    counts: str  # what is counted, as a person would say it
    api: str
    count: Callable[["Api", str], Awaitable[int]]
    keys: tuple[str, ...] = ()  # without these it cannot be asked; with all of them it is
    extras: tuple[str, ...] = ()  # variables that it can do without
    style: Style = Style.JSON
    pace: timedelta = timedelta(minutes=15)  # one URL is asked about no more often
    concurrency: int = 10
    rates: tuple[Rate, ...] = ()
    deadline: float = 4.0  # seconds for one call, everything included
    sign: Callable[["Api"], Awaitable[Pass]] | None = None  # fetches a pass
    explain: Callable[[Answer], SourceError | None] | None = None  # what an unhappy body means, where we know

    @property
    def variable(self) -> str:
        """The setting that replaces `api`."""
        return f"{self.name.upper().replace('-', '_')}_API_URL"


@dataclass
class Api:
    """One network's server, as its provider sees it; every call stays within the provider's deadline and size."""

    provider: Provider
    upstream: Upstream
    clock: Clock
    address: str
    keys: Mapping[str, str] = field(repr=False)
    hold: Callable[[float], None]  # so many seconds of quiet, asked for along with a good answer
    granted: Pass | None = field(default=None, repr=False)
    granted_until: datetime = LONG_AGO
    signing: SingleFlight[None, Pass] = field(default_factory=SingleFlight)

    async def count(self, url: str) -> int:
        """How often one canonical URL was shared; raises SourceError."""
        try:
            async with asyncio.timeout(self.provider.deadline):
                return await self.provider.count(self, url)
        except TimeoutError:
            raise Unavailable(f"no answer within {self.provider.deadline:g} s") from None

    async def ask(
        self,
        shape: type[Shape],
        path: str,
        params: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
    ) -> Shape:
        """The body of a good answer, checked against `shape`; raises SourceError."""
        passed = await self.passed()
        answer = await self.get(path, {**params, **passed.params}, {**passed.headers, **(headers or {})})
        if answer.status == 401 and passed is not NO_PASS:
            if self.granted is passed:  # and not a newer one already
                self.granted = None
            passed = await self.passed()
            answer = await self.get(path, {**params, **passed.params}, {**passed.headers, **(headers or {})})
        return self.understand(shape, answer, self.provider.style)

    async def get(self, path: str, params: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        return await self.upstream.get(
            self.address + path, deadline=self.provider.deadline, params=params, headers=headers
        )

    async def plain(self, shape: type[Shape], path: str, params: Mapping[str, str]) -> Shape:
        """As `ask`, without a pass: for those who fetch one."""
        return self.understand(shape, await self.get(path, params, {}), self.provider.style)

    async def post(self, shape: type[Shape], url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Shape:
        """The JSON body of a good answer to a form, checked against `shape`; raises SourceError."""
        answer = await self.upstream.post(url, deadline=self.provider.deadline, form=form, headers=headers)
        return self.understand(shape, answer, Style.JSON)

    def understand(self, shape: type[Shape], answer: Answer, style: Style) -> Shape:
        if answer.status != 200:
            raise self.trouble(answer)
        body = read(answer.body, style)
        try:
            understood = TypeAdapter(shape).validate_python(body)
        except ValidationError:
            raise (self.explained(answer) or BadAnswer("answered without the figures")) from None
        if any(spent(answer.headers.get(name, "")) for name in REMAINING):
            self.hold(self.wait(answer) or 1.0)
        return understood

    def trouble(self, answer: Answer) -> SourceError:
        """The error for an answer that is not 200."""
        explained, wait, said = self.explained(answer), self.wait(answer), f"answered {answer.status}"
        if explained is not None:
            return explained
        if answer.status == 429 or (answer.status == 503 and wait is not None):
            return OverQuota(said, retry_after=60.0 if wait is None else wait)
        if answer.status in (401, 403):
            keys = " and ".join(self.provider.keys)
            return SourceMisconfigured(f"{said}: check {keys}" if keys else said)
        return Unavailable(said) if answer.status >= 500 or answer.status == 408 else BadAnswer(said)

    def explained(self, answer: Answer) -> SourceError | None:
        return self.provider.explain(answer) if self.provider.explain else None

    def wait(self, answer: Answer) -> float | None:
        """Seconds until the server wants to hear from us, between 1 and a day; None when it does not say."""
        for name in RESETS:
            if (seconds := in_seconds(answer.headers.get(name, ""), self.clock())) is not None:
                return min(max(seconds, 1.0), DAY)
        return None

    async def passed(self) -> Pass:
        """A pass that is still good; many counts at a time wait for one new pass."""
        if self.provider.sign is None:
            return NO_PASS
        if self.granted and self.clock() < self.granted_until:
            return self.granted
        return await self.signing.run(None, partial(self.signed, self.provider.sign))

    async def close(self) -> None:
        """Ends the fetching of a pass."""
        await self.signing.close()

    async def signed(self, sign: Callable[["Api"], Awaitable[Pass]]) -> Pass:
        granted = await sign(self)
        self.granted, self.granted_until = granted, self.clock() + timedelta(seconds=granted.seconds)
        return granted


def spent(remaining: str) -> bool:
    """Whether a header says that no call is left; Reddit counts in decimals."""
    return NUMBER.fullmatch(remaining) is not None and float(remaining) < 1


def in_seconds(text: str, now: datetime) -> float | None:
    """Seconds from `now`, from seconds, from an HTTP date, or from seconds since 1970 (Lobsters and X say it so)."""
    if NUMBER.fullmatch(text):
        number = float(text)
        return number if number < 1e9 else number - now.timestamp()
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()
