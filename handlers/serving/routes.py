"""All routes: each page is one line, with the principals it is for."""

from functools import cache

from tornado.web import Application

from handlers.accounts.sign_in import Callback, Login, LoginPage, SignOut
from handlers.accounts.tokens import TokenRevokePage, TokensListPage
from handlers.api import api_routes
from handlers.base.authenticator import CALLBACK_PATH, Authenticator
from handlers.base.permissions import (
    ANYONE,
    PEOPLE,
    PEOPLE_AND_SCREENS,
    PEOPLE_AND_TOKENS,
    SCREENS_ONLY,
    Route,
    build_access_table,
)
from handlers.base.security_headers import security_headers
from handlers.base.watchdog import WATCHDOG_SCRIPT
from handlers.boards.desk import BoardDesk
from handlers.boards.wall import BoardListPage, BoardStyles, DefaultWall, TilePage, WallEventStream, WallPage
from handlers.collect.beacon import collect_routes
from handlers.datasets.pages import DatasetListPage, DatasetPage
from handlers.flow import FlowCache, FlowPage
from handlers.overview.page import OverviewPage
from handlers.reports.chart import DrawableViews
from handlers.reports.exports import ReportCsv, ReportJson
from handlers.reports.images import ImageFileCache, ReportPng, ReportSvg
from handlers.reports.page import ReportPage
from handlers.reports.report_list import ReportListPage
from handlers.reports.share_links import LinkList, LinkRevoked, SharedImage
from handlers.screens.beat import ScreenBeatHandler
from handlers.screens.legibility import CalibrationGlass, ScreenCalibration, ScreenSize
from handlers.screens.pair import PairPage, RefusePairing
from handlers.screens.playlists import PlaylistListPage, PlaylistPage, ScreenProgramme
from handlers.screens.preview import PreviewBoard, PreviewStyles, ScreenPreview
from handlers.screens.screen_list import RemoveScreen, RetryNewPages, ScreenListPage, UnpairScreen
from handlers.screens.screen_page import ScreenCommandHandler, ScreenPage
from handlers.screens.show import IdentifyGlass, ShowEventStream, TakeoverGlass
from handlers.screens.takeover import TakeoverEnd, TakeoverPage
from handlers.screens.tv import ScreenWallPage, ScreenWallStream, TvEventStream, TvPage
from handlers.screens.visitors import VisitorEnd, VisitorPage
from handlers.site.access_log import log_request
from handlers.site.browser_files import IconFile, RobotsFile
from handlers.site.health import HealthPage
from handlers.site.help_pages import CountingPage, KeyboardPage
from handlers.site.not_found import NotFound
from handlers.site.static_files import STATIC_FILES_FOLDER, STATIC_URL_PREFIX, StaticFiles, static_url
from utilities.services import Services


@cache
def all_routes() -> tuple[Route, ...]:
    """Returns every page with the principals that may see it; a handler without a route is refused."""
    return (  # matched in order: the most requested routes come first
        Route(r"/boards/([a-z0-9-]+)", WallPage, PEOPLE_AND_SCREENS, offline=True),
        Route(r"/boards/([a-z0-9-]+)/tiles/([a-z0-9-]+)", TilePage, PEOPLE_AND_SCREENS, offline=True),
        *collect_routes(),
        Route(r"/reports/([a-z0-9-]+)\.svg", ReportSvg, PEOPLE_AND_TOKENS),
        Route(r"/", OverviewPage, PEOPLE),
        Route(r"/wall", DefaultWall, PEOPLE_AND_SCREENS, any_board=True),
        Route(r"/boards", BoardListPage, PEOPLE),
        Route(r"/boards/([a-z0-9-]+)/([0-9a-f]{12})\.css", BoardStyles, PEOPLE_AND_SCREENS, offline=True),
        Route(r"/boards/([a-z0-9-]+)/stream", WallEventStream, PEOPLE_AND_SCREENS, offline=True),
        Route(r"/boards/([a-z0-9-]+)/desk", BoardDesk, PEOPLE),
        *screen_routes(),
        Route(r"/reports", ReportListPage, PEOPLE),
        Route(r"/reports/([a-z0-9-]+)", ReportPage, PEOPLE),
        Route(r"/reports/([a-z0-9-]+)\.json", ReportJson, PEOPLE_AND_TOKENS),
        Route(r"/reports/([a-z0-9-]+)\.csv", ReportCsv, PEOPLE_AND_TOKENS),
        Route(r"/reports/([a-z0-9-]+)\.png", ReportPng, PEOPLE_AND_TOKENS),
        Route(r"/flow", FlowPage, PEOPLE),
        Route(r"/keyboard", KeyboardPage, PEOPLE),
        Route(r"/counting", CountingPage, PEOPLE),
        *api_routes(),
        Route(r"/datasets", DatasetListPage, PEOPLE),
        Route(r"/datasets/([a-z0-9-]+)", DatasetPage, PEOPLE),
        Route(r"/tokens", TokensListPage, PEOPLE),
        Route(r"/tokens/([0-9]{1,9})/revoke", TokenRevokePage, PEOPLE),
        Route(r"/links", LinkList, PEOPLE),
        Route(r"/links/([0-9]{1,9})/revoke", LinkRevoked, PEOPLE),
        Route(r"/s/([A-Za-z0-9_-]{20,60})\.svg", SharedImage, ANYONE),
        Route(r"/healthz", HealthPage, ANYONE, any_host=True, through_proxies=True),
        Route(r"/favicon\.ico", IconFile, ANYONE),
        Route(r"/robots\.txt", RobotsFile, ANYONE),
        Route(r"/login-page", LoginPage, ANYONE),
        Route(r"/login", Login, ANYONE),
        Route(CALLBACK_PATH, Callback, ANYONE),
        Route(r"/sign-out", SignOut, ANYONE),
        Route(r"/static/(.*)", StaticFiles, ANYONE, {"path": str(STATIC_FILES_FOLDER)}, through_proxies=True),
    )


def screen_routes() -> list[Route]:
    """Returns what televisions load, and the pages about them."""
    return [
        Route(r"/tv", TvPage, ANYONE),
        Route(r"/tv/stream", TvEventStream, ANYONE),
        Route(r"/tv/boards/([a-z0-9-]+)", ScreenWallPage, SCREENS_ONLY, offline=True),
        Route(r"/tv/boards/([a-z0-9-]+)/stream", ScreenWallStream, SCREENS_ONLY, offline=True),
        Route(r"/tv/show", ShowEventStream, SCREENS_ONLY, offline=True, any_board=True),
        Route(r"/tv/takeover/([0-9]{1,9})", TakeoverGlass, SCREENS_ONLY, offline=True, any_board=True),
        Route(r"/tv/beat", ScreenBeatHandler, SCREENS_ONLY, offline=True, any_board=True),
        Route(r"/tv/identify/([0-9]{1,9})", IdentifyGlass, SCREENS_ONLY, offline=True, any_board=True),
        Route(r"/tv/calibrate/([0-9]{1,9})", CalibrationGlass, SCREENS_ONLY, offline=True, any_board=True),
        Route(r"/pair", PairPage, PEOPLE),
        Route(r"/pair/refuse", RefusePairing, PEOPLE),
        Route(r"/screens", ScreenListPage, PEOPLE),
        Route(r"/screens/try-again", RetryNewPages, PEOPLE),
        Route(r"/screens/([0-9]{1,9})/unpair", UnpairScreen, PEOPLE),
        Route(r"/screens/([0-9]{1,9})/remove", RemoveScreen, PEOPLE),
        Route(r"/screens/([0-9]{1,9})/shows", ScreenProgramme, PEOPLE),
        Route(r"/screens/([0-9]{1,9})/size", ScreenSize, PEOPLE),
        Route(r"/screens/([0-9]{1,9})/preview", ScreenPreview, PEOPLE),
        Route(r"/screens/([0-9]{1,9})/preview\.css", PreviewStyles, PEOPLE),
        Route(r"/screens/([0-9]{1,9})/preview/([a-z0-9-]+)", PreviewBoard, PEOPLE),
        Route(r"/screens/([0-9]{1,9})/calibration", ScreenCalibration, PEOPLE),
        Route(r"/screens/([0-9]{1,9})", ScreenPage, PEOPLE),
        Route(r"/screens/([0-9]{1,9})/([a-z-]{1,20})", ScreenCommandHandler, PEOPLE),
        Route(r"/takeover", TakeoverPage, PEOPLE),
        Route(r"/takeover/([0-9]{1,9})/end", TakeoverEnd, PEOPLE),
        Route(r"/visitors", VisitorPage, PEOPLE),
        Route(r"/visitors/end", VisitorEnd, PEOPLE),
        Route(r"/playlists", PlaylistListPage, PEOPLE),
        Route(r"/playlists/([a-z0-9-]+)", PlaylistPage, PEOPLE),
    ]


def make_application(services: Services, authenticator: Authenticator) -> Application:
    """Builds the application over these services; `open_authenticator` makes the authenticator."""
    services.templates.globals |= {"static_url": static_url, "watchdog": WATCHDOG_SCRIPT}
    table = all_routes()
    missing = Route("", NotFound, ANYONE)
    return Application(
        [route.url_spec for route in table],
        services=services,
        collector=services.collector,
        authenticator=authenticator,
        access=build_access_table([*table, missing]),
        image_files=ImageFileCache(),
        drawable_views=DrawableViews(),
        flows=FlowCache(),
        headers=security_headers(services.settings),
        redactor=services.sources.redactor,
        default_handler_class=NotFound,
        log_function=log_request,
        cross_origin_protection=True,
        static_path=None,
        static_url_prefix=STATIC_URL_PREFIX,
    )
