"""Foyer's command line: serve, demo, check, schema."""

import argparse
import asyncio
import json
import logging
import os
import sys
from collections.abc import Sequence

from utilities.errors import FoyerError
from utilities.logs import log_to_stderr
from utilities.settings import Settings, read_settings

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
        (
            "serve",
            serve,
            "serve walls and pages, a demo while nothing is set (the same as no command)",
        ),
        ("demo", demo, "serve the living office wall on the pretend internet, whatever is set"),
        ("check", check, "look over settings, boards and credentials, and ask everything one cheap question"),
        ("schema", schema, "print the JSON Schema of board files, for editors"),
    ):
        commands.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.").set_defaults(command=command)
    return whole


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
        return await serve_with(read_settings(pretended=environment))
    finally:
        await stop(process)


async def serve_with(settings: Settings) -> int:
    # Imported late: `check` and `schema` need none of it, and it is most of the time a start takes.
    from handlers.server import serve

    log_to_stderr(settings.log_level, settings.log_format, settings.secrets())
    for remark in settings.remarks:
        log.warning(remark)
    return await serve(settings)


async def check(options: argparse.Namespace) -> int:
    from utilities.checkup import Finding, Health, findings
    from utilities.clock import utc_now

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


async def schema(options: argparse.Namespace) -> int:
    from utilities.boards.model import BoardFile

    print(json.dumps(BoardFile.model_json_schema(), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
