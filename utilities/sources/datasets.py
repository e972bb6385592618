"""The source of datasets: what other programs have pushed."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace

from utilities.config.settings import Settings
from utilities.datasets.declarations import NoDataset
from utilities.datasets.figures import DatasetQuery, build_dataset_frame
from utilities.datasets.schema import MAX_KEPT_ROWS
from utilities.datasets.store import DatasetStore
from utilities.model.clock import Clock
from utilities.model.errors import SourceMisconfigured, StateDown, Unavailable
from utilities.model.frames import Frame
from utilities.sources import Source, SourceType, check_param_text, parse_row_limit

MAX_DATASET_FRAME_ROWS = 10_000


class DatasetSource:
    """Queries the datasets of the state database."""

    def __init__(self, store: DatasetStore) -> None:
        self.store = store

    async def fetch_frame(self, query: DatasetQuery) -> Frame:
        """Returns the frame for one query; raises SourceError."""
        if not 1 <= query.limit <= MAX_DATASET_FRAME_ROWS:
            raise SourceMisconfigured(f"`limit` must be from 1 to {MAX_DATASET_FRAME_ROWS}")
        try:
            dataset, rows = await self.store.read_rows(query.dataset, limit=MAX_KEPT_ROWS)
        except NoDataset:
            raise SourceMisconfigured(
                f"there is no dataset {query.dataset!r} yet: declare it, see docs/push.md", retry_after=30.0
            ) from None
        except StateDown as error:
            raise Unavailable("the state database does not answer") from error
        return await asyncio.to_thread(build_dataset_frame, dataset, [values for _, values in rows], query)

    def parameter_names(self, query: DatasetQuery) -> Collection[str]:
        return ("parent",)

    def can_compare(self, query: DatasetQuery) -> bool:
        return False

    def with_params(self, query: DatasetQuery, params: Mapping[str, str], *, compare: bool = False) -> DatasetQuery:
        """Returns the query for one parent's rows; raises ParameterError for invalid parameters."""
        parent = params.get("parent", "")
        check_param_text("parent", parent)
        limit = parse_row_limit(params, query.limit, MAX_DATASET_FRAME_ROWS)
        return replace(query, parent=parent or query.parent, limit=limit)

    async def check(self) -> str:
        """Returns how many datasets there are, and which are late."""
        try:
            datasets = await self.store.list_all()
        except StateDown as error:
            raise Unavailable("the state database does not answer") from error
        now = self.store.clock()
        late = [each.name for each in datasets if each.is_late(now)]
        words = f"; nothing was pushed in time to {', '.join(late[:5])}" if late else ""
        return f"{len(datasets)} datasets{words}"

    def slowdown(self) -> float:
        return 1.0

    def health(self) -> Mapping[str, object]:
        return {}

    async def close(self) -> None:
        """Does nothing: the database is closed by its owner."""


class RemoteDatasetSource(DatasetSource):
    """The source in a process that has not opened the state database: opens it for each query."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock

    async def fetch_frame(self, query: DatasetQuery) -> Frame:
        async with self._open_source() as source:
            return await source.fetch_frame(query)

    async def check(self) -> str:
        async with self._open_source() as source:
            return await source.check()

    @asynccontextmanager
    async def _open_source(self) -> AsyncIterator[DatasetSource]:
        # Imported late: a serving process has its own source.
        from utilities.accounts.database.connection import open_state_database

        database = await open_state_database(self.settings, must_answer=False)
        try:
            yield DatasetSource(DatasetStore(database, self.clock))
        finally:
            await database.close()


async def open_datasets(settings: Settings, clock: Clock) -> Source:
    """Returns a source; a process that has opened the state database replaces it by its own."""
    return RemoteDatasetSource(settings, clock)


FIELD_HINTS: Mapping[str, str] = {
    "rows": "Write `limit` instead of `rows`.",
    "filter": "Write `where: {column: value}` instead of `filter`.",
}

SOURCE = SourceType("datasets", DatasetQuery, open_datasets, "", "pushed figures", FIELD_HINTS)
