"""Settings: read once, every fault together, no secret told."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conventions.code import ROOT
from utilities.config.environment import read_settings
from utilities.config.settings import SECRETS, VARIABLES, Settings
from utilities.config.variable_names import PROVIDERS
from utilities.model.errors import SettingsError

ALONE = [name for name in SECRETS if not re.match("ALERT|SMTP", name)]  # what needs no other setting
KEY = "xK3vQ9mB7tR2pL5wZ8nC4jH6fD1sG0aY"
DOOR = {
    "GOOGLE_CLIENT_ID": "1234.apps.googleusercontent.com",
    "GOOGLE_CLIENT_SECRET": "canary-client-secret",
    "ALLOWED_DOMAINS": "Example.com, example.co.uk",
    "PUBLIC_URL": "https://foyer.example.com/",
    "SECRET_KEY": KEY,
}


def read(**environ: str) -> Settings:
    return read_settings(environ, env_file=None)


def faults(**environ: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read(**environ)
    return str(caught.value).splitlines()


def test_nothing_set_serves_this_machine_only():
    settings = read()
    assert settings.unconfigured
    assert (settings.loopback_only, settings.bind_address, settings.port) == (True, "127.0.0.1", 8888)


def test_sign_in_listens_on_all_addresses():
    settings = read(**DOOR)
    assert (settings.loopback_only, settings.bind_address) == (False, "0.0.0.0")
    assert settings.allowed_domains == ("example.com", "example.co.uk")
    assert settings.address == "https://foyer.example.com"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("ALLOWED_DOMAINS", "", "nobody could sign in"),
        ("ALLOWED_DOMAINS", "@example.com", "is not a domain"),
        ("ALLOWED_DOMAINS", "*", "is not a domain"),
        ("ALLOWED_DOMAINS", "com", "is not a domain"),
        ("SECRET_KEY", "", "SECRET_KEY is not set"),
        ("SECRET_KEY", KEY[:31], "SECRET_KEY is too short"),
        ("SECRET_KEY", "change-me-change-me-change-me-change-me", "SECRET_KEY is a placeholder"),
        ("SECRET_KEY", "x" * 40, "SECRET_KEY is a placeholder"),
        ("SECRET_KEY", f"{KEY}, {KEY[:20]}", "SECRET_KEY is too short"),
        ("GOOGLE_CLIENT_SECRET", "", "GOOGLE_CLIENT_SECRET is not set"),
        ("PUBLIC_URL", "", "PUBLIC_URL is not set"),
        ("PUBLIC_URL", "http://foyer.example.com", "must be https"),
        ("PUBLIC_URL", "https://foyer.example.com/wall", "nothing after the host"),
        ("PUBLIC_URL", "foyer.example.com", "begins with http:// or https://"),
    ],
)
def test_incomplete_sign_in_is_one_clear_sentence(name: str, value: str, words: str):
    (fault,) = faults(**{**DOOR, name: value})
    assert name in fault
    assert words in fault


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("REDIS_URL", "http://:canary@localhost"),
        ("DATABASE_URL", "mysql://u:canary@localhost/x"),
        ("CLICKHOUSE_URL", "tcp://u:canary@localhost/x"),
        ("GA4_PROPERTY_ID", "G-ABC123"),
        ("GA4_PROPERTY_ID", "UA-1234-5"),
        ("GA4_API_ENDPOINT", "analyticsdata.googleapis.com"),
        ("OIDC_ISSUER", "https://user@host"),
        ("OIDC_ISSUER", "https://host:port/"),
        ("WEBSITE", "ftp://example.com"),
        ("WEBSITE", "http://["),
        ("LOOK_BACK_DAYS", "0"),
        ("SEARCH_CONSOLE_SITE", "example.com"),
        ("SEARCH_CONSOLE_SITE", "https://example.com"),
        ("TRUSTED_PROXIES", "10.0.0.0/8, proxy"),
        ("TRUSTED_PROXIES", "0.0.0.0/0"),
        ("LOG_FORMAT", "xml"),
        ("LOG_LEVEL", "LOUD"),
        ("BIND", "0.0.0.0"),
        ("LOBSTERS_API_URL", "lobste.rs"),
    ],
)
def test_malformed_value_is_named_without_its_secret(name: str, value: str):
    (fault,) = faults(**{name: value})
    assert fault.startswith(name)
    assert "canary" not in fault


def test_all_faults_are_reported_together():
    told = faults(GOOGLE_CLIENT_ID=DOOR["GOOGLE_CLIENT_ID"], PORT="-1", TRUSTED_PROXIES="x", SECRET_KEY_FILE="/nowhere")
    assert [re.split("[ :]", fault)[0] for fault in told] == [
        *("GOOGLE_CLIENT_SECRET", "ALLOWED_DOMAINS", "PUBLIC_URL"),
        *("SECRET_KEY_FILE", "PORT", "TRUSTED_PROXIES"),
    ]


def test_fault_says_where_the_variable_stands(tmp_path: Path):
    (tmp_path / ".env").write_text("PORT=x\n")
    with pytest.raises(SettingsError, match=r"PORT \(in .*\.env\)"):
        read_settings({}, env_file=tmp_path / ".env")
    with pytest.raises(SettingsError, match=r"PORT \(in the environment\)"):
        read_settings({"PORT": "y"}, env_file=tmp_path / ".env")


def test_environment_goes_before_the_file_and_nothing_in_it_is_expanded(tmp_path: Path):
    (tmp_path / ".env").write_text("PORT=1\nWEBSITE=example.com\nGOOGLE_CLIENT_SECRET='a$HOME#b'\n")
    settings = read_settings({"PORT": "2"}, env_file=tmp_path / ".env")
    assert (settings.port, settings.website) == (2, "https://example.com")
    assert settings.google_client_secret.get_secret_value() == "a$HOME#b"


def test_mark_at_the_beginning_of_a_file_is_no_part_of_it(tmp_path: Path):
    (tmp_path / ".env").write_text("PORT=1\n", encoding="utf-8-sig")
    assert read_settings({}, env_file=tmp_path / ".env").port == 1


def test_file_that_is_not_text_is_a_sentence(tmp_path: Path):
    (tmp_path / ".env").write_bytes(b"PORT=\xff\xfe")
    with pytest.raises(SettingsError, match=r"\.env cannot be read"):
        read_settings({}, env_file=tmp_path / ".env")


def test_line_that_sets_nothing_is_a_sentence_that_does_not_repeat_it(tmp_path: Path):
    (tmp_path / ".env").write_text('# fine\nPORT=1\ncanary is "here\nWEBSITE=example.com\n')
    with pytest.raises(SettingsError) as caught:
        read_settings({}, env_file=tmp_path / ".env")
    assert str(caught.value).endswith(".env, line 3: write NAME=value, or # before it.")
    assert "canary" not in str(caught.value)


def test_folder_where_the_file_should_be_is_a_sentence(tmp_path: Path):
    (tmp_path / ".env").mkdir()
    with pytest.raises(SettingsError, match=r"\.env cannot be read: Is a directory"):
        read_settings({}, env_file=tmp_path / ".env")


def test_file_variable_of_a_setting_without_secret_gets_a_warning():
    assert read(GA4_PROPERTY_ID_FILE="/nowhere").warnings == (
        "GA4_PROPERTY_ID_FILE is set, but only secrets may stand in a file: set GA4_PROPERTY_ID itself.",
    )


@pytest.mark.parametrize("name", [*ALONE, "FACEBOOK_APP_TOKEN", "X_BEARER_TOKEN"])
def test_every_secret_may_stand_in_a_file(tmp_path: Path, name: str):
    values = {
        "REDIS_URL": "redis://:canary@localhost",
        "DATABASE_URL": "postgresql://u:canary@localhost/x",
        "CLICKHOUSE_URL": "https://u:canary@localhost:8443/x",
        "GOOGLE_APPLICATION_CREDENTIALS_JSON": '{"type": "service_account", "private_key": "canary-key"}',
        "HTTPS_PROXY": "http://u:canary@localhost:3128",
        "HTTP_PROXY": "http://u:canary@localhost:3128",
    }
    secret = values.get(name, "canary-" + KEY)
    (tmp_path / "secret").write_text(secret + "\n")
    settings = read(**{f"{name}_FILE": str(tmp_path / "secret")})
    told = settings.provider_variable(name) or getattr(settings, name.lower()).get_secret_value()
    assert told == secret
    assert settings.redactor().mask_secrets(f"a {secret} b") != f"a {secret} b"


def test_secret_in_two_places_is_a_fault(tmp_path: Path):
    (tmp_path / "secret").write_text(KEY)
    assert faults(SECRET_KEY=KEY, SECRET_KEY_FILE=str(tmp_path / "secret")) == [
        "SECRET_KEY and SECRET_KEY_FILE are both set: keep one."
    ]


def test_file_of_somebody_else_is_left_alone():
    assert read(SSL_CERT_FILE="/nowhere", AWS_WEB_IDENTITY_TOKEN_FILE="/nowhere").warnings == ()


def test_no_secret_is_in_any_repr():
    secrets = {
        "REDIS_URL": "redis://:canary@h",
        "DATABASE_URL": "postgres://u:canary@h/d",
        "CLICKHOUSE_URL": "https://u:canary@h/d",
    }
    settings = read(**DOOR, **secrets, FACEBOOK_APP_TOKEN="canary-token")
    shown = repr(settings) + str(settings) + repr(settings.extra) + settings.model_dump_json()
    assert "canary" not in shown
    assert KEY not in shown


def test_secrets_are_masked_whole_and_in_parts():
    redactor = read(SECRET_KEY=f"{KEY}, {KEY[::-1]}", REDIS_URL="rediss://user:canary@h/0").redactor()
    for piece in (KEY, KEY[::-1], "rediss://user:canary@h/0", "canary", KEY[3:10], KEY.upper(), KEY[-6:]):
        assert piece.lower() not in redactor.mask_secrets(f"text {piece} text").lower()


def test_database_url_of_heroku_is_accepted():
    assert read(DATABASE_URL="postgres://u:p@h/d").database_url.get_secret_value() == "postgresql://u:p@h/d"


def test_misspelt_variable_gets_a_hint():
    assert read(ALLOWED_DOMAIN="example.com").warnings == (
        "ALLOWED_DOMAIN is set, but Foyer has no such variable: did you mean ALLOWED_DOMAINS?",
    )
    assert read(PATH="/bin", HOME="/", LANG="C", PORT="1").warnings == ()


def test_demo_uses_only_the_listening_settings_of_the_environment():
    real = {"PORT": "1234", "REDIS_URL": "redis://real", "DATABASE_URL": "postgresql://real/x", "DATA_DIR": "/here"}
    settings = read_settings({**DOOR, **real}, env_file=None, demo_env={"GA4_PROPERTY_ID": "1"})
    assert (settings.port, settings.data_dir, settings.ga4_property_id) == (1234, Path("/here/demo"), "1")
    assert (settings.demo, settings.loopback_only, settings.bind_address) == (True, True, "127.0.0.1")
    assert settings.secrets() == ()
    assert settings.redactor().mask_secrets("redis://real") == "redis://real"


def test_importing_settings_reads_nothing():
    command = "import utilities.config.settings as s; s.Settings(); print('well')"
    environ = {"PATH": os.environ["PATH"], "PORT": "nonsense"}
    done = subprocess.run([sys.executable, "-c", command], cwd=ROOT, env=environ, capture_output=True, check=False)
    assert done.stdout == b"well\n", done.stderr


def variables_in(path: Path, pattern: str) -> set[str]:
    return set(re.findall(pattern, path.read_text(encoding="utf-8"), re.MULTILINE))


def test_env_example_has_every_variable():
    told = variables_in(ROOT / ".env.example", r"^#? ?([A-Z][A-Z0-9_]+)=")
    assert set(VARIABLES) <= told
    assert not [name for name in told - set(VARIABLES) if not name.startswith(PROVIDERS)]


def test_docs_have_every_variable():
    told = variables_in(ROOT / "docs" / "settings.md", r"^\| `([A-Z][A-Z0-9_]+)`")
    assert set(VARIABLES) <= told
    assert not [name for name in told - set(VARIABLES) if not name.startswith(PROVIDERS)]
