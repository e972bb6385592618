"""The checkup: sends one cheap request to each configured part and reports what works and what does not."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from utilities.accounts.database.connection import open_state_database
from utilities.accounts.signin.issuer import ClientRegistration, Issuer
from utilities.config.boards import Boards
from utilities.config.settings import Settings
from utilities.http.client import HttpClient
from utilities.model.clock import Clock
from utilities.model.errors import BadAnswer, BoardError, FoyerError, SettingsError, StoreDown, Unavailable
from utilities.pageviews.collection import open_sites
from utilities.rendering.layout.faults import layout_faults
from utilities.services import load_catalogue
from utilities.sources import SourceType
from utilities.store import open_store

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


class NotConfigured(FoyerError):
    """A part that is not configured; the text says what to set."""


async def run_checks(settings: Settings, clock: Clock) -> AsyncIterator[Finding]:
    """Yields one finding for each part as soon as its check ends; raises nothing."""
    yield await check_part("boards", partial(check_boards, settings))
    yield await check_part("data", partial(check_data_dir, settings))
    yield await check_part("sites", partial(check_sites, settings))
    yield await check_part("store", partial(check_store, settings, clock))
    yield await check_part("state database", partial(check_state_database, settings))
    if not settings.loopback_only:
        yield await check_part("sign-in", partial(check_issuer, settings, clock))
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
    if isinstance(answer, FoyerError | OSError):
        return Finding(part, CheckStatus.WRONG, str(answer))
    return Finding(part, CheckStatus.WRONG, f"a fault of Foyer's own ({type(answer).__name__}: {answer})")


async def check_sites(settings: Settings) -> str:
    """Reads sites.yaml."""
    sites = open_sites(settings)
    if sites.configured:
        return ", ".join(site.name for site in sites)
    if sites.any_host:
        return "none in sites.yaml: every host is its own, on this machine only"
    raise NotConfigured(f"page views are not counted: write your sites into {sites.file}")


async def check_boards(settings: Settings) -> str:
    """Reads every board, and checks that its text is large enough to be read from the room."""
    catalogue = load_catalogue()
    boards = Boards(settings.boards_dir, catalogue.add_board)
    boards.load()
    titles = {report.name: report.title for report in catalogue.reports.values()}
    wrong = [f"{board.file}: {fault}" for board in boards for fault in layout_faults(board, catalogue.views, titles)]
    if wrong:
        raise BoardError("\n".join(wrong))
    return ", ".join(sorted(board.name for board in boards)) + " can be read from the room"


async def check_data_dir(settings: Settings) -> str:
    """Checks that DATA_DIR can be written to; without it a wall works, but is empty after a restart."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=settings.data_dir).close()
    except OSError as error:
        message = f"nothing can be written to DATA_DIR, which is {settings.data_dir}: {error.strerror}"
        raise SettingsError(f"{message}; give it to the user Foyer runs as, or set another") from error
    return f"{settings.data_dir} can be written to"


async def check_store(settings: Settings, clock: Clock) -> str:
    store = await open_store(settings, clock)
    try:
        lease = await store.acquire_lease("checkup", 1.0)
        if lease is not None:
            await store.release_lease(lease)
        return f"{store.health()['kind']} answers"
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


async def check_issuer(settings: Settings, clock: Clock) -> str:
    """Checks that the sign-in service answers and accepts the client's secret."""
    issuer, back = settings.oidc_issuer, f"{settings.address}/login/callback"
    secret = settings.google_client_secret.get_secret_value()
    registration = ClientRegistration(issuer, settings.google_client_id, secret, back, settings.allowed_domains)
    async with HttpClient() as client:
        try:
            await Issuer(registration, client, clock).check_registration()
        except (Unavailable, BadAnswer) as error:
            raise Unavailable(f"{issuer}: {error}; is there a network, and is OIDC_ISSUER right?") from error
    return f"{issuer} answers and knows the client; people come back to {back}"


async def check_source(kind: SourceType, settings: Settings, clock: Clock) -> str:
    source = await kind.open(settings, clock)
    if source is None:
        raise NotConfigured(kind.setup_hint)
    try:
        return await source.check()
    finally:
        await source.close()
