"""The only floor that knows HTTP; adding a page is one line in `routes`."""

from typing import Any

from tornado.web import Application

from handlers.access import EVERYONE, PEOPLE, READERS, WALLS, Route, table_of
from handlers.access_log import log_request
from handlers.assets import FOLDER, PREFIX, Assets, static_url
from handlers.boards import BoardList, BoardStyles, Stream, TilePage, WallPage
from handlers.door import CALLBACK, Door, open_door
from handlers.headers import security_headers
from handlers.health import Health
from handlers.not_found import NotFound
from handlers.reports import ReportCsv, ReportJson, ReportList, ReportPage
from handlers.sign_in import Callback, Login, LoginPage, SignOut
from utilities.services import Services

__all__ = ["EVERYONE", "PEOPLE", "READERS", "SERVER_LIMITS", "WALLS", "make_app", "open_door", "routes"]

SERVER_LIMITS: dict[str, Any] = {
    "max_body_size": 1024 * 1024,
    "max_header_size": 32 * 1024,
    "idle_connection_timeout": 75.0,  # longer than the usual proxy keeps a connection, so it never races one of ours
    "body_timeout": 20.0,
    "xheaders": False,  # utilities/client_address.py does it, for proxies we know
}
"""What run.py hands to HTTPServer; Tornado's own limits are an hour, 100 MB and never."""


def routes() -> list[Route]:
    """Where every page is and whom it is for; a handler that is not here is refused."""
    return [
        Route(r"/", BoardList, PEOPLE),
        Route(r"/boards/([a-z0-9-]+)", WallPage, WALLS),
        Route(r"/boards/([a-z0-9-]+)/([0-9a-f]{12})\.css", BoardStyles, WALLS),
        Route(r"/boards/([a-z0-9-]+)/tiles/([a-z0-9-]+)", TilePage, WALLS),
        Route(r"/boards/([a-z0-9-]+)/stream", Stream, WALLS),
        Route(r"/reports", ReportList, PEOPLE),
        Route(r"/reports/([a-z0-9-]+)", ReportPage, PEOPLE),
        Route(r"/reports/([a-z0-9-]+)\.json", ReportJson, READERS),
        Route(r"/reports/([a-z0-9-]+)\.csv", ReportCsv, READERS),
        Route(r"/healthz", Health, EVERYONE, any_host=True),
        Route(r"/login-page", LoginPage, EVERYONE),
        Route(r"/login", Login, EVERYONE),
        Route(CALLBACK, Callback, EVERYONE),
        Route(r"/sign-out", SignOut, EVERYONE),
        Route(r"/static/(.*)", Assets, EVERYONE, {"path": str(FOLDER)}),
    ]


def make_app(services: Services, door: Door | None = None) -> Application:
    """The application over these services; the door is `open_door`'s, and needed where people sign in."""
    services.templates.globals["static_url"] = static_url
    table = routes()
    missing = Route("", NotFound, EVERYONE)
    return Application(
        [route.spec() for route in table],
        services=services,
        door=door or Door(services.settings, services.clock),
        access=table_of([*table, missing]),
        headers=security_headers(services.settings),
        default_handler_class=NotFound,
        log_function=log_request,
        cross_origin_protection=True,
        static_path=None,
        static_url_prefix=PREFIX,
    )
