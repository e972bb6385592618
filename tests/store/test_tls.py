"""Redis over TLS: the certificate is checked, unless the URL says otherwise."""

import datetime
import ipaddress
import socket

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.store.test_store import reading
from utilities.model.clock import utc_now
from utilities.model.errors import StoreDown


@pytest.fixture
def certificate(tmp_path):
    """A certificate for 127.0.0.1 that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    day = datetime.timedelta(days=1)
    made = (
        x509.CertificateBuilder(
            name, name, key.public_key(), x509.random_serial_number(), utc_now() - day, utc_now() + day
        )
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = tmp_path / "certificate.pem", tmp_path / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths


@pytest.fixture
def tls_url(redis_server, certificate):
    """The same Redis, once more with a port for TLS."""
    redis_server.kill()
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    files = ("--tls-cert-file", str(certificate[0]), "--tls-key-file", str(certificate[1]))
    redis_server.start("--tls-port", str(port), *files, "--tls-auth-clients", "no")
    return f"rediss://127.0.0.1:{port}/0"


async def test_a_certificate_we_were_told_of_is_good(tls_url, certificate, open_one):
    store = await open_one(redis_url=f"{tls_url}?ssl_ca_certs={certificate[0]}")
    lease = await store.acquire_lease("top-pages", 5)
    assert await store.write(reading(), lease)
    assert store.health()["answers"] is True


@pytest.mark.parametrize(
    "query", ["?ssl_cert_reqs=none", "?ssl_cert_reqs=none&ssl_check_hostname=false&ssl_min_version=TLSv1.2"]
)
async def test_options_of_tls_are_obeyed(tls_url, open_one, query):
    store = await open_one(redis_url=tls_url + query)
    lease = await store.acquire_lease("top-pages", 5)
    assert await store.write(reading(), lease)
    assert store.health()["answers"] is True


@pytest.mark.parametrize("query", ["", "?ssl_cert_reqs=required", "?ssl_check_hostname=false"])
async def test_a_certificate_nobody_vouches_for_is_not(tls_url, open_one, query):
    store = await open_one(redis_url=tls_url + query)
    with pytest.raises(StoreDown):
        await store.acquire_lease("top-pages", 5)
    assert store.health()["answers"] is False
