"""HTTP client for servers on the internet: pooled, limited in time and size, and without secrets in its errors."""

import asyncio
import base64
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType

from aiohttp import (
    ClientConnectionError,
    ClientError,
    ClientHttpProxyError,
    ClientPayloadError,
    ClientProxyConnectionError,
    ClientSession,
    ClientSSLError,
    ClientTimeout,
    DummyCookieJar,
    InvalidURL,
    TCPConnector,
)

from utilities.http.dns_resolver import ThreadedResolver
from utilities.model.errors import BadAnswer, SourceError, Unavailable
from utilities.model.outgoing_proxies import HttpProxy, OutgoingProxies

USER_AGENT = "Foyer/0.1 (office wall dashboard)"
PROXY_REFUSES = "could not be reached: the proxy refuses; check user name and password in HTTPS_PROXY or HTTP_PROXY"
MAX_BODY_BYTES = 1_000_000
"""Of a decompressed body; a share count needs a few hundred."""


@dataclass(frozen=True)
class HttpResponse:
    """A response; `headers` have lower-case names, `body` is decompressed."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class HttpClient:
    """One connection pool. Use as `async with HttpClient() as client`, or call `close`.

    It follows no redirect (a server must not send it into the office network), stores no cookies, and uses the proxies
    that it is given, not those of the environment.
    """

    def __init__(self, proxies: OutgoingProxies | None = None, *, max_body_bytes: int = MAX_BODY_BYTES) -> None:
        self.proxies = proxies or OutgoingProxies()
        self.max_body_bytes = max_body_bytes
        self.session = ClientSession(
            connector=TCPConnector(limit=0, keepalive_timeout=60, ttl_dns_cache=300, resolver=ThreadedResolver()),
            cookie_jar=DummyCookieJar(),
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "gzip, deflate"},
            timeout=ClientTimeout(total=None),
            trust_env=False,
        )

    async def __aenter__(self) -> "HttpClient":
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
    ) -> HttpResponse:
        """Returns the response, whatever its status, within `deadline` seconds; raises Unavailable and BadAnswer."""
        return await self.send_request("GET", url, deadline=deadline, params=params, headers=headers)

    async def post(
        self, url: str, *, deadline: float, form: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> HttpResponse:
        """Sends a form; otherwise like `get`."""
        return await self.send_request("POST", url, deadline=deadline, form=form, headers=headers)

    async def send_request(
        self,
        method: str,
        url: str,
        *,
        deadline: float,
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str] | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        cut_body_bytes: int | None = None,
    ) -> HttpResponse:
        """Sends a request; `form` as bytes is the body itself. What follows `cut_body_bytes` of the response is not
        read; without it, a longer response than `max_body_bytes` is an error."""
        proxy, is_tunnel = self.proxies.proxy_for_url(url), url.startswith("https://")
        login = proxy_login(proxy) if proxy else {}  # for the proxy only: inside a tunnel the server would see it
        try:
            async with (
                asyncio.timeout(deadline),
                self.session.request(
                    method,
                    url,
                    params=params,
                    data=form,
                    headers=headers if is_tunnel else {**(headers or {}), **login},
                    allow_redirects=False,
                    proxy=proxy.url if proxy else None,
                    proxy_headers=login if is_tunnel else None,
                ) as response,
            ):
                if proxy and response.status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
                    raise Unavailable(PROXY_REFUSES)
                body = bytearray()
                async for chunk in response.content.iter_chunked(65_536):
                    body += chunk
                    if cut_body_bytes is not None and len(body) >= cut_body_bytes:
                        del body[cut_body_bytes:]
                        break
                    if len(body) > self.max_body_bytes:
                        raise BadAnswer(f"answered more than {self.max_body_bytes:,} bytes")
                names = {name.lower(): value for name, value in response.headers.items()}
                return HttpResponse(response.status, names, bytes(body))
        except TimeoutError:
            raise Unavailable(f"no answer within {deadline:g} s") from None
        except (ClientError, ValueError) as error:
            # Not chained: aiohttp's messages have the URL, and some URLs have a token.
            raise translate_client_error(error) from None


def proxy_login(proxy: HttpProxy) -> dict[str, str]:
    """Returns the header with user name and password for a proxy; none when it needs none."""
    if not proxy.user:
        return {}
    pair = f"{proxy.user}:{proxy.password}".encode()
    return {"Proxy-Authorization": f"Basic {base64.b64encode(pair).decode('ascii')}"}


def translate_client_error(error: ClientError | ValueError) -> SourceError:
    """Returns the error to raise, without the URL."""
    if isinstance(error, ClientHttpProxyError):
        return Unavailable(PROXY_REFUSES)
    if isinstance(error, ClientProxyConnectionError):
        return Unavailable("could not be reached: the proxy of HTTPS_PROXY or HTTP_PROXY does not answer")
    if isinstance(error, ClientSSLError):  # before ValueError, because a certificate error is one too
        return Unavailable("could not be reached: its certificate is not trusted")
    if isinstance(error, InvalidURL | ValueError):
        return BadAnswer("the address or a header could not be sent")
    if isinstance(error, ClientPayloadError):
        return BadAnswer("the response ended too early or could not be decompressed")
    if isinstance(error, ClientConnectionError):
        return Unavailable("could not be reached")
    return BadAnswer("answered something that is not HTTP")
