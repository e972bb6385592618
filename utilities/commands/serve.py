"""The command `serve`: walls and pages."""

import gc
import logging
from collections.abc import Awaitable, Callable

from utilities.config.settings import Settings
from utilities.logs import log_to_stderr

log = logging.getLogger("foyer")


async def run_serve(settings: Settings, serve: Callable[[Settings], Awaitable[int]]) -> int:
    """Sets up logging and serves with `serve`; returns the exit code."""
    gc.disable()  # until the server is ready: nothing is garbage yet, and collecting takes a tenth of the start
    log_to_stderr(settings.log_level, settings.log_format, settings.redactor())
    for warning in settings.warnings:
        log.warning(warning)
    return await serve(settings)
