"""Client address of a request: the peer's, or the one that trusted proxies report."""

import ipaddress
from collections.abc import Sequence
from functools import lru_cache

MAX_CACHED_ADDRESSES = 4096  # visitors behind a proxy send several hits in a row
MAX_CACHED_HEADER_CHARS = 200  # of X-Forwarded-For; longer ones are not cached, so that they cannot fill the memory

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


class ClientAddresses:
    """Reads X-Forwarded-For, but only the part that the proxies in TRUSTED_PROXIES have written.

    Each proxy appends the address that called it. So entries are read from the right as long as they are trusted
    proxies; the first other one is the client, and everything left of it may be forged. Tornado's `xheaders` is not
    used, because it accepts X-Real-Ip from any sender.
    """

    def __init__(self, trusted: Sequence[str]) -> None:
        self.networks = tuple(ipaddress.ip_network(each, strict=False) for each in trusted)
        self.find_cached = lru_cache(MAX_CACHED_ADDRESSES)(self._find_client)

    def is_trusted(self, address: IpAddress) -> bool:
        return any(address.version == network.version and address in network for network in self.networks)

    def client_address(self, peer: str, forwarded_for: str) -> str:
        """Returns the client's address; `forwarded_for` is the X-Forwarded-For header, '' when there is none."""
        find = self.find_cached if len(forwarded_for) <= MAX_CACHED_HEADER_CHARS else self._find_client
        return find(peer, forwarded_for)

    def _find_client(self, peer: str, forwarded_for: str) -> str:
        if not self.networks and ":" not in peer:
            return peer
        nearest = parse_address(peer)
        if nearest is None:
            return peer
        if not self.networks or not forwarded_for:
            return str(nearest)
        for entry in reversed(forwarded_for.split(",")):
            if not self.is_trusted(nearest):
                break
            address = parse_address(entry)
            if address is None:
                break
            nearest = address
        return str(nearest)


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
