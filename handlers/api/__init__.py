"""/api: what programs may ask. Each resource says what it takes and answers; checks and document come of that."""

from handlers.api.base import Resource
from handlers.api.boards import Board, Boards
from handlers.api.document import ROOT, pattern_of
from handlers.api.page_views import PageViewQuery, Questions
from handlers.api.pages import ApiPage, Missing, OpenApi
from handlers.api.reports import Reading, Report, Reports
from handlers.api.sites import Sites
from handlers.api.tokens import Token, Tokens
from handlers.base.permissions import PEOPLE, READERS, Route

RESOURCES: tuple[type[Resource], ...] = (
    *(Boards, Board),
    *(Reports, Report, Reading),
    Sites,
    *(Questions, PageViewQuery),
    *(Tokens, Token),
)
"""In the order in which the document and the page have them."""


def api_routes() -> list[Route]:
    known = [Route(pattern_of(each.path), each, each.allow, scope=each.scope) for each in RESOURCES]
    told = {"resources": RESOURCES}
    return [
        Route(r"/api", ApiPage, PEOPLE, told),
        Route(rf"{ROOT}/openapi\.json", OpenApi, READERS, told),
        *known,
        Route(r"/api/.*", Missing, READERS),
    ]
