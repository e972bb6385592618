"""Foyer's command line. Each command is a module in utilities/commands and is imported only when it runs."""

import argparse
import asyncio
import os
import sys
from collections.abc import Awaitable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from utilities.config.environment import read_settings
from utilities.config.file_owners import check_data_owner
from utilities.config.settings import Settings
from utilities.logs import log_settings_faults, log_to_stderr, log_uncaught_errors
from utilities.model.errors import FoyerError, SettingsError
from utilities.runtime.process_end import end_process

if TYPE_CHECKING:
    from handlers.serving.server import BackgroundTask

SIMPLE_COMMANDS = {
    "serve": "serve walls and pages; a demo when nothing is configured (the same as no command)",
    "collect": "only count page views, without pages and walls",
    "send-notice": "send a test notice through every configured channel: mail, chat, webhook",
    "check": "check settings, boards and credentials, and send every source one cheap query",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns the exit code; errors are printed as sentences, never as a traceback."""
    options = build_parser().parse_args(arguments)
    os.umask(0o077)  # files that Foyer writes are for its own user only
    try:
        return asyncio.run(run_command(options))
    except FoyerError as error:
        is_server = options.command in ("serve", "collect", "demo")
        if is_server and isinstance(error, SettingsError) and error.log_format == "json":
            log_settings_faults(str(error))
        else:
            print(error, file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `run.py check | head`: nobody reads any more, and Python would report that at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


class CommandLine(argparse.ArgumentParser):
    """A parser that does not repeat what was typed: people paste secrets behind a command."""

    def error(self, message: str) -> NoReturn:
        argument, colon, _ = message.partition(": invalid ")
        if argument == "argument command":
            message = "there is no such command"
        elif colon:
            message = f"{argument} has a value that cannot be read"
        elif message.startswith("unrecognized"):
            message = "there is an option or an argument too many; settings are environment variables"
        self.print_usage(sys.stderr)
        self.exit(2, f"{self.prog}: {message}; see --help\n")


def build_parser() -> argparse.ArgumentParser:
    """Returns the parser of all commands."""
    parser = CommandLine(
        description="The screen in the entrance hall: a self-hosted office wall dashboard for web analytics.",
        epilog="Settings are environment variables, or lines of a file called .env; docs/settings.md has them all.",
    )
    commands = parser.add_subparsers(title="commands", metavar="command", dest="command")
    for name, summary in SIMPLE_COMMANDS.items():
        add_command(commands, name, summary)
    demo = add_command(commands, "demo", "serve the office wall on the simulated internet, whatever is configured")
    demo.add_argument(
        "--public",
        action="store_true",
        help="let everybody who can reach this port open the demo, as in a container; its figures are invented",
    )
    logs = add_command(commands, "import-log", "count the page views of access logs, as if the beacon had been there")
    logs.add_argument("--site", default="", help="the site of the logs, where they do not name the host")
    logs.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="any usual format, compressed or not; - for standard input"
    )
    forget = add_command(commands, "forget", "delete page views for good: those that match every option")
    forget.add_argument("--visitor", type=int, help="the number of a visitor, as in an export")
    forget.add_argument("--path", default="", help="a page, like /jobs/42; with * at the end all that begin so")
    forget.add_argument("--before", type=date.fromisoformat, metavar="DAY", help="everything earlier than YYYY-MM-DD")
    forget.add_argument("--site", default="", help="of this site only")
    schema = add_command(commands, "schema", "print the JSON Schema of board files or of the playlists, for editors")
    schema.add_argument("of", nargs="?", choices=("boards", "playlists"), default="boards")
    schedule = add_command(commands, "schedule", "say what hangs where and when, by the playlists; changes nothing")
    schedule.add_argument("name", metavar="SCREEN", help="a paired screen, or a playlist of boards/playlists.yaml")
    schedule.add_argument("--at", default="now", metavar="TIME", help='"Tue 17:45", "17:45", "2026-12-24 18:00"')
    schedule.add_argument("--zone", default="", help="like Europe/Berlin; the screen's or the server's when left out")
    export = add_command(commands, "export", "write every page view to a file")
    file_format = export.add_mutually_exclusive_group(required=True)
    file_format.add_argument("--csv", type=Path, metavar="FILE", help="for spreadsheets: no text begins a formula")
    file_format.add_argument("--raw-csv", type=Path, metavar="FILE", help="for programs: every text as it is stored")
    file_format.add_argument("--parquet", type=Path, metavar="FILE")
    export.add_argument("--site", default="", help="of this site only")
    push = add_command(commands, "push", "push rows into a dataset; needs only the database, and no server")
    push.add_argument("dataset", metavar="DATASET", help="the name of a dataset")
    push.add_argument("file", type=Path, metavar="FILE", help="JSON, a JSON object on each line, or CSV; - for input")
    push.add_argument("--replace", action="store_true", help="instead of all rows that are there")
    push.add_argument("--key", default="", help="a text for this push; with the same again it does nothing")
    push.add_argument("--schema", type=Path, metavar="FILE", help="declare the dataset first, as in this JSON file")
    parser.set_defaults(command="serve", public=False)
    return parser


def add_command(
    commands: "argparse._SubParsersAction[CommandLine]", name: str, summary: str
) -> argparse.ArgumentParser:
    """Adds a command with its summary as help and description."""
    return commands.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")


async def run_command(options: argparse.Namespace) -> int:
    """Imports and runs the command; returns the exit code."""
    if options.command == "schema":
        from utilities.commands.schema import run_schema

        return await run_schema(options.of)
    settings = read_settings(demo_env={} if options.command == "demo" else None, public_demo=options.public)
    try:
        return await run_with_settings(options, settings)
    except FoyerError as error:
        text = settings.redactor().mask_secrets(str(error))
        raise SettingsError(text, log_format=settings.log_format) from None


async def run_with_settings(options: argparse.Namespace, settings: Settings) -> int:
    """Imports and runs a command that needs the settings; returns the exit code."""
    if options.command == "demo":
        return await run_demo_command(public=options.public)
    if options.command == "check":
        from utilities.commands.check import run_check

        return await run_check(settings)
    if options.command == "send-notice":
        from utilities.commands.send_notice import run_send_notice

        return await run_send_notice(settings)
    if options.command == "schedule":
        from utilities.commands.schedule import run_schedule

        return await run_schedule(settings, options.name, options.at, options.zone)
    if options.command == "serve" and settings.unconfigured:
        from utilities.pageviews.own_figures import has_own_figures

        if not has_own_figures(settings):
            return await run_demo_command()
    check_data_owner(settings.data_dir)
    match options.command:
        case "import-log":
            from utilities.commands.import_log import run_import_log

            return await run_import_log(settings, options.files, options.site)
        case "forget":
            from utilities.commands.page_view_data import run_forget

            return await run_forget(settings, options.site, options.visitor, options.path, options.before)
        case "push":
            from utilities.commands.push import run_push

            return await run_push(settings, options)
        case "export":
            from utilities.commands.page_view_data import run_export

            return await run_export(settings, options.csv, options.parquet, options.site, options.raw_csv)
        case "collect":
            from handlers.serving.collector_server import run_collector
            from utilities.commands.serve import run_serve

            return await run_serve(settings, run_collector)
    return await run_serve_command(settings)


async def run_serve_command(settings: Settings, task: "BackgroundTask | None" = None) -> int:
    """Serves with these settings, and runs the task next to the server; returns the exit code."""
    from utilities.commands.serve import run_serve

    def serve(settings: Settings) -> Awaitable[int]:
        from handlers.serving.server import serve_until_stopped  # most of a start, so after gc.disable()

        return serve_until_stopped(settings, task)

    return await run_serve(settings, serve)


async def run_demo_command(*, public: bool = False) -> int:
    """Serves the demo, to this machine or to everybody; returns the exit code."""
    from demo import launch
    from utilities.commands.demo import run_demo

    settings = read_settings(demo_env={}, public_demo=public)
    log_to_stderr(settings.log_level, settings.log_format)  # before the simulated internet writes something
    demo_folder = settings.data_dir
    check_data_owner(demo_folder.parent)
    check_data_owner(demo_folder)
    try:
        return await run_demo(
            launch, lambda environment: read_settings(demo_env=environment, public_demo=public), run_serve_command
        )
    except launch.LaunchError as error:
        raise FoyerError(str(error)) from None


if __name__ == "__main__":
    log_uncaught_errors()
    end_process(main())
