"""The datasets of a process: every call is one transaction, and changes by any process are noticed."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import Connection, select

from utilities.accounts.database.connection import StateDatabase
from utilities.accounts.database.dataset_tables import datasets
from utilities.datasets.cells import CheckedRow, RowsRefused
from utilities.datasets.declarations import (
    Dataset,
    Declaration,
    declare_dataset,
    find_dataset,
    list_datasets,
    remove_dataset,
)
from utilities.datasets.pushes import (
    PushAnswer,
    PushMode,
    RequestKey,
    decode_rows,
    delete_rows,
    prepare_rows,
    read_last_rows,
    read_rows,
    store_failure,
    store_push,
)
from utilities.datasets.schema import DatasetSchema
from utilities.model.clock import Clock
from utilities.model.errors import StateDown
from utilities.model.frames import Value
from utilities.runtime.supervised_loop import SupervisedLoop

log = logging.getLogger("foyer.datasets")

CHANGE_POLL_SECONDS = 1.0  # until the figures of a push through another process are on the walls


class DatasetStore:
    """Declares datasets and stores what is pushed; `on_change` gets the names of those that have changed."""

    def __init__(self, database: StateDatabase, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self.on_change: Callable[[set[str]], None] = lambda names: None
        self._revisions: dict[str, int] = {}
        self._loop: SupervisedLoop | None = None

    def start_polling(self) -> None:
        """Follows what other processes push."""
        self._loop = SupervisedLoop.every(CHANGE_POLL_SECONDS, "datasets: changes", self.check_changes)

    async def stop(self) -> None:
        """Stops the loop."""
        if self._loop is not None:
            await self._loop.stop()

    async def check_changes(self) -> None:
        """Calls `on_change` with the datasets whose revision differs from the last check."""
        query = select(datasets.c.name, datasets.c.revision)
        try:
            rows = await self.database.run(lambda connection: connection.execute(query).all())
        except StateDown as error:
            log.debug("cannot see what was pushed: %s", error)  # the database logs its outages
            return
        revisions = {row.name: row.revision for row in rows}
        changed = {name for name, _ in revisions.items() ^ self._revisions.items()}
        self._revisions = revisions
        if changed:
            self.on_change(changed)

    async def list_all(self) -> list[Dataset]:
        """Returns all datasets by name. Raises StateDown."""
        return await self.database.run(list_datasets)

    async def find(self, name: str) -> Dataset:
        """Returns a dataset. Raises NoDataset and StateDown."""
        return await self.database.run(lambda connection: find_dataset(connection, name))

    async def declare(self, name: str, schema: DatasetSchema, who: str, *, migrate: bool = False) -> Declaration:
        """Finds, creates or changes a dataset, as `declare_dataset`. Raises StateDown too."""
        now = self.clock()
        declared = await self.database.run(
            lambda connection: declare_dataset(connection, name, schema, who, now, migrate=migrate)
        )
        await self.check_changes()
        return declared

    async def remove(self, name: str) -> None:
        """Removes a dataset with its rows, as `remove_dataset`. Raises StateDown too."""
        await self.database.run(lambda connection: remove_dataset(connection, name))
        await self.check_changes()

    async def push(
        self, name: str, rows: Sequence[object], mode: PushMode, who: str, request: RequestKey | None = None
    ) -> PushAnswer:
        """Stores all rows or none; a push that is refused is visible until the next one.

        Raises NoDataset, RowsRefused, KeyReused and StateDown.
        """
        now, dataset = self.clock(), await self.find(name)
        try:
            prepared = await asyncio.to_thread(prepare_rows, rows, dataset.schema)
            answer = await self.database.run(
                lambda connection: store_push(connection, dataset, prepared, mode, who, now, request)
            )
        except RowsRefused as error:
            await self.record_failure(name, str(error))
            raise
        await self.check_changes()
        return answer

    async def record_failure(self, name: str, reason: str) -> None:
        """Remembers that a push was refused. Raises StateDown."""
        now = self.clock()
        await self.database.run(lambda connection: store_failure(connection, name, reason, now))
        await self.check_changes()

    async def delete_rows(self, name: str, where: Mapping[str, Value]) -> PushAnswer:
        """Deletes the rows with these values. Raises NoDataset and StateDown."""
        answer = await self.database.run(lambda connection: delete_rows(connection, name, where))
        await self.check_changes()
        return answer

    async def read_rows(
        self, name: str, after: int = 0, limit: int | None = None
    ) -> tuple[Dataset, list[tuple[int, CheckedRow]]]:
        """Returns a dataset, and its rows after a number. Raises NoDataset and StateDown."""

        def read(connection: Connection) -> tuple[Dataset, list[tuple[int, str]]]:
            dataset = find_dataset(connection, name)
            return dataset, read_rows(connection, dataset, after, limit)

        dataset, rows = await self.database.run(read)
        # Not in the thread of the database: others wait for it, and a transaction has a deadline.
        return dataset, await asyncio.to_thread(decode_rows, rows, dataset.schema)

    async def read_last_rows(self, name: str, limit: int) -> tuple[Dataset, list[CheckedRow]]:
        """Returns a dataset and its newest rows. Raises NoDataset and StateDown."""

        def read(connection: Connection) -> tuple[Dataset, list[CheckedRow]]:
            dataset = find_dataset(connection, name)
            return dataset, read_last_rows(connection, dataset, limit)

        return await self.database.run(read)
