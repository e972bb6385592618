"""The networks of the pretend internet: each with its real style of body and its real ill habits.

`rules(internet)` are routes under `/facebook`, `/hn`, …; `environment(address)` points Foyer at them.
"""

from typing import Any, Protocol

from demo.clock import VirtualClock
from demo.faults import Faults
from demo.networks import dead, facebook, hacker_news, lobsters, pinterest, reddit, sharedcount, stack_exchange, x

NETWORKS = (facebook, hacker_news, lobsters, pinterest, reddit, sharedcount, stack_exchange, x)


class NetworkHost(Protocol):
    """The part of the pretend internet that the networks need."""

    faults: Faults
    clock: VirtualClock


def rules(internet: NetworkHost) -> list[Any]:
    """Returns the routes for Tornado; the state of the networks lasts as long as the list."""
    return [rule for network in (*NETWORKS, dead) for rule in network.rules(internet.faults, internet.clock)]


def environment(address: str) -> dict[str, str]:
    """Returns the settings to query all networks at `address`, with the keys they accept."""
    names = ",".join(network.NAME for network in NETWORKS)
    variables = {"SHARE_PROVIDERS": names}
    for network in NETWORKS:
        variables |= network.environment(address)
    return variables
