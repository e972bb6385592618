"""The checkup: sends one cheap request to each configured part and reports what works and what does not."""

import asyncio
import json
import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path

from utilities.accounts.database.connection import open_state_database
from utilities.accounts.signin.check_issuer import check_issuer
from utilities.alerts.check_channel import check_channel
from utilities.alerts.delivery import channel_types
from utilities.board_checks import check_boards, check_playlists, check_screens
from utilities.config.file_owners import data_owner_fault, readable_by_others
from utilities.config.settings import Settings
from utilities.config.store_urls import is_certificate_unchecked
from utilities.http.client import HttpClient
from utilities.model.clock import Clock
from utilities.model.errors import (
    BadAnswer,
    FoyerError,
    NotConfigured,
    SettingsError,
    StoreDown,
    Unavailable,
)
from utilities.pageviews.collection import local_zone_name, open_sites
from utilities.services import load_catalogue
from utilities.sources import SourceType
from utilities.sources.social import unknown_variable_warnings
from utilities.store import open_store

HEALTH_TIMEOUT_SECONDS = 3.0
CHECK_TIMEOUT_SECONDS = 30.0  # seconds for one part


class CheckStatus(StrEnum):
    """The result of one check."""

    OK = "well"
    WRONG = "wrong"
    ABSENT = "not set up"


@dataclass(frozen=True)
class Finding:
    """One part of Foyer, its status, and a sentence: what works, or what is wrong and how to fix it."""

    part: str
    status: CheckStatus
    text: str

    def __str__(self) -> str:
        first, *more = self.text.splitlines() or [""]
        return "\n".join([f"{self.status:11} {self.part:22} {first}", *(f"{'':34} {line}" for line in more)])


async def run_checks(settings: Settings, clock: Clock) -> AsyncIterator[Finding]:
    """Yields one finding for each part as soon as its check ends; raises nothing. No value of a setting is in them.

    While there is no DATA_DIR, a folder that is deleted afterwards serves instead, so that a check leaves nothing.
    """
    redactor = settings.redactor()
    with tempfile.TemporaryDirectory() as folder:
        async for finding in _check_all_parts(settings, clock, Path(folder)):
            yield replace(finding, text=redactor.mask_secrets(finding.text))


async def _check_all_parts(settings: Settings, clock: Clock, empty_folder: Path) -> AsyncIterator[Finding]:
    yield await check_part("boards", partial(check_boards, settings, clock))
    yield await check_part("playlists", partial(check_playlists, settings))
    yield await check_part("files", partial(check_files, settings))
    data = await check_part("data", partial(check_data_dir, settings))
    yield data
    if data.status is CheckStatus.WRONG or not settings.data_dir.exists():
        settings = settings.model_copy(update={"data_dir": empty_folder})
    yield await check_part("time zone", partial(check_time_zone, settings))
    yield await check_part("sites", partial(check_sites, settings))
    yield await check_part("proxy", partial(check_proxy, settings))
    yield await check_part("running server", partial(check_running_server, settings))
    yield await check_part("store", partial(check_store, settings, clock))
    yield await check_part("state database", partial(check_state_database, settings))
    yield await check_part("screens", partial(check_screens, settings))
    if settings.has_sign_in:
        yield await check_part("sign-in", partial(check_issuer, settings, clock))
    for channel in channel_types():
        yield await check_part(f"channel {channel.name}", partial(check_channel, channel, settings))
    for warning in unknown_variable_warnings(settings):
        yield Finding("settings", CheckStatus.WRONG, warning)
    for kind in load_catalogue().kinds.values():
        yield await check_part(f"source {kind.name}", partial(check_source, kind, settings, clock))


async def check_part(part: str, check: Callable[[], Awaitable[str]]) -> Finding:
    """Runs the check and returns its finding; an exception from the check becomes a finding too."""
    (answer,) = await asyncio.gather(asyncio.wait_for(check(), CHECK_TIMEOUT_SECONDS), return_exceptions=True)
    if isinstance(answer, str):
        return Finding(part, CheckStatus.OK, answer)
    if isinstance(answer, NotConfigured):
        return Finding(part, CheckStatus.ABSENT, str(answer))
    if isinstance(answer, TimeoutError):
        return Finding(part, CheckStatus.WRONG, f"no answer within {CHECK_TIMEOUT_SECONDS:g} s")
    if isinstance(answer, FoyerError):
        return Finding(part, CheckStatus.WRONG, str(answer))
    if isinstance(answer, OSError):  # its text would have a path or an address
        return Finding(part, CheckStatus.WRONG, answer.strerror or type(answer).__name__)
    return Finding(part, CheckStatus.WRONG, f"a fault of Foyer's own ({type(answer).__name__}: {answer})")


async def check_files(settings: Settings) -> str:
    """Checks that nobody else on this machine can read the files that hold secrets."""
    faults = readable_by_others(settings)
    if faults:
        raise SettingsError("\n".join(faults))
    return "nobody else on this machine can read the secrets"


async def check_time_zone(settings: Settings) -> str:
    """Returns the time zone of boards and sites that name none; a container's is UTC until somebody sets TZ."""
    origin = "from TZ" if settings.tz else "that of this machine; TZ sets another"
    return f"boards and sites without a `zone` use {settings.tz or local_zone_name()}, {origin}"


async def check_sites(settings: Settings) -> str:
    """Reads sites.yaml."""
    sites = open_sites(settings)
    if sites.configured:
        return ", ".join(site.name for site in sites)
    if sites.any_host:
        return "none in sites.yaml: every host is its own, on this machine only"
    raise NotConfigured(f"page views are not counted: write your sites into {sites.file.name} in BOARDS_DIR")


async def check_proxy(settings: Settings) -> str:
    """Checks that a proxy in front of Foyer, which HTTPS needs, is trusted."""
    if settings.trusted_proxies:
        return "visitors' addresses are taken from the proxies of TRUSTED_PROXIES"
    if settings.public_url.startswith("https://"):
        raise SettingsError(
            "PUBLIC_URL begins with https://, so a proxy stands before Foyer, and TRUSTED_PROXIES does not name it: "
            "all visitors count as one and share one rate limit"
        )
    raise NotConfigured("TRUSTED_PROXIES is empty: right as long as no proxy stands before Foyer")


async def check_running_server(settings: Settings) -> str:
    """Reads the warnings of the server that runs with these settings."""
    host = "127.0.0.1" if settings.bind_address in ("0.0.0.0", "::") else settings.bind_address  # noqa: S104
    url = f"http://[{host}]:{settings.port}/healthz" if ":" in host else f"http://{host}:{settings.port}/healthz"
    async with HttpClient() as client:
        try:
            body = json.loads((await client.get(url, deadline=HEALTH_TIMEOUT_SECONDS)).body)
            warnings = [str(each) for each in body.get("warnings", ())]
        except (Unavailable, BadAnswer, ValueError, AttributeError):
            raise NotConfigured("no Foyer answers at PORT now") from None
    if warnings:
        raise SettingsError("\n".join(warnings))
    return "has nothing to report"


async def check_data_dir(settings: Settings) -> str:
    """Checks that DATA_DIR can be written to, by the user to whom it belongs; creates nothing."""
    if fault := data_owner_fault(settings.data_dir):
        raise SettingsError(fault)
    if not (settings.data_dir.exists() or settings.data_dir.is_symlink()):
        parent = next(folder for folder in settings.data_dir.absolute().parents if folder.exists())
        if not (parent.is_dir() and os.access(parent, os.W_OK | os.X_OK)):
            raise SettingsError("DATA_DIR does not exist and cannot be made here: make it, or set another")
        return "DATA_DIR does not exist yet; the first start makes it"
    try:
        tempfile.TemporaryFile(dir=settings.data_dir).close()
    except OSError as error:
        message = f"nothing can be written to DATA_DIR: {error.strerror}"
        raise SettingsError(f"{message}; give it to the user that Foyer runs as, or set another") from None
    return "DATA_DIR can be written to"


async def check_store(settings: Settings, clock: Clock) -> str:
    store = await open_store(settings, clock)
    try:
        lease = await store.acquire_lease("checkup", 1.0)
        if lease is not None:
            await store.release_lease(lease)
        unchecked = is_certificate_unchecked(settings.redis_url.get_secret_value())
        note = ", but its certificate is not checked (ssl_cert_reqs=none)" if unchecked else ""
        return f"{store.health()['kind']} answers{note}"
    except StoreDown as error:
        raise StoreDown(f"{str(error).rstrip('.')}; is it running, and is REDIS_URL its address?") from error
    finally:
        await store.close()


async def check_state_database(settings: Settings) -> str:
    state = await open_state_database(settings)
    try:
        await state.run(lambda connection: None)
        return f"{state.engine.name} answers"
    finally:
        await state.close()


async def check_source(kind: SourceType, settings: Settings, clock: Clock) -> str:
    source = await kind.open(settings, clock)
    if source is None:
        raise NotConfigured(kind.setup_hint)
    try:
        return await source.check()
    finally:
        await source.close()
