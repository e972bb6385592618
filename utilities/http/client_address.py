"""Who is really at the other end: the peer, or what a trusted proxy says about it."""

import ipaddress
from collections.abc import Sequence
from functools import lru_cache

REMEMBERED = 4096  # who is behind a proxy: visitors send one hit after the other
USUAL = 200  # characters of X-Forwarded-For; whoever sends more does not fill our memory

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class ClientAddresses:
    """Believes X-Forwarded-For only as far as it was written by the proxies of TRUSTED_PROXIES.

    Each proxy adds, on the right, the address it was called from. So we walk from the right for as long as the
    entries are our own proxies; the first that is not is the client, and all further left is hearsay. Tornado's
    `xheaders` is not used: it believes any X-Real-Ip, from anybody.
    """

    def __init__(self, trusted: Sequence[str]) -> None:
        self.networks = tuple(ipaddress.ip_network(each, strict=False) for each in trusted)
        self.remembered = lru_cache(REMEMBERED)(self.find)

    def trusts(self, address: Address) -> bool:
        return any(address.version == network.version and address in network for network in self.networks)

    def client(self, peer: str, forwarded_for: str) -> str:
        """The client's address; `forwarded_for` is the X-Forwarded-For header, '' when there is none."""
        find = self.remembered if len(forwarded_for) <= USUAL else self.find
        return find(peer, forwarded_for)

    def find(self, peer: str, forwarded_for: str) -> str:
        if not self.networks and ":" not in peer:
            return peer
        nearest = parse(peer)
        if nearest is None:
            return peer
        if not self.networks or not forwarded_for:
            return str(nearest)
        for entry in reversed(forwarded_for.split(",")):
            if not self.trusts(nearest):
                break
            address = parse(entry)
            if address is None:
                break
            nearest = address
        return str(nearest)


def parse(text: str) -> Address | None:
    """An address as proxies write it: perhaps with a port, in brackets, or IPv4 inside IPv6."""
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
    address = parse(text)
    return address is not None and address.is_loopback


def household(text: str) -> str:
    """What to count tries by: an IPv4 address, or the /64 that one IPv6 customer is given."""
    address = parse(text)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address or text)
