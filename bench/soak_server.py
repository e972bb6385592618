"""Foyer with a clock that jumps, and with the switches of bench/foyer.py."""

import asyncio
import importlib
from datetime import UTC, datetime, timedelta

from bench.jumping_clock import JumpingClock, jump_route

BEGIN_DAYS_AGO = 40  # so that days of the run are in the past of the processes beside it, such as imports

if __name__ == "__main__":
    clock = JumpingClock(datetime.now(UTC) - timedelta(days=BEGIN_DAYS_AGO))
    clock.install()
    foyer = importlib.import_module("bench.foyer")
    asyncio.run(foyer.main(clock.now, [jump_route(clock)]))
