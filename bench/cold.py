"""Cold `top-pages` with every upstream at 300 ms, against the slowest single chain of calls it is made of."""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.processes import internet, misbehave
from bench.results import Result
from utilities import sources
from utilities.config.discovery import discover_units
from utilities.config.settings import Settings, read_settings
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


async def timed(settings: Settings, report: Report | None) -> float:
    """Seconds of the whole report, or of one chain, on sources that have never asked anything."""
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


def fresh(folder: Path, provider: Provider | None) -> float:
    """Seconds on a pretend internet that has never been asked: the report, or the chain of one network by itself."""
    with internet(folder) as environment:
        misbehave(environment, "/", doing="latency", seconds=LATENCY)
        environment["DATA_DIR"] = tempfile.mkdtemp(dir=folder)  # networks remember their counts there
        if provider is not None:
            for key in {key for other in PROVIDERS for key in other.keys} - set(provider.keys):
                environment.pop(key, None)
            environment["SHARE_PROVIDERS"] = provider.name
        return asyncio.run(timed(read_settings(environment, env_file=None), None if provider else REPORT))


def measure(folder: Path) -> Iterator[Result]:
    """The chain is Google's token and page report, then the ten pages asked of one network, at the network's pace."""
    whole = sorted(fresh(folder, None) for _ in range(ROUNDS))[ROUNDS // 2]
    chains = {provider.name: fresh(folder, provider) for provider in PROVIDERS}
    slowest = max(chains, key=lambda name: chains[name])
    others = sorted(chains.values())[:-1]
    yield Result(
        "cold `top-pages`, every upstream at 300 ms, beside its slowest single chain of calls",
        whole / chains[slowest],
        "<=",
        1.15,
        f"{whole:.2f} s and {chains[slowest]:.2f} s ({slowest}, which allows four questions a second); "
        f"the other {len(others)} networks' chains take {others[0]:.2f} to {others[-1]:.2f} s",
    )
