"""Everything a serving process holds, in one object, opened and closed in the right order."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment

from utilities import reports, sources
from utilities.accounts.database.connection import StateDatabase, open_state_database
from utilities.alerts.delivery import NoticeDelivery
from utilities.broadcast.board_troubles import BoardTroubles
from utilities.broadcast.director import ScreenDirector
from utilities.broadcast.screen_fleet import ScreenFleet, open_screen_fleet
from utilities.broadcast.takeovers import TakeoverStore
from utilities.catalogue import Catalogue
from utilities.config.boards import Boards
from utilities.config.discovery import discover_units
from utilities.config.settings import Settings
from utilities.datasets.store import DatasetStore
from utilities.http.client import HttpClient
from utilities.model.clock import Clock, utc_now
from utilities.model.errors import BoardError, Overloaded
from utilities.pageviews.collect.collector import Collector
from utilities.pageviews.collection import make_site_registry, open_collection
from utilities.pageviews.server_zone import server_zone as server_zone
from utilities.playlists.watcher import Playlists
from utilities.query_sources import open_query_sources, refresh_new_rows
from utilities.refresh.parameterized_reports import ParameterizedReports, open_parameterized_reports
from utilities.refresh.refresher import Refresher
from utilities.rendering import views
from utilities.rendering.charts.renderer import ChartRenderer, open_chart_renderer
from utilities.rendering.templating import compile_templates_later, template_environment
from utilities.rendering.views import View
from utilities.rendering.walls import TileRenderer, WallHub
from utilities.rendering.walls.asset_version import asset_version
from utilities.reports import Report
from utilities.runtime.worker_pool import WorkerPool
from utilities.sources import Sources, SourceType
from utilities.store import Store, open_store

PROJECT_FOLDER = Path(__file__).resolve().parent.parent
WORKER_THREADS = 2
MAX_PENDING_PAGES = 300  # pages and files that are built or wait for it
BUILD_TIMEOUT_SECONDS = 30.0  # for waiting and building


@dataclass(frozen=True)
class Services:
    """Opened once by `open_services` and passed to every handler; nothing in it is optional."""

    settings: Settings
    clock: Clock
    templates: Environment
    store: Store
    sources: Sources
    reports: dict[str, Report]
    views: dict[str, View]
    boards: Boards
    refresher: Refresher
    walls: WallHub
    gallery: ChartRenderer
    workers: WorkerPool  # builds pages and files of large figures
    variants: ParameterizedReports
    database: StateDatabase
    datasets: DatasetStore
    http_client: HttpClient  # calls the issuer
    collector: Collector
    fleet: ScreenFleet

    @property
    def director(self) -> ScreenDirector:
        return self.fleet.director

    @property
    def notices(self) -> NoticeDelivery:
        return self.fleet.notices

    @property
    def playlists(self) -> Playlists:
        return self.director.programmes.playlists

    @property
    def takeovers(self) -> TakeoverStore:
        return self.director.programmes.takeovers


def load_catalogue() -> Catalogue:
    """Returns the catalogue of all reports, views and sources in their folders."""
    return Catalogue(
        discover_units(reports, "REPORT", Report),
        discover_units(views, "VIEW", View),
        discover_units(sources, "SOURCE", SourceType),
    )


def load_boards(catalogue: Catalogue, settings: Settings) -> Boards:
    """Returns the boards; raises BoardError when there is none, with what is wrong in sites.yaml before it."""
    boards = Boards(settings.boards_dir, catalogue.add_board, catalogue.remove_board)
    try:
        boards.load()
    except BoardError as error:
        sites = make_site_registry(settings)
        sites.poll()
        raise BoardError("\n".join(filter(None, (sites.fault, str(error))))) from None
    return boards


@asynccontextmanager
async def open_services(
    settings: Settings, clock: Clock = utc_now, catalogue: Catalogue | None = None
) -> AsyncIterator[Services]:
    """Opens everything; on exit closes it in the opposite order. `catalogue` replaces the built-in reports and sources.

    Raises SettingsError, BoardError, ModuleRuleError and StateDown, each with a sentence for the operator.
    """
    catalogue = catalogue or load_catalogue()
    boards = load_boards(catalogue, settings)
    async with open_collection(settings, clock) as collection, AsyncExitStack() as stack:
        datasets = open_dataset_store(stack, await open_database(stack, settings), clock)
        query_sources = await open_query_sources(stack, catalogue, collection, datasets, settings, clock)
        store = await open_reading_store(stack, settings, clock)
        http_client = await stack.enter_async_context(HttpClient(settings.proxies))
        refresher = Refresher(store, query_sources, catalogue.reports, clock)
        variants = await stack.enter_async_context(open_parameterized_reports(query_sources, settings, clock))
        refresh_new_rows(collection.collector, datasets, (refresher, variants.refresher))
        workers, templates = open_workers(stack), template_environment(PROJECT_FOLDER / "templates")
        compile_templates_later(templates, workers)
        gallery = await stack.enter_async_context(open_chart_renderer())
        walls = WallHub(
            boards=boards,
            reports=catalogue.reports,
            store=store,
            refresher=refresher,
            renderer=make_tile_renderer(settings, templates, catalogue, gallery, workers),
            clock=clock,
            version=project_version(),
        )
        troubles = BoardTroubles(boards, catalogue.reports, store, clock)
        yield Services(
            settings=settings,
            clock=clock,
            templates=templates,
            store=store,
            sources=query_sources,
            reports=catalogue.reports,
            views=catalogue.views,
            boards=boards,
            refresher=refresher,
            walls=walls,
            gallery=gallery,
            workers=workers,
            variants=variants,
            database=datasets.database,
            datasets=datasets,
            http_client=http_client,
            collector=collection.collector,
            fleet=await open_fleet(stack, settings, datasets.database, troubles, walls, clock),
        )


async def open_reading_store(stack: AsyncExitStack, settings: Settings, clock: Clock) -> Store:
    """Opens the store of readings, closed by `stack`."""
    store = await open_store(settings, clock)
    stack.push_async_callback(store.close)
    return store


async def open_database(stack: AsyncExitStack, settings: Settings) -> StateDatabase:
    """Opens the state database, closed by `stack`; one that does not answer does not stop a start."""
    database = await open_state_database(settings, must_answer=False)
    stack.push_async_callback(database.close)
    return database


def open_dataset_store(stack: AsyncExitStack, database: StateDatabase, clock: Clock) -> DatasetStore:
    """Opens the datasets, closed by `stack`."""
    datasets = DatasetStore(database, clock)
    datasets.start_polling()
    stack.push_async_callback(datasets.stop)
    return datasets


async def open_fleet(
    stack: AsyncExitStack,
    settings: Settings,
    database: StateDatabase,
    troubles: BoardTroubles,
    walls: WallHub,
    clock: Clock,
) -> ScreenFleet:
    """Opens what is stored and shown of screens, closed by `stack`."""
    fleet = open_screen_fleet(
        *(settings, database, troubles, walls.list_editions, walls.find_edition, walls.list_variants),
        version=project_version(),
        clock=clock,
    )
    opened = await stack.enter_async_context(fleet)
    opened.visitors.on_change = walls.move_walls
    return opened


@cache
def project_version() -> str:
    """Returns the version of what browsers load; walls with another one load their page again."""
    return asset_version(PROJECT_FOLDER / "templates", PROJECT_FOLDER / "static")


def open_workers(stack: AsyncExitStack) -> WorkerPool:
    """Opens the threads that build pages and files, closed by `stack`."""
    workers = WorkerPool(
        "Foyer",
        threads=WORKER_THREADS,
        max_pending=MAX_PENDING_PAGES,
        timeout=BUILD_TIMEOUT_SECONDS,
        error_type=Overloaded,
    )
    stack.push_async_callback(workers.close)
    return workers


def make_tile_renderer(
    settings: Settings, templates: Environment, catalogue: Catalogue, gallery: ChartRenderer, workers: WorkerPool
) -> TileRenderer:
    """Returns the tile renderer of this process."""
    return TileRenderer(
        templates=templates,
        views=catalogue.views,
        reports=catalogue.reports,
        zone=server_zone(settings),
        website=settings.website,
        demo=settings.demo,
        gallery=gallery,
        workers=workers,
    )
