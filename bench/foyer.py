"""Foyer under test: the product itself, and switches: other figures at once, a question, the longest callback."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace

from tornado.web import RequestHandler

from handlers.serving import server
from utilities.config.environment import read_settings
from utilities.model.clock import Clock, utc_now
from utilities.runtime.idle_garbage import collect_garbage_when_idle
from utilities.services import Services
from utilities.store import unfenced_lease


class Change(RequestHandler):
    """`POST /__bench/change/<report>`: a new reading with the first number one higher; answers when walls are told."""

    def initialize(self, services: Services) -> None:
        self.services = services

    async def post(self, report: str) -> None:
        store, now = self.services.store, self.services.clock()
        old = store.latest(report)
        row = tuple(value + 1 if isinstance(value, int) else value for value in old.frame.rows[0])
        frame = replace(old.frame, rows=(row, *old.frame.rows[1:]))
        await store.write(replace(old, frame=frame, taken_at=now), unfenced_lease(report))
        self.finish()


class Ask(RequestHandler):
    """`GET /__bench/ask/<report>?site=`: asks the page-view store, without anything remembered; how many rows."""

    def initialize(self, services: Services) -> None:
        self.services = services

    async def get(self, report: str) -> None:
        source = self.services.sources.configured["pageviews"]
        asked = source.with_params(self.services.reports[report].query, {"site": self.get_argument("site")})
        frame = await source.fetch_frame(asked)
        self.finish(str(len(frame.rows)))


class StandStill(RequestHandler):
    """`POST /__bench/stand-still` begins to measure every callback by the thread's clock; GET: the longest."""

    longest = (0.0, "")
    callbacks = 0

    def post(self) -> None:
        run = asyncio.Handle._run

        def measured(handle: asyncio.Handle) -> None:
            began = time.thread_time()
            run(handle)
            spent = time.thread_time() - began
            StandStill.callbacks += 1
            if spent > StandStill.longest[0]:
                task = getattr(handle._callback, "__self__", None)
                is_task = isinstance(task, asyncio.Task)
                StandStill.longest = spent, task.get_name() if is_task else repr(handle._callback)[:80]

        asyncio.Handle._run = measured

    def get(self) -> None:
        seconds, name = StandStill.longest
        self.finish({"ms": seconds * 1000, "name": f"`{name}`", "callbacks": StandStill.callbacks})


async def main(clock: Clock = utc_now, more: Sequence[tuple[str, type[RequestHandler]]] = ()) -> None:
    settings = read_settings(env_file=None)
    make_application = server.make_application

    def make(services: Services, *parts: object) -> object:
        app = make_application(services, *parts)
        switches = [(r"/__bench/change/(.*)", Change), (r"/__bench/ask/(.*)", Ask)]
        app.add_handlers(r".*", [(*each, {"services": services}) for each in switches])
        app.add_handlers(r".*", [(r"/__bench/stand-still", StandStill), *more])
        return app

    server.make_application = make
    async with (
        server.open_server(settings, clock) as running,
        collect_garbage_when_idle(running.http.is_idle),
    ):
        print(running.http.port, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
