"""What a process holds, in one typed object, and the order in which it is opened and closed."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from jinja2 import Environment

from utilities import reports, sources
from utilities.accounts.database.connection import State, open_state
from utilities.catalogue import Catalogue
from utilities.config.boards import Boards
from utilities.config.discovery import find
from utilities.config.settings import Settings
from utilities.http.client import Upstream
from utilities.model.clock import Clock, utc_now
from utilities.pageviews.collect.collector import Collector
from utilities.pageviews.collection import open_collection
from utilities.refresh.parameterized_reports import ParameterizedReports, open_parameterized_reports
from utilities.refresh.refresher import Refresher
from utilities.rendering import views
from utilities.rendering.charts.renderer import ChartRenderer, open_chart_renderer
from utilities.rendering.templating import template_environment
from utilities.rendering.views import View
from utilities.rendering.walls import Painter, Walls
from utilities.rendering.walls.asset_version import build_of
from utilities.reports import Report
from utilities.sources import Sources, SourceType, open_sources
from utilities.sources.pageviews import PageViewSource
from utilities.store import Store, open_store

HOME = Path(__file__).resolve().parent.parent


@dataclass
class Services:
    """Made once by `opened` (or a test), handed to every handler."""

    settings: Settings
    clock: Clock
    templates: Environment
    store: Store
    sources: Sources
    reports: dict[str, Report]
    views: dict[str, View]
    boards: Boards
    refresher: Refresher
    walls: Walls
    gallery: ChartRenderer | None = None  # draws charts; None where a test has none
    variants: ParameterizedReports | None = None  # reports with parameters; None where a test has none
    state: State | None = None  # people, sessions and tokens; None where a test has none
    upstream: Upstream | None = None  # calls the issuer; opened only where people sign in
    collector: Collector | None = None  # takes hits in; None where a test has none


def local_zone() -> tzinfo:
    """The server's own zone; walls of boards that name none show its time."""
    return datetime.now().astimezone().tzinfo or UTC


def catalogue() -> Catalogue:
    """Everything found in the folders of reports, views and sources."""
    return Catalogue(find(reports, "REPORT", Report), find(views, "VIEW", View), find(sources, "SOURCE", SourceType))


@asynccontextmanager
async def opened(settings: Settings, clock: Clock = utc_now) -> AsyncIterator[Services]:
    """Opens everything, starts the loops, and on leaving stops and closes it all in the opposite order.

    Raises SettingsError, BoardError, ModuleRuleError and StateDown, each with a sentence for the operator.
    """
    known = catalogue()
    boards = Boards(settings.boards_dir, known.check, known.forget)
    boards.load()
    async with AsyncExitStack() as closing:
        asked = await open_sources(tuple(known.kinds.values()), settings, clock)
        closing.push_async_callback(asked.close)
        own = await closing.enter_async_context(open_collection(settings, clock))
        ours = PageViewSource(own.views, own.sites, clock, settings.look_back_days, settings.address)
        asked = Sources(tuple(known.kinds.values()), {**asked.configured, "pageviews": ours}, settings.website, clock)
        store = await open_store(settings, clock)
        closing.push_async_callback(store.close)
        state = await open_state(settings)
        closing.push_async_callback(state.close)
        upstream = None if settings.loopback_only else await closing.enter_async_context(Upstream())
        refresher = Refresher(store, asked, known.reports, clock)
        variants = await closing.enter_async_context(open_parameterized_reports(asked, settings, clock))
        own.collector.on_stored = pulse_of(refresher, variants.refresher)
        templates = template_environment(HOME / "templates")
        gallery = await closing.enter_async_context(open_chart_renderer())
        yield Services(
            settings=settings,
            clock=clock,
            templates=templates,
            store=store,
            sources=asked,
            reports=known.reports,
            views=known.views,
            boards=boards,
            refresher=refresher,
            variants=variants,
            walls=Walls(
                boards=boards,
                reports=known.reports,
                store=store,
                refresher=refresher,
                painter=painter(settings, templates, known, gallery),
                clock=clock,
                build=build_of(HOME / "templates", HOME / "static"),
            ),
            gallery=gallery,
            state=state,
            upstream=upstream,
            collector=own.collector,
        )


def pulse_of(*refreshers: Refresher) -> Callable[[], None]:
    """What is called for each page view that is safe."""

    def pulse() -> None:
        for refresher in refreshers:
            refresher.notify_page_view()

    return pulse


def painter(settings: Settings, templates: Environment, known: Catalogue, gallery: ChartRenderer) -> Painter:
    return Painter(
        templates=templates,
        views=known.views,
        reports=known.reports,
        zone=local_zone(),
        website=settings.website,
        days=settings.look_back_days,
        demo=settings.demo,
        gallery=gallery,
    )
