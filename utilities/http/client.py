"""The HTTP client for servers that are not ours: pooled, bounded in time and size, and silent about secrets."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType

from aiohttp import (
    ClientConnectionError,
    ClientError,
    ClientPayloadError,
    ClientSession,
    ClientSSLError,
    ClientTimeout,
    DummyCookieJar,
    InvalidURL,
    TCPConnector,
)

from utilities.http.dns_resolver import Resolver
from utilities.model.errors import BadAnswer, SourceError, Unavailable

AGENT = "Foyer/0.1 (office wall dashboard)"
LARGEST = 1_000_000
"""Bytes of a body after it has been unpacked; a count of shares needs a few hundred."""


@dataclass(frozen=True)
class Answer:
    """What a server said; `headers` have lower-case names, `body` is unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Upstream:
    """One pool of kept connections. Use as `async with Upstream() as upstream`, or call `close`.

    It follows no redirect (whoever answers may not send us inside the office network), keeps no cookie and takes no
    proxy from the environment.
    """

    def __init__(self, *, largest: int = LARGEST) -> None:
        self.largest = largest
        self.session = ClientSession(
            connector=TCPConnector(limit=0, keepalive_timeout=60, ttl_dns_cache=300, resolver=Resolver()),
            cookie_jar=DummyCookieJar(),
            headers={"User-Agent": AGENT, "Accept-Encoding": "gzip, deflate"},
            timeout=ClientTimeout(total=None),
            trust_env=False,
        )

    async def __aenter__(self) -> "Upstream":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self.session.close()

    async def get(
        self,
        url: str,
        *,
        deadline: float,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """The answer of any status, whole, within `deadline` seconds from now; raises Unavailable and BadAnswer."""
        return await self.send("GET", url, deadline=deadline, params=params, headers=headers)

    async def post(
        self, url: str, *, deadline: float, form: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> Answer:
        """The same for a form that is sent."""
        return await self.send("POST", url, deadline=deadline, form=form, headers=headers)

    async def send(
        self,
        method: str,
        url: str,
        *,
        deadline: float,
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        try:
            async with (
                asyncio.timeout(deadline),
                self.session.request(
                    method, url, params=params, data=form, headers=headers, allow_redirects=False
                ) as response,
            ):
                body = bytearray()
                async for chunk in response.content.iter_chunked(65_536):
                    body += chunk
                    if len(body) > self.largest:
                        raise BadAnswer(f"answered more than {self.largest:,} bytes")
                names = {name.lower(): value for name, value in response.headers.items()}
                return Answer(response.status, names, bytes(body))
        except TimeoutError:
            raise Unavailable(f"no answer within {deadline:g} s") from None
        except (ClientError, ValueError) as error:
            # Not chained: what aiohttp says quotes the address, and some addresses carry a token.
            raise in_our_words(error) from None


def in_our_words(error: ClientError | ValueError) -> SourceError:
    """What went wrong, without the address that was asked."""
    if isinstance(error, ClientSSLError):  # before ValueError, which a bad certificate is as well
        return Unavailable("could not be reached safely: its certificate is not to be trusted")
    if isinstance(error, InvalidURL | ValueError):
        return BadAnswer("the address or a header could not be sent")
    if isinstance(error, ClientPayloadError):
        return BadAnswer("the answer broke off or could not be unpacked")
    if isinstance(error, ClientConnectionError):
        return Unavailable("could not be reached")
    return BadAnswer("answered something that is not HTTP")
