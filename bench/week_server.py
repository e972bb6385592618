"""Foyer as `run.py serve` runs it, with a clock that jumps and that begins at the time of the first argument."""

import asyncio
import importlib
import sys
from datetime import datetime

from bench.jumping_clock import JumpingClock, jump_route


def run(begin: datetime) -> int:
    clock = JumpingClock(begin)
    clock.install()
    server = importlib.import_module("handlers.serving.server")
    environment = importlib.import_module("utilities.config.environment")
    serve = importlib.import_module("utilities.commands.serve")
    change = importlib.import_module("bench.foyer").Change
    make_application = server.make_application

    def make(*parts: object) -> object:
        app = make_application(*parts)
        app.add_handlers(r".*", [jump_route(clock), (r"/__bench/change/(.*)", change, {"services": parts[0]})])
        return app

    server.make_application = make
    settings = environment.read_settings(env_file=None)
    return asyncio.run(serve.run_serve(settings, lambda each: server.serve_until_stopped(each, clock=clock.now)))


if __name__ == "__main__":
    code = run(datetime.fromisoformat(sys.argv[1]))
    importlib.import_module("utilities.runtime.process_end").end_process(code)
