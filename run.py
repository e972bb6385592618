"""Foyer's command line: serve, demo, collect, check, schema, import-log, forget, export."""

import argparse
import asyncio
import gc
import json
import logging
import os
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from utilities.config.settings import Settings, read_settings
from utilities.logs import log_to_stderr
from utilities.model.errors import FoyerError

if TYPE_CHECKING:  # imported late, see serve_with
    from handlers.serving.server import BackgroundTask
    from utilities.pageviews.storage.interface import PageViewStore
    from utilities.services import Services

log = logging.getLogger("foyer")


def main(words: Sequence[str] | None = None) -> int:
    """Does what the words say; answers the exit code. What is wrong is said in sentences, never in a traceback."""
    options = parser().parse_args(words)
    os.umask(0o077)  # what Foyer writes is for its own user's eyes
    try:
        code: int = asyncio.run(options.command(options))
        return code
    except FoyerError as error:
        print(error, file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `run.py check | head`: nobody reads on, and Python would complain of that at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


def parser() -> argparse.ArgumentParser:
    whole = argparse.ArgumentParser(
        description="The screen in the entrance hall: a self-hosted office wall dashboard for web analytics.",
        epilog="Settings are environment variables, or lines of a file called .env; docs/settings.md has them all.",
    )
    whole.set_defaults(command=serve)
    commands = whole.add_subparsers(title="commands", metavar="command")
    for name, command, what in (
        ("serve", serve, "serve walls and pages, a demo while nothing is set (the same as no command)"),
        ("demo", demo, "serve the living office wall on the pretend internet, whatever is set"),
        ("collect", collect, "only count page views, without pages and walls"),
        ("check", check, "look over settings, boards and credentials, and ask everything one cheap question"),
        ("schema", schema, "print the JSON Schema of board files, for editors"),
    ):
        commands.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.").set_defaults(command=command)
    what = "count the pages that access logs tell of, as if the beacon had been there"
    logs = commands.add_parser("import-log", help=what, description=what.capitalize() + ".")
    logs.add_argument("--site", default="", help="whose logs they are, where they do not say which host was asked")
    logs.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="common, combined, vhost or JSON; gzip or not"
    )
    logs.set_defaults(command=import_log)
    keeping(commands)
    return whole


def keeping(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """What can be done with page views that are kept, while the server runs or not."""
    what = "forget page views for good: those to which everything given applies"
    less = commands.add_parser("forget", help=what, description=what.capitalize() + ".")
    less.add_argument("--visitor", type=int, help="the number of a visitor, as an export has it")
    less.add_argument("--path", default="", help="a page, like /jobs/42, or with * at its end all that begin so")
    less.add_argument("--before", type=date.fromisoformat, metavar="DAY", help="everything earlier than YYYY-MM-DD")
    less.add_argument("--site", default="", help="of this site only")
    less.set_defaults(command=forget)
    what = "write every page view to a file"
    out = commands.add_parser("export", help=what, description=what.capitalize() + ".")
    form = out.add_mutually_exclusive_group(required=True)
    form.add_argument("--csv", type=Path, metavar="FILE")
    form.add_argument("--parquet", type=Path, metavar="FILE")
    out.add_argument("--site", default="", help="of this site only")
    out.set_defaults(command=export)


async def serve(options: argparse.Namespace) -> int:
    settings = read_settings()
    return await (demo(options) if settings.unconfigured else serve_with(settings))


async def demo(options: argparse.Namespace) -> int:
    from demo.launch import LaunchError, launch, stop

    pretended = read_settings(pretended={})
    try:
        process, environment = await launch(pretended.data_dir)
    except LaunchError as error:
        print(error, file=sys.stderr)
        return 1
    try:
        return await serve_with(read_settings(pretended=environment), partial(enliven, process))
    finally:
        await stop(process)


async def enliven(process: Process, services: "Services", address: str) -> None:
    """Sends the pretend visitors to this Foyer, and counts what they did while it was not there: the last day first."""
    from demo.launch import past, visit
    from utilities.pageviews.log_import.command import import_logs

    collector = services.collector
    if collector is None:
        return
    visit(process, address)
    [(last,)] = await collector.views.query("SELECT max(moment) FROM page_views", {})
    now, day = services.clock(), timedelta(days=1)
    ends = [last, now] if last else [now - 29 * day, now - 8 * day, now - 2 * day, now - day, now]
    for since, until in reversed(list(pairwise(ends))):
        log_file = await past(process, since, until)
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
            log.info("Demo: %s page views since %s are made up.", f"{summary.new:,}", f"{since:%d %B}")
        collector.on_stored()


async def serve_with(settings: Settings, beside: "BackgroundTask | None" = None) -> int:
    gc.disable()  # until it has begun: nothing is garbage yet, and looking for it is a tenth of a start
    # Imported late: `check` and `schema` need none of it, and it is most of the time a start takes.
    from handlers.serving.server import serve_until_stopped

    log_to_stderr(settings.log_level, settings.log_format, settings.secrets())
    for remark in settings.remarks:
        log.warning(remark)
    return await serve_until_stopped(settings, beside)


async def collect(options: argparse.Namespace) -> int:
    from handlers.serving.collector_server import run_collector

    settings = read_settings()
    log_to_stderr(settings.log_level, settings.log_format, settings.secrets())
    return await run_collector(settings)


async def check(options: argparse.Namespace) -> int:
    from utilities.checkup import Finding, Health, findings
    from utilities.model.clock import utc_now

    settings = read_settings()
    log_to_stderr("ERROR", "text", settings.secrets())
    found = [Finding("settings", Health.WRONG, remark) for remark in settings.remarks]
    for finding in found or [Finding("settings", Health.WELL, "all of them can be understood")]:
        print(finding)
    async for finding in findings(settings, utc_now):
        found.append(finding)
        print(finding, flush=True)
    wrong = sum(finding.health is Health.WRONG for finding in found)
    print(f"{wrong} to mend." if wrong else "All is well.")
    if settings.unconfigured:
        print("Nothing is configured, so `run.py` serves a demo.")
    return bool(wrong)


async def import_log(options: argparse.Namespace) -> int:
    from utilities.model.clock import utc_now
    from utilities.pageviews.collection import open_sites
    from utilities.pageviews.log_import.command import import_logs
    from utilities.pageviews.storage.open import connect_or_open_store

    gc.freeze()  # what has been imported stays: looking through it is a twentieth of an import
    settings = read_settings()
    log_to_stderr("WARNING", "text", settings.secrets())
    sites, keep = open_sites(settings), await connect_or_open_store(settings, utc_now, small=True)
    found = import_logs(options.files, settings=settings, sites=sites, keep=keep, clock=utc_now, site=options.site)
    try:
        async for summary in found:
            print(*summary.sentences(), sep="\n", flush=True)
    except asyncio.CancelledError:
        print("Broken off: what has been read is kept, and the same command goes on from there.", file=sys.stderr)
        raise
    finally:
        await keep.close()
    return 0


async def forget(options: argparse.Namespace) -> int:
    from utilities.pageviews.storage.interface import DeleteRequest

    what = DeleteRequest(options.site, options.visitor, options.path, options.before)
    try:
        async with kept() as views:
            print(f"{await views.delete_rows(what):,} page views deleted.")
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


async def export(options: argparse.Namespace) -> int:
    from utilities.pageviews.storage.interface import ExportFormat

    file, form = (options.csv, ExportFormat.CSV) if options.csv else (options.parquet, ExportFormat.PARQUET)
    try:
        async with kept() as views:
            print(f"{await views.export_rows(file, form, options.site):,} page views are in {file}.")
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


@asynccontextmanager
async def kept() -> AsyncIterator["PageViewStore"]:
    """The page views; the server's, when one runs."""
    from utilities.model.clock import utc_now
    from utilities.pageviews.storage.open import connect_or_open_store

    settings = read_settings()
    log_to_stderr("WARNING", "text", settings.secrets())
    views = await connect_or_open_store(settings, utc_now)
    try:
        yield views
    finally:
        await views.close()


async def schema(options: argparse.Namespace) -> int:
    from utilities.config.boards.model import BoardFile

    print(json.dumps(BoardFile.model_json_schema(), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
