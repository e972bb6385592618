"""The host names that Foyer answers to; others are refused, against DNS rebinding."""

from urllib.parse import urlsplit

from utilities.config.settings import Settings

LOOPBACK_HOST_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


class AllowedHosts:
    """PUBLIC_URL's host exactly; without sign-in also this machine's own names, at any port.

    Without sign-in pages need `is_loopback_host` as well: PUBLIC_URL's host is then for beacons only.
    """

    def __init__(self, settings: Settings) -> None:
        parts = urlsplit(settings.address)
        usual = {"https": 443, "http": 80}[parts.scheme]
        self.exact = {parts.netloc.lower()}
        if parts.port in (None, usual):
            bare = parts.netloc.lower().removesuffix(f":{usual}")
            self.exact |= {bare, f"{bare}:{usual}"}
        self.names = LOOPBACK_HOST_NAMES if settings.loopback_only else frozenset()

    def __contains__(self, host: str) -> bool:
        host = host.lower()
        if host in self.exact:
            return True
        return bool(self.names) and is_loopback_host(host)


def is_loopback_host(host: str) -> bool:
    """Whether a Host header has one of this machine's own names, at any port."""
    host = host.lower()
    name, colon, port = host.rpartition(":") if not host.endswith("]") else (host, "", "")
    if not colon:
        return host in LOOPBACK_HOST_NAMES
    return name in LOOPBACK_HOST_NAMES and port.isascii() and port.isdigit()
