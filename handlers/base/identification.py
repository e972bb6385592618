"""Which television a request comes from, and who sends it while the state database is down."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from handlers.base.errors import HttpProblem
from handlers.base.permissions import Route
from utilities.model.errors import StateDown
from utilities.model.principals import NOBODY, Nobody, PairedScreen, Principal
from utilities.pageviews.classify.user_agents import device_type

if TYPE_CHECKING:  # a process that only collects has neither
    from handlers.base.handler import BaseHandler
    from utilities.playlists.watcher import Playlists
    from utilities.screens.model import ScreenRecord


async def identify_for_route(handler: "BaseHandler", route: Route) -> Principal:
    """Returns the principal of a request for a route; while the state database is down that of the last check.

    Raises StateDown where the route does not work without the database, and where nobody was checked before.
    """
    try:
        if route.is_for_screens and handler.bearer_token is None:
            return await identify_screen(handler)
        return await handler.identify_principal()
    except StateDown:
        if not (principal := identify_cached(handler, route)):
            raise
        return principal


async def identify_screen(handler: "BaseHandler") -> PairedScreen | Nobody:
    """Returns the paired television of a request. Raises StateDown."""
    secret = handler.authenticator.cookies.read_screen(handler.request)
    screen = None if secret is None else await handler.authenticator.screens.registry.find_screen(secret)
    return screen_principal(handler, screen)


def identify_cached(handler: "BaseHandler", route: Route) -> Principal:
    """Returns who sent a request as of the last check; NOBODY where the route does not work without the database."""
    if not route.offline:
        return NOBODY
    authenticator, session = handler.authenticator, handler.session_id
    if session is not None and authenticator.sessions is not None and not route.is_for_screens:
        person = authenticator.sessions.cached_person(session)
        if person is not None:
            return person
    secret = authenticator.cookies.read_screen(handler.request)
    screen = None if secret is None else authenticator.screens.registry.cached_screen(secret)
    return screen_principal(handler, screen)


def screen_principal(handler: "BaseHandler", screen: "ScreenRecord | None") -> PairedScreen | Nobody:
    """Returns the principal of a screen; NOBODY for one that is not paired any more."""
    if screen is None or not screen.is_paired:
        return NOBODY
    boards = boards_of_screen(screen, handler.services.playlists)
    programmes = handler.services.director.programmes
    shown = programmes.shown_beside_programme(screen.number, handler.services.clock())
    return PairedScreen(screen.number, screen.name, boards | shown)


def shows_code(handler: "BaseHandler") -> bool:
    """Whether this is a television that nobody has signed in on: it gets its wall or a code, and no error page."""
    agent = handler.request.headers.get("User-Agent", "")
    return isinstance(handler.principal, Nobody | PairedScreen) and device_type(agent) == "tv"


def check_own_board(principal: Principal, route: Route, path_args: Sequence[str]) -> None:
    """Raises HttpProblem 404 for a screen, unless the path begins with a board of its own."""
    if not isinstance(principal, PairedScreen) or route.any_board:
        return
    if not path_args or path_args[0] not in principal.boards:
        raise HttpProblem(404)


def boards_of_screen(screen: "ScreenRecord", playlists: "Playlists") -> frozenset[str]:
    """Returns the boards that a screen may read: its own, or those of its playlist."""
    playlist = playlists.get(screen.playlist) if screen.playlist else None
    items = playlist.items if playlist is not None else ()
    return frozenset({screen.board, *(item.board for item in items)}) - {""}
