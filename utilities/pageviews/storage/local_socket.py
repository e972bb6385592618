"""Access to a page-view store that another process of this machine owns, through a Unix socket."""

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
from utilities.pageviews.storage.dropped_hits import DroppedHits
from utilities.pageviews.storage.interface import DeleteRequest, ExportFormat, PageViewStore
from utilities.pageviews.storage.local_socket_codec import (
    MAX_MESSAGE_BYTES,
    decode_error,
    decode_message,
    encode_error,
    encode_message,
)

OWNER_ENDED_TEXT = "The process that owns the page views has ended."
MAX_SOCKET_PATH_BYTES = 100  # a socket's address has room for 108, with the closing NUL


@asynccontextmanager
async def short_socket_path(folder: Path, name: str) -> AsyncIterator[str]:
    """Yields a path to `folder/name` that is short enough for a socket's address."""
    path = str(folder / name)
    if len(os.fsencode(path)) < MAX_SOCKET_PATH_BYTES:
        yield path
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        yield f"/proc/self/fd/{descriptor}/{name}"  # Linux; elsewhere DATA_DIR must be shorter
    finally:
        os.close(descriptor)


class LocalStoreServer:
    """Serves the store to other processes of the same user: the socket has the permissions of the file next to it."""

    def __init__(self, store: PageViewStore) -> None:
        self.store = store
        self.server: asyncio.Server | None = None
        self.connections: set[asyncio.StreamWriter] = set()

    async def listen(self, socket: Path) -> None:
        """Opens the socket; raises OSError."""
        async with short_socket_path(socket.parent, socket.name) as path:
            # A socket that exists is left over from a killed process: this one has the lock on the file.
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)  # noqa: PTH108 (as are the paths of asyncio)
            self.server = await asyncio.start_unix_server(self._serve_connection, path, limit=MAX_MESSAGE_BYTES)
            os.chmod(path, 0o600)  # noqa: PTH101

    async def _serve_connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers the requests of one client, one after the other."""
        self.connections.add(writer)
        with contextlib.suppress(ConnectionError, ValueError):
            while request := await reader.readline():
                answer = await self._answer_request(await asyncio.to_thread(decode_message, request))
                writer.write(await asyncio.to_thread(encode_message, answer))
                await writer.drain()
        self.connections.discard(writer)
        writer.close()

    async def _answer_request(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            return {"answer": await self._call_store(**request)}
        except (FoyerError, ValueError, TypeError, OSError) as error:
            return encode_error(error)

    async def _call_store(self, method: str, **arguments: Any) -> Any:
        match method:
            case "add_views":
                return await self.store.add_views([PageView(**view) for view in arguments["views"]])
            case "load_row_file":
                return await self.store.load_row_file(Path(arguments["row_file"]))
            case "add_dropped_hits":
                return await self.store.add_dropped_hits([DroppedHits(*each) for each in arguments["dropped"]])
            case "query":
                return await self.store.query(arguments["sql"], arguments["values"])
            case "delete_rows":
                return await self.store.delete_rows(DeleteRequest(**arguments))
            case "export_rows":
                format = ExportFormat(arguments["format"])
                return await self.store.export_rows(
                    Path(arguments["file"]), format, arguments["site"], raw=arguments.get("raw", False)
                )
        raise ValueError(f"there is no method {method}")

    async def close(self) -> None:
        if self.server:
            self.server.close()
            self.server = None
        for writer in self.connections:
            writer.close()


class LocalStoreClient:
    """The page-view store of the process behind the socket; one request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.lock = asyncio.Lock()

    async def _call_owner(self, method: str, **arguments: Any) -> Any:
        """Returns or raises what the owner does; StoreDown when the owner has ended."""
        async with self.lock:
            try:
                self.writer.write(encode_message({"method": method, **arguments}))
                await self.writer.drain()
                answer = decode_message(await self.reader.readuntil())
            except (ConnectionError, asyncio.IncompleteReadError) as error:
                raise StoreDown(OWNER_ENDED_TEXT) from error
        if "error" in answer:
            raise decode_error(answer)
        return answer["answer"]

    async def add_views(self, views: Sequence[PageView]) -> None:
        await self._call_owner("add_views", views=[view._asdict() for view in views])

    async def load_row_file(self, row_file: Path) -> int:
        return int(await self._call_owner("load_row_file", row_file=absolute_path(row_file)))

    async def add_dropped_hits(self, dropped: Sequence[DroppedHits]) -> None:
        await self._call_owner("add_dropped_hits", dropped=dropped)

    async def query(self, sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await self._call_owner("query", sql=sql, values=dict(values))]

    async def delete_rows(self, request: DeleteRequest) -> int:
        return int(await self._call_owner("delete_rows", **asdict(request)))

    async def export_rows(self, file: Path, format: ExportFormat, site: str = "", *, raw: bool = False) -> int:
        return int(await self._call_owner("export_rows", file=absolute_path(file), format=format, site=site, raw=raw))

    def broken_reason(self) -> str:
        return ""

    def health(self) -> Mapping[str, object]:
        return {"engine": "duckdb", "answers": not self.writer.is_closing()}

    async def close(self) -> None:
        self.writer.close()
        with contextlib.suppress(ConnectionError):
            await self.writer.wait_closed()


def absolute_path(file: Path) -> str:
    """Returns the path for the owner, whose working folder may be another one."""
    return str(file.absolute())


async def connect_local_store(socket: Path) -> LocalStoreClient | None:
    """Returns the store behind the socket, or None when no process listens."""
    async with short_socket_path(socket.parent, socket.name) as path:
        try:
            return LocalStoreClient(*await asyncio.open_unix_connection(path, limit=MAX_MESSAGE_BYTES))
        except (ConnectionError, FileNotFoundError):
            return None
