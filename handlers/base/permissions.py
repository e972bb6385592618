"""Who may do what: a route says which principals it is for, and what is not said is refused."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tornado.routing import URLSpec
from tornado.web import RequestHandler

from utilities.model.principals import ApiClient, Nobody, PairedScreen, Person, Principal

Allowed = frozenset[type[Principal]]

EVERYONE: Allowed = frozenset({Nobody, Person, PairedScreen, ApiClient})
PEOPLE: Allowed = frozenset({Person})
WALLS: Allowed = frozenset({Person, PairedScreen})
READERS: Allowed = frozenset({Person, ApiClient})
PROGRAMS: Allowed = frozenset({ApiClient})


@dataclass(frozen=True)
class Route:
    """One line of handlers/serving/routes.py: where a page is, what answers, and for whom."""

    pattern: str
    handler: type[RequestHandler]
    allow: Allowed
    parts: Mapping[str, Any] = field(default_factory=dict)  # what the handler's `initialize` is handed
    scope: str = "read"  # what a token must have been made for
    any_host: bool = False  # True only for health checks, which come by address
    any_origin: bool = False  # True only for beacons: pages of other sites send them, and no cookie matters

    def spec(self) -> URLSpec:
        return URLSpec(self.pattern, self.handler, dict(self.parts))


Table = Mapping[type[RequestHandler], Route]


def table_of(routes: Iterable[Route]) -> Table:
    """The authorisation table, by handler; one handler cannot be for different principals at different addresses."""
    table: dict[type[RequestHandler], Route] = {}
    for route in routes:
        known = table.setdefault(route.handler, route)
        if replace(known, pattern="", parts={}) != replace(route, pattern="", parts={}):
            raise ValueError(f"{route.handler.__name__} is routed twice, for different principals")
    return table
