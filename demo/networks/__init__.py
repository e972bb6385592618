"""The simulated share networks: each answers in the real network's format, with its real errors and limits.

A module here with a `make_routes` is a network: `make_routes(faults, clock)` returns its routes, and
`make_settings(address)` the settings that point Foyer at it. Modules are discovered; there is no list of them.
"""

import importlib
import pkgutil
from types import ModuleType
from typing import Any, Protocol

from demo.clock import VirtualClock
from demo.faults import Faults


class NetworkHost(Protocol):
    """The part of the simulated internet that the networks need."""

    faults: Faults
    clock: VirtualClock


def discover_networks() -> list[ModuleType]:
    """Returns the modules of all networks, in the order of their names."""
    names = [info.name for info in pkgutil.iter_modules(__path__)]
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    return [module for module in modules if hasattr(module, "make_routes")]


def make_routes(internet: NetworkHost) -> list[Any]:
    """Returns the routes for Tornado; the state of the networks lasts as long as the list."""
    return [route for network in discover_networks() for route in network.make_routes(internet.faults, internet.clock)]


def make_settings(address: str) -> dict[str, str]:
    """Returns the settings to query all networks at `address`, with the keys they accept."""
    networks = [network for network in discover_networks() if hasattr(network, "make_settings")]
    settings = {"SHARE_PROVIDERS": ",".join(network.NAME for network in networks)}
    for network in networks:
        settings |= network.make_settings(address)
    return settings
