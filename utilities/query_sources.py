"""Opens the sources of a serving process, and tells its refreshers when one of them has new rows."""

from collections.abc import Callable
from contextlib import AsyncExitStack

from utilities.catalogue import Catalogue
from utilities.config.settings import Settings
from utilities.datasets.figures import DatasetQuery
from utilities.datasets.store import DatasetStore
from utilities.model.clock import Clock
from utilities.pageviews.collection import Collection
from utilities.refresh.refresher import Refresher
from utilities.reports import Report
from utilities.sources import Source, Sources, open_sources
from utilities.sources.datasets import DatasetSource
from utilities.sources.pageviews import PageViewSource


async def open_query_sources(
    stack: AsyncExitStack,
    catalogue: Catalogue,
    collection: Collection,
    datasets: DatasetStore,
    settings: Settings,
    clock: Clock,
) -> Sources:
    """Opens the configured sources, closed by `stack`, and adds the page views and the datasets of this process."""
    source_kinds = tuple(catalogue.kinds.values())
    opened = await open_sources(source_kinds, settings, clock)
    stack.push_async_callback(opened.close)
    own: dict[str, Source] = {
        "datasets": DatasetSource(datasets),
        "pageviews": PageViewSource(
            collection.views,
            collection.sites,
            clock,
            settings.look_back_days,
            settings.address,
            collection.collector.warnings,
        ),
    }
    all_sources = dict(opened.configured) | {name: own[name] for name in own.keys() & catalogue.kinds.keys()}
    return Sources(source_kinds, all_sources, settings.website, clock, opened.redactor)


def make_hit_listener(*refreshers: Refresher) -> Callable[[], None]:
    """Returns the function to call after each stored page view: it tells every refresher."""

    def notify_refreshers() -> None:
        for refresher in refreshers:
            refresher.notify_page_view()

    return notify_refreshers


def make_push_listener(*refreshers: Refresher) -> Callable[[set[str]], None]:
    """Returns the function to call with the names of datasets that have changed: their reports are refreshed."""

    def refresh_datasets(names: set[str]) -> None:
        def shows_one(report: Report) -> bool:
            return isinstance(report.query, DatasetQuery) and report.query.dataset in names

        for refresher in refreshers:
            refresher.refresh_reports(shows_one, ends_wait=True)

    return refresh_datasets
