"""A mail server with TLS, a webhook receiver, and notices."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as default_policy
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from aiosmtpd.smtp import SMTP, AuthResult, Envelope
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.handlers.accounts.conftest import database_url, postgres, postgres_url
from tests.screens.conftest import ScreenClock
from utilities.accounts.database.connection import StateDatabase, open_state_database
from utilities.alerts.notice import Notice, NoticeState
from utilities.config.settings import Settings

__all__ = ["database_url", "postgres", "postgres_url"]

NOW = datetime(2026, 11, 28, 9, 12, tzinfo=UTC)
WEBHOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
DARK = Notice(
    kind="screen.dark",
    key="Berlin",
    state=NoticeState.BEGINS,
    title="5 of 5 screens in Berlin are dark",
    sentences=("No beat since 09:12.", "Look at the network of the ground floor."),
    at=NOW,
    path="/screens",
    place="Berlin",
    facts=(("Since", "09:12"), ("Screens", "Lobby, Küche, Empfang")),
)
LIGHT = replace(
    DARK, state=NoticeState.ENDS, title="5 screens in Berlin are back after 12 min", at=NOW + timedelta(minutes=12)
)


def open_event() -> asyncio.Event:
    """Returns an event that is set."""
    event = asyncio.Event()
    event.set()
    return event


@dataclass
class MailBox:
    """What a mail server has accepted, and how it answers."""

    port: int = 0
    ca_cert: str = ""
    mails: list[EmailMessage] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    answer: str = "250 OK"
    answer_to_recipient: str = "250 OK"
    answers: asyncio.Event = field(default_factory=open_event)  # while it is not set, what has come waits

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Any, envelope: Envelope, address: str, options: Any
    ) -> str:
        if self.answer_to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer_to_recipient

    async def handle_DATA(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Any, envelope: Envelope
    ) -> str:
        if self.answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.mails.append(message_from_bytes(envelope.content, policy=default_policy))  # type: ignore[arg-type]
            self.encrypted.append(session.ssl is not None)
        await self.answers.wait()
        return self.answer

    def url(self, scheme: str = "smtp", password: str = "Kx7Wq9Zt4J", options: str = "") -> str:
        return f"{scheme}://foyer:{password}@127.0.0.1:{self.port}?ca_cert={self.ca_cert}{options}"


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A certificate for 127.0.0.1 that signs itself, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    begin = datetime.now(UTC) - timedelta(days=1)
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = built.serial_number(x509.random_serial_number())
    built = built.not_valid_before(begin).not_valid_after(begin + timedelta(days=30))
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    built = built.add_extension(names, critical=False)
    built = built.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    file.write_bytes(private + built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    yield file


def check_login(server: SMTP, session: Any, envelope: Any, mechanism: str, login: Any) -> AuthResult:
    return AuthResult(success=login.password == b"Kx7Wq9Zt4J", handled=False)


@asynccontextmanager
async def open_mail_server(certificate: Path, mode: str) -> AsyncIterator[MailBox]:
    """A mail server with `starttls`, TLS at once (`smtps`), or without TLS (`plain`)."""
    box = MailBox(ca_cert=str(certificate))
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)

    def make_protocol() -> SMTP:
        return SMTP(
            box,
            hostname="mail.test",
            tls_context=tls if mode == "starttls" else None,
            require_starttls=mode == "starttls",
            authenticator=check_login,
            auth_require_tls=mode == "starttls",
            loop=asyncio.get_running_loop(),
        )

    server = await asyncio.get_running_loop().create_server(
        make_protocol, "127.0.0.1", 0, ssl=tls if mode == "smtps" else None
    )
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        server.close()
        await server.wait_closed()


@pytest_asyncio.fixture
async def mail_server(certificate: Path) -> AsyncIterator[MailBox]:
    async with open_mail_server(certificate, "starttls") as box:
        yield box


@dataclass
class HookReceiver:
    """What a webhook has received, and how it answers."""

    url: str = ""
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)  # of the next answers; 200 afterwards
    answer_headers: dict[str, str] = field(default_factory=dict)
    answer: bytes = b"ok"
    answers: asyncio.Event = field(default_factory=open_event)  # while it is not set, what has come waits

    async def receive(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.read())
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        await self.answers.wait()
        status = self.statuses.pop(0) if self.statuses else 200
        return web.Response(status=status, body=self.answer, headers=self.answer_headers)


@pytest_asyncio.fixture
async def hook() -> AsyncIterator[HookReceiver]:
    receiver = HookReceiver()
    application = web.Application()
    application.router.add_post("/services/{rest:.*}", receiver.receive)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    receiver.url = f"http://127.0.0.1:{port}/services/T0Qz81/B0Xk29/p9WmVr4LxTq7"
    yield receiver
    await runner.cleanup()


@pytest.fixture
def clock() -> ScreenClock:
    return ScreenClock(NOW)


@pytest.fixture
async def database(settings: Callable[..., Settings], database_url: str) -> AsyncIterator[StateDatabase]:
    opened = await open_state_database(settings(database_url=database_url))
    yield opened
    await opened.close()
