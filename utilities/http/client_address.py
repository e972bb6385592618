"""Client address of a request: the peer's, or the one that trusted proxies report."""

import ipaddress
import logging
from collections.abc import Sequence
from functools import lru_cache

MAX_CACHED_ADDRESSES = 4096  # visitors behind a proxy send several hits in a row
MAX_CACHED_HEADER_CHARS = 200  # of X-Forwarded-For; longer ones are not cached, so that they cannot fill the memory

MIN_HIDDEN_CLIENTS = 3  # clients behind an untrusted proxy, before it is reported
UNTRUSTED_PROXY_TEXT = (
    "Visitors come through a proxy that TRUSTED_PROXIES does not name: all of them count as one and share one rate "
    "limit. Set TRUSTED_PROXIES to the address of the proxy."
)

INTERNAL_NETWORKS = (
    *map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8")),
    *map(ipaddress.ip_network, ("::1", "fc00::/7", "fe80::/10")),
)
"""Where proxies are, and visitors of public sites never. Not `is_private`, which has the networks for documents too."""

log = logging.getLogger("foyer.proxies")

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


class ClientAddresses:
    """Reads X-Forwarded-For, but only the part that the proxies in TRUSTED_PROXIES have written.

    Each proxy appends the address that called it. So entries are read from the right as long as they are trusted
    proxies; the first other one is the client, and everything left of it may be forged. Tornado's `xheaders` is not
    used, because it accepts X-Real-Ip from any sender.
    """

    def __init__(self, trusted: Sequence[str]) -> None:
        self.networks = tuple(ipaddress.ip_network(each, strict=False) for each in trusted)
        self.find_cached = lru_cache(MAX_CACHED_ADDRESSES)(self._find_client)
        self.hidden_clients: set[int] = set()  # hashes of what untrusted proxies have reported, until it is enough

    def proxy_warning(self) -> str:
        """Returns a sentence when a proxy should be trusted and is not; '' otherwise."""
        return UNTRUSTED_PROXY_TEXT if len(self.hidden_clients) >= MIN_HIDDEN_CLIENTS else ""

    def is_trusted(self, address: IpAddress) -> bool:
        return is_within(address, self.networks)

    def client_address(self, peer: str, forwarded_for: str) -> str:
        """Returns the client's address; `forwarded_for` is the X-Forwarded-For header, '' when there is none."""
        find = self.find_cached if len(forwarded_for) <= MAX_CACHED_HEADER_CHARS else self._find_client
        return find(peer, forwarded_for)

    def _find_client(self, peer: str, forwarded_for: str) -> str:
        if not forwarded_for and ":" not in peer:
            return peer
        nearest = parse_address(peer)
        if nearest is None:
            return peer
        entries = forwarded_for.split(",") if forwarded_for else []
        while entries and self.is_trusted(nearest):
            address = parse_address(entries[-1])
            if address is None:
                break
            nearest = address
            entries.pop()
        if entries and is_within(nearest, INTERNAL_NETWORKS) and not self.is_trusted(nearest):
            self._record_hidden_client(nearest, entries[-1])
        return str(nearest)

    def _record_hidden_client(self, proxy: IpAddress, entry: str) -> None:
        """Records a client that a proxy at a private address reports; visitors never have such an address."""
        if len(self.hidden_clients) >= MIN_HIDDEN_CLIENTS or parse_address(entry) is None:
            return
        self.hidden_clients.add(hash(entry.strip()))
        if len(self.hidden_clients) == MIN_HIDDEN_CLIENTS:
            log.warning("%s It connects from %s.", UNTRUSTED_PROXY_TEXT, proxy)


def is_within(address: IpAddress, networks: Sequence[IpNetwork]) -> bool:
    """Whether the address is in one of the networks."""
    return any(address.version == network.version and address in network for network in networks)


def parse_address(text: str) -> IpAddress | None:
    """Parses an address as proxies write it: with or without port and brackets, or IPv4 mapped to IPv6."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


@lru_cache(1024)
def is_loopback(text: str) -> bool:
    """Whether the address is this machine's own."""
    address = parse_address(text)
    return address is not None and address.is_loopback


def address_block(text: str) -> str:
    """Returns what attempts are counted by: an IPv4 address, or the /64 network that one IPv6 customer has."""
    address = parse_address(text)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address or text)
