"""The one rule for requests to the internet: which of them go through a proxy."""

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

PROXY_PORT = 80  # of a proxy whose address has none


@dataclass(frozen=True)
class HttpProxy:
    """An HTTP proxy, with user name and password as they are sent."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def url(self) -> str:
        """The address without user name and password."""
        return f"http://[{self.host}]:{self.port}" if ":" in self.host else f"http://{self.host}:{self.port}"


@dataclass(frozen=True)
class OutgoingProxies:
    """HTTPS_PROXY, HTTP_PROXY and NO_PROXY; without them every request goes directly.

    NO_PROXY has hosts, domains (with everything below them), networks, each with or without a port, or `*`. This
    machine is never reached through a proxy.
    """

    https: str = field(default="", repr=False)
    http: str = field(default="", repr=False)
    exceptions: tuple[str, ...] = ()

    def proxy_for(self, scheme: str, host: str, port: int | None = None) -> HttpProxy | None:
        """Returns the proxy for requests to a host; None for those that go directly."""
        address = self.https if scheme == "https" else self.http
        if not address or self.is_exception(host, port or (443 if scheme == "https" else 80)):
            return None
        parts = urlsplit(address)
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return HttpProxy(parts.hostname or "", parts.port or PROXY_PORT, user, password)

    def proxy_for_url(self, url: str) -> HttpProxy | None:
        """Returns the proxy for a request to an address; None for one that cannot be read."""
        try:
            parts = urlsplit(url)
            return self.proxy_for(parts.scheme, parts.hostname or "", parts.port)
        except ValueError:
            return None

    def is_exception(self, host: str, port: int) -> bool:
        """Whether NO_PROXY or the loopback rule excepts a host."""
        host = host.lower().strip("[]").removesuffix(".")
        address = _parse_ip(host)
        if host == "localhost" or host.endswith(".localhost") or (address is not None and address.is_loopback):
            return True
        return any(_matches_exception(each.lower().strip(), host, port, address) for each in self.exceptions)


def _parse_ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _matches_exception(
    exception: str, host: str, port: int, address: ipaddress.IPv4Address | ipaddress.IPv6Address | None
) -> bool:
    """Whether one entry of NO_PROXY excepts a host, whose IP address it is if it is one."""
    if exception == "*":
        return True
    name, colon, entry_port = exception.rpartition(":")
    if colon and entry_port.isdigit() and (name.count(":") == 0 or name.endswith("]")):
        if int(entry_port) != port:
            return False
        exception = name
    exception = exception.strip("[]")
    if address is not None:
        try:
            return address in ipaddress.ip_network(exception, strict=False)
        except ValueError:
            return False
    domain = exception.removeprefix("*").lstrip(".")
    return bool(domain) and (host == domain or host.endswith(f".{domain}"))
