"""The service account of the simulated Google, and its key file."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

EMAIL = "wall@example-analytics.iam.gserviceaccount.com"
KEY_ID = "3f1c0d2b9a8e7f6d5c4b3a291807f6e5d4c3b2a1"


@dataclass(frozen=True)
class ServiceAccount:
    """The account that may request tokens."""

    email: str
    public: rsa.RSAPublicKey


@cache
def private_key() -> rsa.RSAPrivateKey:
    """Makes the key once in a process, because it takes a tenth of a second."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def make_key_file(folder: Path, address: str) -> tuple[ServiceAccount, Path]:
    """Writes a new key file to `folder`, readable by its owner only, with this address as its token server."""
    private = private_key()
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "service-account.json"
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    content = {
        "type": "service_account",
        "project_id": "example-analytics",
        "private_key_id": KEY_ID,
        "private_key": pem.decode(),
        "client_email": EMAIL,
        "client_id": "104711081524061977000",
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": f"{address}/token",
        "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
        "universe_domain": "googleapis.com",
    }
    path.write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    return ServiceAccount(EMAIL, private.public_key()), path
