"""The only floor that knows HTTP; adding a page is one line in `routes`."""

from typing import TYPE_CHECKING

from tornado.web import Application

from handlers.base.permissions import EVERYONE, PEOPLE, READERS, WALLS, Route, table_of
from handlers.serving.sockets import SERVER_LIMITS

if TYPE_CHECKING:
    from handlers.base.authenticator import Door
    from utilities.services import Services

__all__ = ["EVERYONE", "PEOPLE", "READERS", "SERVER_LIMITS", "WALLS", "make_app", "routes"]

# Pages are imported late: a process that only collects (collector_server.py) has none, and stays small.


def routes() -> list[Route]:
    """Where every page is and whom it is for; a handler that is not here is refused."""
    from handlers.accounts.sign_in import Callback, Login, LoginPage, SignOut
    from handlers.accounts.tokens import TokenList, TokenRevoked
    from handlers.api import api_routes
    from handlers.base.authenticator import CALLBACK
    from handlers.boards.desk import BoardDesk
    from handlers.boards.wall import BoardListPage, BoardStyles, FrontPage, TilePage, WallEventStream, WallPage
    from handlers.collect.beacon import collect_routes
    from handlers.flow import FlowPage
    from handlers.reports.exports import ReportCsv, ReportJson
    from handlers.reports.images import ReportPng, ReportSvg
    from handlers.reports.page import ReportPage
    from handlers.reports.report_list import ReportListPage
    from handlers.reports.share_links import LinkList, LinkRevoked, SharedImage
    from handlers.site.health import Health
    from handlers.site.static_files import FOLDER, Assets

    return [  # tried from the top: what is asked most stands first
        Route(r"/boards/([a-z0-9-]+)", WallPage, WALLS),
        Route(r"/boards/([a-z0-9-]+)/tiles/([a-z0-9-]+)", TilePage, WALLS),
        *collect_routes(),
        Route(r"/reports/([a-z0-9-]+)\.svg", ReportSvg, READERS),
        Route(r"/", FrontPage, PEOPLE),
        Route(r"/boards", BoardListPage, PEOPLE),
        Route(r"/boards/([a-z0-9-]+)/([0-9a-f]{12})\.css", BoardStyles, WALLS),
        Route(r"/boards/([a-z0-9-]+)/stream", WallEventStream, WALLS),
        Route(r"/boards/([a-z0-9-]+)/desk", BoardDesk, PEOPLE),
        Route(r"/reports", ReportListPage, PEOPLE),
        Route(r"/reports/([a-z0-9-]+)", ReportPage, PEOPLE),
        Route(r"/reports/([a-z0-9-]+)\.json", ReportJson, READERS),
        Route(r"/reports/([a-z0-9-]+)\.csv", ReportCsv, READERS),
        Route(r"/reports/([a-z0-9-]+)\.png", ReportPng, READERS),
        Route(r"/flow", FlowPage, PEOPLE),
        *api_routes(),
        Route(r"/tokens", TokenList, PEOPLE),
        Route(r"/tokens/([0-9]{1,9})/revoke", TokenRevoked, PEOPLE),
        Route(r"/links", LinkList, PEOPLE),
        Route(r"/links/([0-9]{1,9})/revoke", LinkRevoked, PEOPLE),
        Route(r"/s/([A-Za-z0-9_-]{20,60})\.svg", SharedImage, EVERYONE),
        Route(r"/healthz", Health, EVERYONE, any_host=True),
        Route(r"/login-page", LoginPage, EVERYONE),
        Route(r"/login", Login, EVERYONE),
        Route(CALLBACK, Callback, EVERYONE),
        Route(r"/sign-out", SignOut, EVERYONE),
        Route(r"/static/(.*)", Assets, EVERYONE, {"path": str(FOLDER)}),
    ]


def make_app(services: "Services", door: "Door | None" = None) -> Application:
    """The application over these services; the door is `open_door`'s, and needed where people sign in."""
    from handlers.base.authenticator import Door
    from handlers.base.security_headers import security_headers
    from handlers.reports.chart import DrawableViews
    from handlers.reports.images import ImageFileCache
    from handlers.site.access_log import log_request
    from handlers.site.not_found import NotFound
    from handlers.site.static_files import PREFIX, static_url

    services.templates.globals["static_url"] = static_url
    table = routes()
    missing = Route("", NotFound, EVERYONE)
    return Application(
        [route.spec() for route in table],
        services=services,
        collector=services.collector,
        door=door or Door(services.settings, services.clock),
        access=table_of([*table, missing]),
        image_files=ImageFileCache(),
        drawable_views=DrawableViews(),
        headers=security_headers(services.settings),
        default_handler_class=NotFound,
        log_function=log_request,
        cross_origin_protection=True,
        static_path=None,
        static_url_prefix=PREFIX,
    )
