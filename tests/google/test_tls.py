"""Google is spoken to over TLS: its certificate is checked, and a call that is stuck in TLS ends as well."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from demo.faults import Fault
from tests.google.fake_google import RUN, FakeGoogle, ManualClock
from utilities.config.settings import Settings
from utilities.model.errors import Unavailable
from utilities.sources.ga4 import Ga4Query, Ga4Source

ASK = Ga4Query(metrics=("sessions",))


def certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 that vouches for itself, and its key, in one file."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(private, hashes.SHA256())
    )
    key = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "certificate.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + key)
    return path


@pytest.fixture
async def secure(tmp_path: Path) -> AsyncIterator[FakeGoogle]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path))
    async with FakeGoogle(tmp_path, tls=context) as pretend:
        yield pretend


async def test_trusted_certificate_is_spoken_to_and_a_dripping_answer_is_cut(
    secure: FakeGoogle,
    clock: ManualClock,
    settings: Callable[..., Settings],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # What HTTPLIB2_CA_CERTS does; httplib2 reads it once, when it is imported.
    monkeypatch.setattr("httplib2.CA_CERTS", str(tmp_path / "certificate.pem"))
    source = Ga4Source(settings(**secure.settings), clock)
    try:
        assert (await source.fetch_frame(ASK)).rows == ((7,),)
        secure.faults.inject(RUN, Fault("drip", seconds=0.05))
        with pytest.raises(Unavailable, match=r"within 0\.5 seconds"):
            await source.fetch_query(ASK, 0.5)
        secure.faults.clear()
        assert (await source.fetch_frame(ASK)).rows == ((7,),)
    finally:
        async with asyncio.timeout(20):
            await source.close()
    assert not source.client.pool.workers.pending_count


async def test_certificate_nobody_vouches_for_is_not_trusted(
    secure: FakeGoogle, clock: ManualClock, settings: Callable[..., Settings]
) -> None:
    source = Ga4Source(settings(**secure.settings), clock)
    try:
        with pytest.raises(Unavailable, match=r"not trusted.*HTTPLIB2_CA_CERTS"):
            await source.fetch_frame(ASK)
    finally:
        await source.close()
    assert not secure.faults.calls
