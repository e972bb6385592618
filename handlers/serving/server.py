"""The server: from settings to a listening port, and a clean stop at SIGTERM."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass

from handlers.base.authenticator import open_authenticator
from handlers.base.open_requests import OpenRequests
from handlers.base.security_headers import security_headers
from handlers.collect.pixel_fast_path import PixelFastPath
from handlers.serving.routes import make_application
from handlers.serving.sockets import PortServer, bind_port, public_address
from handlers.serving.stop_signals import StopSignals
from utilities.config.settings import Settings
from utilities.model.clock import Clock, utc_now
from utilities.runtime.idle_garbage import collect_garbage_when_idle
from utilities.services import Services, open_services

log = logging.getLogger("foyer")

BackgroundTask = Callable[[Services, str], Coroutine[None, None, None]]
"""What runs along with the server, knowing its services and its address."""


@dataclass(frozen=True)
class RunningServer:
    """A server and what it serves."""

    services: Services
    http: PortServer


@asynccontextmanager
async def open_server(settings: Settings, clock: Clock = utc_now) -> AsyncIterator[RunningServer]:
    """Listens while inside, and lets answers end. Raises as `open_services` does, and SettingsError without a port."""
    async with open_services(settings, clock) as services:
        sockets = bind_port(settings)
        authenticator = await open_authenticator(settings, clock, services.fleet, services.http_client)
        requests = OpenRequests()
        application = make_application(services, authenticator)
        delegate = PixelFastPath(application, requests)
        http = PortServer(delegate, requests, sockets, security_headers(settings))
        await services.refresher.start()
        services.walls.start()
        services.director.start()
        services.notices.start()
        services.fleet.alarms.start()
        services.fleet.visitors.start_polling()
        services.fleet.rollout.start()
        http.start()
        try:
            yield RunningServer(services, http)
        finally:
            await services.fleet.rollout.stop()
            await asyncio.gather(services.fleet.alarms.stop(), services.fleet.visitors.stop())
            await asyncio.gather(http.finish_requests(), services.walls.stop(), services.director.stop())
            await services.refresher.stop()
            await services.notices.stop()
            await http.close()
            await authenticator.close()


@asynccontextmanager
async def run_server(settings: Settings, clock: Clock = utc_now) -> AsyncIterator[tuple[Services, int]]:
    """Listens while inside; the services and the port."""
    async with open_server(settings, clock) as running:
        yield running.services, running.http.port


async def serve_until_stopped(
    settings: Settings, background: BackgroundTask | None = None, clock: Clock = utc_now
) -> int:
    """Serves until a signal, with `background`; returns the exit code. A second signal ends the process at once."""
    with StopSignals() as signals:
        try:
            async with open_server(settings, clock) as running:
                signals.start_ended()
                services, port = running.services, running.http.port
                log_address(services, port)
                task = asyncio.create_task(background(services, local_address(settings, port))) if background else None
                if task:
                    task.add_done_callback(log_outcome)
                async with collect_garbage_when_idle(running.http.is_idle):
                    await signals.stopped.wait()
                log.info("stopping")
                if task:
                    task.cancel()
                    await asyncio.gather(task, return_exceptions=True)
                await running.http.announce_stop()
        except asyncio.CancelledError:
            if not signals.stopped.is_set():
                raise
            log.info("stopped before it was ready")
    return 0


def log_outcome(ended: asyncio.Task[None]) -> None:
    """Logs the error of a background task; the server continues."""
    if not ended.cancelled() and (error := ended.exception()):
        log.error("a background task of the server failed: %s", error, exc_info=error)


def local_address(settings: Settings, port: int) -> str:
    """Returns the server's URL on this machine."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.bind_address, settings.bind_address)  # noqa: S104
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def log_address(services: Services, port: int) -> None:
    settings = services.settings
    if settings.demo:
        log.info("Demo: all figures come from simulated services on this machine.")
        if not settings.public_demo:
            log.info("In a container, or to show the demo to other machines, start `run.py demo --public`.")
    if settings.public_demo:
        log.warning("Everybody who can reach this port can open the demo and your board files. Nobody signs in.")
    if settings.loopback_only:
        log.info("Without sign-in, only this machine can connect. Set GOOGLE_CLIENT_ID to open Foyer to your company.")
    log.info("Foyer is at %s", public_address(settings, port))
