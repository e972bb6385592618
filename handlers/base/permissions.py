"""Permissions: a route names the principals that may use it; everybody else is refused."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from tornado.routing import URLSpec
from tornado.web import RequestHandler

from utilities.model.principals import ApiClient, Nobody, PairedScreen, Person, Principal

PrincipalTypes = frozenset[type[Principal]]

ANYONE: PrincipalTypes = frozenset({Nobody, Person, PairedScreen, ApiClient})
PEOPLE: PrincipalTypes = frozenset({Person})
PEOPLE_AND_SCREENS: PrincipalTypes = frozenset({Person, PairedScreen})
PEOPLE_AND_TOKENS: PrincipalTypes = frozenset({Person, ApiClient})
SCREENS_ONLY: PrincipalTypes = frozenset({PairedScreen})
TOKENS_ONLY: PrincipalTypes = frozenset({ApiClient})


@dataclass(frozen=True)
class Route:
    """One line of handlers/serving/routes.py: a pattern, its handler, and who may use it."""

    pattern: str
    handler: type[RequestHandler]
    allow: PrincipalTypes
    init_args: Mapping[str, Any] = field(default_factory=dict)  # arguments of the handler's `initialize`
    scope: str = "read"  # the scope that a token needs
    write_scope: str = ""  # the scope that it needs for other methods than GET and HEAD; then only tokens have them
    offline: bool = False  # whether a session that was checked before counts while the state database is down
    any_board: bool = False  # True only where the path names no board: elsewhere a screen needs one of its own in it
    any_host: bool = False  # True only for health checks, which come by address
    any_origin: bool = False  # True only for beacons: pages of other sites send them, and no cookie matters
    through_proxies: bool = False  # True only for what is answered through a proxy without sign-in too

    @property
    def is_for_screens(self) -> bool:
        """Whether only the screen's credential counts: a person may be signed in beside it in the same browser."""
        return self.allow == SCREENS_ONLY

    def for_method(self, method: str) -> "Route":
        """Returns the route with who may use it by this method."""
        if not self.write_scope or method in ("GET", "HEAD"):
            return self
        return replace(self, allow=TOKENS_ONLY, scope=self.write_scope)

    @cached_property
    def url_spec(self) -> URLSpec:
        """The pattern, compiled once for all applications of this process."""
        return URLSpec(self.pattern, self.handler, dict(self.init_args))


AccessTable = Mapping[type[RequestHandler], Route]


def build_access_table(routes: Iterable[Route]) -> AccessTable:
    """Returns the routes by handler. Raises ValueError for a handler with different permissions at two addresses."""
    table: dict[type[RequestHandler], Route] = {}
    for route in routes:
        existing = table.setdefault(route.handler, route)
        if existing is route:
            continue
        if replace(existing, pattern="", init_args={}) != replace(route, pattern="", init_args={}):
            raise ValueError(f"{route.handler.__name__} is routed twice, for different principals")
    return table
