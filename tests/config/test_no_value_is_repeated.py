"""No value of a setting is repeated in any text, whatever variable a secret was pasted into."""

import base64
import json
import logging
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import pytest

from handlers.serving.server import run_server
from tests.config.test_settings import DOOR
from tests.conventions.code import ROOT
from utilities.checkup import run_checks
from utilities.config.environment import read_settings
from utilities.config.settings import SECRETS, VARIABLES, Settings
from utilities.logs import TextLogFormatter
from utilities.model.clock import utc_now
from utilities.model.errors import FoyerError, SettingsError

TOKEN = "qZ7kanarY-W3kVbX9pLtR2mNc8sHdGf5"
PASSWORD = "Vk4mTz@Lw8Pq2:Rn/Xs6Jd9#Fb3Gy"
BODY = "MIIEvQkanarY8hKx2PqLm7TzWc4RbNd9sVfJgYtUeAoQi3XnZlCkHpBrMwSvDyEu"
KEY = json.dumps(
    {
        "type": "service_account",
        "project_id": "wall",
        "private_key_id": "b7e2kanarY94f1c8",
        "private_key": f"-----BEGIN PRIVATE KEY-----\n{BODY}\n{BODY[::-1]}\n-----END PRIVATE KEY-----\n",
        "client_email": "wall@wall.iam.gserviceaccount.com",
        "token_uri": "http://127.0.0.1:9/token",
    }
)
SECRET_TEXTS = (TOKEN, BODY, BODY[::-1], "b7e2kanarY94f1c8", *re.split("[@:/#]", PASSWORD))
SCHEMES = {"REDIS_URL": "redis", "DATABASE_URL": "postgresql", "CLICKHOUSE_URL": "http", "HTTPS_PROXY": "http"}
NAMES = (*VARIABLES, *(f"{name}_FILE" for name in SECRETS), "ENV_FILE", "FACEBOOK_APP_TOKEN", "LOBSTERS_API_URL")
FAST = ("GOOGLE_APPLICATION_CREDENTIALS", "REDIS_URL", "DATABASE_URL", "DATA_DIR")
MISSPELT = ("SECRET_KEYS", "GOOGLE_APPLICATION_CREDENTIAL", "FOYER_REDIS_URL")


def shapes(name: str) -> Iterator[str]:
    """Yields the secret as it may be pasted into a variable."""
    scheme = SCHEMES.get(name, "https")
    yield TOKEN
    yield f"/run/secrets/{TOKEN}"
    yield KEY
    yield base64.b64encode(KEY.encode()).decode()
    yield json.loads(KEY)["private_key"]
    yield f"{scheme}://wall:{PASSWORD}@127.0.0.1:9/wall"
    yield f"{scheme}://wall:{quote(PASSWORD, safe='')}@127.0.0.1:9/0"


def leaked_pieces(text: str) -> set[str]:
    """Returns the pieces of the secrets in a text, of six characters or more, also in base64."""
    encoded = base64.b64encode(KEY.encode()).decode()
    whole = (*SECRET_TEXTS, encoded)
    return {piece for secret in whole for at in range(len(secret) - 5) if (piece := secret[at : at + 6]) in text}


@pytest.fixture
def surroundings(tmp_path: Path) -> Mapping[str, str]:
    """The settings around the one with the secret: everything is on this machine, where nothing answers."""
    nowhere = "http://127.0.0.1:9"
    addresses = dict.fromkeys(("GA4_API_ENDPOINT", "SEARCH_CONSOLE_API_ENDPOINT", "FACEBOOK_API_URL"), nowhere)
    places = {"DATA_DIR": str(tmp_path / "var"), "BOARDS_DIR": str(ROOT / "boards"), "GA4_PROPERTY_ID": "1"}
    return addresses | places | {"PORT": "0", "SEARCH_CONSOLE_SITE": "sc-domain:example.com"}


async def texts_of_a_check(environ: Mapping[str, str]) -> str:
    """Returns what `run.py check` prints."""
    try:
        settings = read_settings(environ, env_file=None)
    except SettingsError as error:
        return str(error)
    findings = [str(finding) async for finding in run_checks(settings, utc_now)]
    return "\n".join([*settings.warnings, *findings, repr(settings), str(settings)])


@pytest.mark.parametrize("sign_in", [{}, DOOR | {"OIDC_ISSUER": "http://127.0.0.1:9"}], ids=["local", "sign-in"])
def test_refusal_repeats_no_value(surroundings: Mapping[str, str], sign_in: Mapping[str, str]):
    for name in (*NAMES, *MISSPELT):
        for value in shapes(name):
            try:
                settings = read_settings({**surroundings, **sign_in, name: value}, env_file=None)
                text = f"{settings} {settings.warnings}"
            except SettingsError as error:
                text = str(error)
            assert not leaked_pieces(text), (name, value[:12], text)


@pytest.mark.parametrize("name", [pytest.param(name, marks=() if name in FAST else pytest.mark.slow) for name in NAMES])
async def test_check_repeats_no_value(name: str, surroundings: Mapping[str, str], caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    for value in shapes(name):
        text = await texts_of_a_check({**surroundings, name: value})
        assert not leaked_pieces(text), (value[:12], text)


async def serve_and_fetch(settings: Settings, fetch) -> str:
    """Returns the pages of a server with these settings, and what the stored readings hold."""
    bodies: list[bytes] = []
    paths = ("/healthz", "/reports", "/boards/office", "/boards/visits", "/reports/active-now.json", "/nothing")
    async with run_server(settings) as (_, port):
        for path in paths:
            bodies.append((await fetch(f"http://127.0.0.1:{port}{path}")).body)
    files = [path for path in settings.data_dir.rglob("*.json") if path.is_file()]
    return b"\n".join([*bodies, *(path.read_bytes() for path in files)]).decode("utf-8", "replace")


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
async def test_server_repeats_no_value_in_pages_logs_and_readings(
    name: str, surroundings: Mapping[str, str], caplog: pytest.LogCaptureFixture, fetch
):
    caplog.set_level(logging.DEBUG)
    for value in shapes(name):
        caplog.clear()
        try:
            settings = read_settings({**surroundings, name: value}, env_file=None)
            formatter = TextLogFormatter(settings.redactor())
            text = await serve_and_fetch(settings, fetch)
        except FoyerError as error:
            assert not leaked_pieces(str(error))
            continue
        log = "\n".join(map(formatter.format, caplog.records))
        assert not leaked_pieces(text)
        assert not leaked_pieces(log)
