"""Opens the sources of a serving process, and tells its refreshers when one of them has new rows."""

from collections.abc import Sequence
from contextlib import AsyncExitStack

from utilities.catalogue import Catalogue
from utilities.config.settings import Settings
from utilities.datasets.figures import DatasetQuery
from utilities.datasets.store import DatasetStore
from utilities.model.clock import Clock
from utilities.pageviews.collect.collector import Collector
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


def refresh_new_rows(collector: Collector, datasets: DatasetStore, refreshers: Sequence[Refresher]) -> None:
    """Lets all refreshers know of each stored page view, and of each change of a dataset."""

    def notify_page_view() -> None:
        for refresher in refreshers:
            refresher.notify_page_view()

    def refresh_datasets(names: set[str]) -> None:
        def shows_one(report: Report) -> bool:
            return isinstance(report.query, DatasetQuery) and report.query.dataset in names

        for refresher in refreshers:
            refresher.refresh_reports(shows_one, ends_wait=True)

    collector.on_stored = notify_page_view
    datasets.on_change = refresh_datasets
