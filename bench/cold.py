"""A first query of `top-pages` with 300 ms of latency everywhere, compared with its slowest single chain of calls."""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.processes import internet, misbehave
from bench.results import Result
from utilities import sources
from utilities.config.discovery import discover_units
from utilities.config.environment import read_settings
from utilities.config.settings import Settings
from utilities.model.clock import utc_now
from utilities.reports import Report
from utilities.reports.top_pages import PAGES_QUERY, REPORT, page_urls
from utilities.shares import providers as shares
from utilities.shares.providers import Provider
from utilities.sources import SourceType, open_sources
from utilities.sources.social import ShareQuery

LATENCY = 0.3
ROUNDS = 3
PROVIDERS = discover_units(shares, "PROVIDER", Provider)


async def time_query(settings: Settings, report: Report | None) -> float:
    """Returns the seconds of the report, or of one chain, with new sources."""
    opened = await open_sources(discover_units(sources, "SOURCE", SourceType), settings, utc_now)
    try:
        began = time.perf_counter()
        if report is not None:
            async for _ in report.fetch_frames(opened):
                pass
        else:
            pages = await opened.fetch_frame("ga4", PAGES_QUERY)
            await opened.fetch_frame("social", ShareQuery(tuple(page_urls(settings.website, pages).values())))
        return time.perf_counter() - began
    finally:
        await opened.close()


def time_first_query(folder: Path, provider: Provider | None) -> float:
    """Returns the seconds with a new simulated internet: of the report, or of the chain of one network."""
    with internet(folder) as environment:
        misbehave(environment, "/", kind="latency", seconds=LATENCY)
        environment["DATA_DIR"] = tempfile.mkdtemp(dir=folder)  # the counts are cached there
        if provider is not None:
            for key in {key for other in PROVIDERS for key in other.keys} - set(provider.keys):
                environment.pop(key, None)
            environment["SHARE_PROVIDERS"] = provider.name
        return asyncio.run(time_query(read_settings(environment, env_file=None), None if provider else REPORT))


def measure(folder: Path) -> Iterator[Result]:
    """Yields one result; a chain is Google's token and page report, then ten pages at one network within its rate."""
    report = sorted(time_first_query(folder, None) for _ in range(ROUNDS))[ROUNDS // 2]
    chains = {provider.name: time_first_query(folder, provider) for provider in PROVIDERS}
    slowest = max(chains, key=lambda name: chains[name])
    others = sorted(chains.values())[:-1]
    yield Result(
        "cold `top-pages`, every server at 300 ms, compared with its slowest single chain of calls",
        report / chains[slowest],
        "<=",
        1.15,
        f"{report:.2f} s and {chains[slowest]:.2f} s ({slowest}, which allows four queries a second); "
        f"the other {len(others)} networks' chains take {others[0]:.2f} to {others[-1]:.2f} s",
    )
