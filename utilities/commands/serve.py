"""The command `serve`: walls and pages."""

import gc
import logging
from collections.abc import Awaitable, Callable

from utilities.config.settings import Settings
from utilities.logs import log_to_stderr
from utilities.model.errors import FoyerError

log = logging.getLogger("foyer")


async def run_serve(settings: Settings, serve: Callable[[Settings], Awaitable[int]]) -> int:
    """Sets up logging and serves with `serve`; returns the exit code."""
    gc.disable()  # until the server is ready: nothing is garbage yet, and collecting takes a tenth of the start
    log_to_stderr(settings.log_level, settings.log_format, settings.redactor())
    for warning in settings.warnings:
        log.warning(warning)
    try:
        return await serve(settings)
    except FoyerError as error:
        if settings.log_format == "text":
            raise  # `run.py` prints the sentence
        log.critical("%s", error)
        return 1
