"""The door to a page-view store that another process on this machine owns, for commands while the server runs."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from utilities.model.errors import FoyerError, StoreDown
from utilities.pageviews import PageView
from utilities.pageviews.storage.interface import DeleteRequest, ExportFormat, Keeping
from utilities.pageviews.storage.local_socket_codec import LONGEST, error_of, line, message, told

GONE = "The process that owns the page views has ended."


@asynccontextmanager
async def doorway(folder: Path, name: str) -> AsyncIterator[str]:
    """A path to `folder/name` of less than the 108 bytes that a socket's address has, wherever the folder is."""
    whole = str(folder / name)
    if len(os.fsencode(whole)) < 100:
        yield whole
        return
    held = os.open(folder, os.O_RDONLY)
    try:
        yield f"/proc/self/fd/{held}/{name}"  # Linux; elsewhere DATA_DIR has to be shorter
    finally:
        os.close(held)


class Door:
    """Lets other processes of the same user in; who may open the socket is who may open the file beside it."""

    def __init__(self, views: Keeping) -> None:
        self.views = views
        self.server: asyncio.Server | None = None
        self.inside: set[asyncio.StreamWriter] = set()

    async def open(self, socket: Path) -> None:
        async with doorway(socket.parent, socket.name) as path:
            # What is there was left by a process that was killed: the file beside it is ours by now.
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)  # noqa: PTH108 (as are the paths of asyncio)
            self.server = await asyncio.start_unix_server(self.serve, path, limit=LONGEST)
            os.chmod(path, 0o600)  # noqa: PTH101

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One caller, one request after the other."""
        self.inside.add(writer)
        with contextlib.suppress(ConnectionError, ValueError):
            while request := await reader.readline():
                writer.write(line(await self.answer(message(request))))
                await writer.drain()
        self.inside.discard(writer)
        writer.close()

    async def answer(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            return {"answer": await self.do(**request)}
        except (FoyerError, ValueError, TypeError, OSError) as error:
            return told(error)

    async def do(self, what: str, **given: Any) -> Any:
        match what:
            case "add":
                return await self.views.add_views([PageView(**each) for each in given["views"]])
            case "load":
                return await self.views.load_row_file(Path(given["lot"]))
            case "ask":
                return await self.views.query(given["sql"], given["values"])
            case "forget":
                return await self.views.delete_rows(DeleteRequest(**given))
            case "export":
                return await self.views.export_rows(Path(given["file"]), ExportFormat(given["form"]), given["site"])
            case "health":
                return self.views.health()
        raise ValueError(f"nobody here can {what}")

    async def close(self) -> None:
        if self.server:
            self.server.close()
            self.server = None
        for writer in self.inside:
            writer.close()


class Neighbour:
    """The page-view store of the process behind the door; one request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.turn = asyncio.Lock()

    async def call(self, what: str, **given: Any) -> Any:
        """What the owner answers, or raises; StoreDown when it has gone."""
        async with self.turn:
            try:
                self.writer.write(line({"what": what, **given}))
                await self.writer.drain()
                answer = message(await self.reader.readuntil())
            except (ConnectionError, asyncio.IncompleteReadError) as error:
                raise StoreDown(GONE) from error
        if "error" in answer:
            raise error_of(answer)
        return answer["answer"]

    async def add(self, views: Sequence[PageView]) -> None:
        await self.call("add", views=[view._asdict() for view in views])

    async def load(self, lot: Path) -> int:
        return int(await self.call("load", lot=str(here() / lot)))

    async def ask(self, sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await self.call("ask", sql=sql, values=dict(values))]

    async def forget(self, what: DeleteRequest) -> int:
        return int(await self.call("forget", **asdict(what)))

    async def export(self, file: Path, form: ExportFormat, site: str = "") -> int:
        return int(await self.call("export", file=str(here() / file), form=form, site=site))

    def health(self) -> Mapping[str, object]:
        return {"engine": "duckdb", "answers": not self.writer.is_closing()}

    async def close(self) -> None:
        self.writer.close()
        with contextlib.suppress(ConnectionError):
            await self.writer.wait_closed()


def here() -> Path:
    """The owner may have been started elsewhere."""
    return Path.cwd()


async def knock(socket: Path) -> Neighbour | None:
    """The store behind the door, or None when nobody opens."""
    async with doorway(socket.parent, socket.name) as path:
        try:
            return Neighbour(*await asyncio.open_unix_connection(path, limit=LONGEST))
        except (ConnectionError, FileNotFoundError):
            return None
