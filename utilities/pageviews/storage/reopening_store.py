"""A page-view store that is opened again when it breaks, and as soon as it can be when it is absent at the start."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from utilities.model.errors import SettingsError, StoreDown, Unavailable
from utilities.pageviews import PageView
from utilities.pageviews.storage.dropped_hits import DroppedHits
from utilities.pageviews.storage.interface import DeleteRequest, ExportFormat, PageViewStore
from utilities.runtime.outage_log import OutageLog, mark_logged
from utilities.runtime.supervised_loop import Sleep, SupervisedLoop

log = logging.getLogger(__name__)

REOPEN_SECONDS = 2.0  # between two tries to open it, and two looks whether it is broken

OpenStore = Callable[[], Awaitable[PageViewStore]]
Prepare = Callable[[], Awaitable[None]]
"""Reads from the store what the process must have before it stores a page view."""


class ReopeningPageViewStore:
    """Passes everything to the store that is open. While none is, hits and queries fail at once.

    A store is broken when its engine no longer works, or its files were deleted or replaced.
    """

    def __init__(self, engine: str, open_store: OpenStore, *, sleep: Sleep = asyncio.sleep) -> None:
        self.engine = engine
        self.store: PageViewStore | None = None
        self.outage = OutageLog(log, "Page views cannot be stored", "Page views are stored again")
        self._prepare: Prepare | None = None
        self._is_preparing = False
        self._open_store = open_store
        self._sleep = sleep
        self._loop: SupervisedLoop | None = None

    async def start(self) -> None:
        """Opens the store, or tries again and again; raises SettingsError when a person must change something."""
        await self._try_open()
        self._loop = SupervisedLoop.every(REOPEN_SECONDS, "page views: reopen", self._reopen, sleep=self._sleep)

    async def _try_open(self) -> None:
        try:
            self.store = await self._open_store()
        except (StoreDown, Unavailable) as error:
            self.outage.record_failure(str(error))
        else:
            await self._run_prepare()
            self.outage.record_success()

    async def prepare_with(self, prepare: Prepare) -> None:
        """Calls `prepare` once: now if the store is open, otherwise as soon as it is. Page views are refused meanwhile,
        because they would be counted without what it reads."""
        self._prepare = prepare
        if self.store is not None:
            await self._run_prepare()

    async def _run_prepare(self) -> None:
        prepare, self._prepare = self._prepare, None
        if prepare is None:
            return
        self._is_preparing = True
        try:
            await prepare()
        finally:
            self._is_preparing = False

    async def _reopen(self) -> None:
        if self.store is not None and (reason := self.store.broken_reason()):
            self.outage.record_failure(reason)
            broken, self.store = self.store, None
            with contextlib.suppress(StoreDown):
                await broken.close()
        if self.store is None:
            try:
                await self._try_open()
            except SettingsError as error:
                self.outage.record_failure(str(error))

    def broken_reason(self) -> str:
        """Returns an empty string: this one repairs itself."""
        return ""

    def opened_store(self) -> PageViewStore:
        """Returns the store that is open; raises StoreDown."""
        if self.store is None:
            raise mark_logged(
                StoreDown(f"Page views cannot be stored: {self.outage.reason or 'the store is not open yet'}")
            )
        return self.store

    async def add_views(self, views: Sequence[PageView]) -> None:
        if self._is_preparing:
            raise mark_logged(StoreDown("Page views cannot be stored: the store is being opened."))
        await self.opened_store().add_views(views)

    async def load_row_file(self, row_file: Path) -> int:
        return await self.opened_store().load_row_file(row_file)

    async def add_dropped_hits(self, dropped: Sequence[DroppedHits]) -> None:
        await self.opened_store().add_dropped_hits(dropped)

    async def query(self, sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        if self.store is None:
            raise mark_logged(Unavailable(f"The page-view store is not open: {self.outage.reason}"))
        return await self.store.query(sql, values)

    async def delete_rows(self, request: DeleteRequest) -> int:
        return await self.opened_store().delete_rows(request)

    async def export_rows(self, file: Path, format: ExportFormat, site: str = "", *, raw: bool = False) -> int:
        return await self.opened_store().export_rows(file, format, site, raw=raw)

    def health(self) -> Mapping[str, object]:
        if self.store is not None and not self._is_preparing:
            return self.store.health()
        return {"answers": False, "waiting": 0, "room": 0, "last_commit": None, "engine": self.engine, "rows": None}

    async def close(self) -> None:
        if self._loop is not None:
            await self._loop.stop()
        if self.store is not None:
            await self.store.close()
            self.store = None
