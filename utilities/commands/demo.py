"""The command `demo`: Foyer on the simulated internet, with visitors."""

import logging
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Protocol

from utilities.config.settings import Settings
from utilities.pageviews.collection import DEMO_SITE_NAME
from utilities.pageviews.log_import.command import import_logs
from utilities.services import Services

log = logging.getLogger("foyer")


class DemoInternet(Protocol):
    """The functions of `demo.launch`, which utilities may not import."""

    async def launch_internet(self, data_dir: Path, /) -> tuple[Process, dict[str, str]]: ...
    async def stop_internet(self, process: Process, /) -> None: ...
    async def request_access_log(self, process: Process, since: datetime, until: datetime, /) -> Path | None: ...
    def send_visitors(self, process: Process, address: str, /) -> None: ...


ServeWithTask = Callable[[Settings, Callable[[Services, str], Coroutine[None, None, None]]], Awaitable[int]]


async def run_demo(
    internet: DemoInternet, read_demo_settings: Callable[[Mapping[str, str]], Settings], serve: ServeWithTask
) -> int:
    """Starts the simulated internet, serves with its settings, and stops it; returns the exit code."""
    process, environment = await internet.launch_internet(read_demo_settings({}).data_dir)
    try:

        async def simulate(services: Services, address: str) -> None:
            await simulate_visitors(internet, process, services, address)

        return await serve(read_demo_settings(environment), simulate)
    finally:
        await internet.stop_internet(process)


async def simulate_visitors(internet: DemoInternet, process: Process, services: Services, address: str) -> None:
    """Sends simulated visitors to the server, and imports their visits of the past weeks, the last day first."""
    collector = services.collector
    internet.send_visitors(process, address)
    query = "SELECT max(moment) FROM page_views WHERE site = $site"
    [(last,)] = await collector.views.query(query, {"site": DEMO_SITE_NAME})
    now, day = services.clock(), timedelta(days=1)
    moments = [last, now] if last else [now - 29 * day, now - 8 * day, now - 2 * day, now - day, now]
    for since, until in reversed(list(pairwise(moments))):
        log_file = await internet.request_access_log(process, since, until)
        if log_file is None:
            return
        async for summary in import_logs(
            [log_file],
            settings=services.settings,
            sites=collector.sites,
            keep=collector.views,
            clock=services.clock,
            quiet=True,
            pause=0.005,
        ):
            log.info("Demo: %s simulated page views since %s.", f"{summary.new:,}", f"{since:%d %B}")
        collector.on_stored()
