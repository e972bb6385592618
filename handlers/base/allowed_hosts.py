"""The host names that Foyer answers to; others are refused, against DNS rebinding."""

from urllib.parse import urlsplit

from utilities.config.settings import Settings

LOOPBACK_HOST_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


class AllowedHosts:
    """PUBLIC_URL's host exactly; without sign-in also this machine's own names, at any port."""

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
        name, colon, port = host.rpartition(":") if not host.endswith("]") else (host, "", "")
        if not colon:
            return host in self.names
        return name in self.names and port.isascii() and port.isdigit()
