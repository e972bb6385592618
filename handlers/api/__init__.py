"""/api: the resources for programs. Each declares its parameters and response; checks and document follow from it."""

from handlers.api.base import ApiResource
from handlers.api.boards import BoardResource, BoardsResource
from handlers.api.dataset_rows import DatasetRowsResource
from handlers.api.datasets import DatasetResource, DatasetsResource
from handlers.api.document import API_ROOT, route_pattern
from handlers.api.page_views import PageViewQuestionsResource, PageViewsResource
from handlers.api.pages import ApiPage, OpenApiJson, UnknownApiAddress
from handlers.api.reports import ReadingResource, ReportResource, ReportsResource
from handlers.api.screens import (
    ScreenCommandsResource,
    ScreenResource,
    ScreensResource,
    VisitorsEndResource,
    VisitorsResource,
)
from handlers.api.sites import SitesResource
from handlers.api.takeovers import TakeoverEndResource, TakeoversResource
from handlers.api.tile_values import TileValueResource
from handlers.api.tokens import TokenResource, TokensResource
from handlers.base.permissions import PEOPLE, PEOPLE_AND_TOKENS, Route

RESOURCES: tuple[type[ApiResource], ...] = (
    *(BoardsResource, BoardResource),
    *(ReportsResource, ReportResource, ReadingResource),
    SitesResource,
    *(PageViewQuestionsResource, PageViewsResource),
    *(TakeoversResource, TakeoverEndResource),
    *(ScreensResource, ScreenResource, ScreenCommandsResource),
    *(VisitorsResource, VisitorsEndResource),
    *(DatasetsResource, DatasetResource, DatasetRowsResource, TileValueResource),
    *(TokensResource, TokenResource),
)
"""In the order of the document and of the page."""


def api_routes() -> list[Route]:
    """Returns the routes of all resources, of their description, and of unknown addresses."""
    described = {"resources": RESOURCES}
    return [
        Route(r"/api", ApiPage, PEOPLE, described),
        Route(rf"{API_ROOT}/openapi\.json", OpenApiJson, PEOPLE_AND_TOKENS, described),
        *(
            Route(route_pattern(each.path), each, each.allow, scope=each.scope, write_scope=each.write_scope)
            for each in RESOURCES
        ),
        Route(r"/api/.*", UnknownApiAddress, PEOPLE_AND_TOKENS),
    ]
