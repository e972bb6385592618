"""The host names that Foyer answers to; others are refused, against DNS rebinding."""

import re
from urllib.parse import urlsplit

from utilities.config.settings import Settings

HOST_HEADER = re.compile(r"[\w.-]{1,253}(:[0-9]{1,5})?|\[[0-9a-f:.]{2,45}\](:[0-9]{1,5})?", re.ASCII | re.IGNORECASE)
INTERNAL_HOST = re.compile(r"([\w-]+|[0-9.]+|\[[0-9a-f:.]+\])(:[0-9]+)?", re.ASCII | re.IGNORECASE)  # behind a proxy
LOOPBACK_HOST_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


class AllowedHosts:
    """PUBLIC_URL's host exactly; without sign-in also this machine's own names, at any port.

    Without sign-in pages need `is_loopback_host` as well: PUBLIC_URL's host is then for beacons only. A public demo
    answers to every host, because nobody knows where its container runs and nothing in it is real.
    """

    def __init__(self, settings: Settings) -> None:
        parts = urlsplit(settings.address)
        usual = {"https": 443, "http": 80}[parts.scheme]
        self.exact = {parts.netloc.lower()}
        if parts.port in (None, usual):
            bare = parts.netloc.lower().removesuffix(f":{usual}")
            self.exact |= {bare, f"{bare}:{usual}"}
        self.is_any_host_allowed = settings.public_demo
        self.names = LOOPBACK_HOST_NAMES if settings.loopback_only else frozenset()

    def refusal(self, host: str) -> str:
        """Returns the sentence for a host that is refused: which one came, and which ones are known.

        A stranger's domain is not repeated: the page could be one that somebody was sent to.
        """
        known = " and ".join(sorted(self.exact | self.names, key=lambda name: (len(name), name))[:3])
        name = host.lower().rpartition(":")[0] or host.lower()
        own_name = name in {each.rpartition(":")[0] or each for each in self.exact}
        came = host if HOST_HEADER.fullmatch(host) and (own_name or INTERNAL_HOST.fullmatch(host)) else "another host"
        return (
            f"Foyer answers under {known}, and this request is for {came}. Use the address of PUBLIC_URL. If you did: "
            "the proxy must pass the Host header on as it is (nginx: proxy_set_header Host $http_host)."
        )

    def __contains__(self, host: str) -> bool:
        host = host.lower()
        if host in self.exact or (self.is_any_host_allowed and HOST_HEADER.fullmatch(host)):
            return True
        return bool(self.names) and is_loopback_host(host)


def is_loopback_host(host: str) -> bool:
    """Whether a Host header has one of this machine's own names, at any port."""
    host = host.lower()
    name, colon, port = host.rpartition(":") if not host.endswith("]") else (host, "", "")
    if not colon:
        return host in LOOPBACK_HOST_NAMES
    return name in LOOPBACK_HOST_NAMES and port.isascii() and port.isdigit()
