"""`run.py collect`: what it imports, and how it stops."""

import asyncio
import os
import signal
import socket
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from tornado.httpclient import AsyncHTTPClient

from tests.handlers.collect.conftest import AGENT
from tests.waiting import wait_until

ROOT = Path(__file__).parents[3]
NOT_NEEDED = """
    aiohttp alembic clickhouse_connect demo google googleapiclient httplib2 jinja2 joserfc limits numpy pandas
    playwright psycopg pyarrow redis sqlalchemy tqdm handlers.boards handlers.reports utilities.google
    utilities.reports utilities.services utilities.rendering.layout utilities.accounts utilities.sources
    utilities.store utilities.rendering.views utilities.rendering.walls
"""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.mark.slow
async def test_collector_process_imports_nothing_for_pages_walls_or_google():
    modules = "sys, run, handlers.serving.collector_server, utilities.pageviews.storage.duckdb_engine"
    code = f"import {modules}; print([n for n in {NOT_NEEDED.split()!r} if n in sys.modules])"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    assert output.strip() == b"[]"


async def is_counted(client: AsyncHTTPClient, url: str) -> bool:
    """Whether the server answers a page view."""
    with suppress(OSError):
        await client.fetch(f"{url}/a.gif?url=http://example.com/", headers={"User-Agent": AGENT})
        return True
    return False


@pytest.mark.slow
async def test_collects_until_sigterm_and_loses_nothing(tmp_path: Path):
    port = free_port()
    environment = {
        "ENV_FILE": "/dev/null",
        "PATH": os.environ["PATH"],
        "PORT": str(port),
        "DATA_DIR": str(tmp_path / "var"),
    }
    environment["BOARDS_DIR"] = str(tmp_path)
    for hits in (1, 2):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(ROOT / "run.py"), "collect"), cwd=tmp_path, env=environment
        )
        client, url = AsyncHTTPClient(force_instance=True), f"http://127.0.0.1:{port}"
        await wait_until(partial(is_counted, client, url))
        health = (await client.fetch(f"{url}/healthz")).body
        assert f'"rows": {hits}'.encode() in health
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 30) == 0
        client.close()
