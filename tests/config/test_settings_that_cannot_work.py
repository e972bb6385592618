"""Settings that cannot work are refused with a sentence that names the variable and never repeats the value."""

import base64
import json
import os
from pathlib import Path

import pytest

from tests.config.test_settings import DOOR, KEY, faults, read
from utilities.config.environment import PROJECT_FOLDER, read_settings
from utilities.config.file_owners import data_owner_fault, readable_by_others
from utilities.google.credentials import load_credentials
from utilities.model.errors import SettingsError, SourceMisconfigured

GOOGLE_KEY = {"type": "service_account", "client_email": "a@b.example", "private_key": "canary", "token_uri": "x"}


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        *[("ALLOWED_DOMAINS", f"example.com, {domain}", "entry 2 is a public mail service") for domain in (
            "gmail.com", "GoogleMail.com", "outlook.de", "yahoo.co.uk", "gmx.net", "qq.com", "mail.ru", "icloud.com"
        )],
        *[("ALLOWED_DOMAINS", domain, "under which anybody can have a domain") for domain in ("co.uk", "github.io")],
        ("SECRET_KEY", "# python3 -c 'import secrets; print(secrets.token_urlsafe(48))'", "not set"),
        ("SECRET_KEY", "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'", "a placeholder"),
        ("SECRET_KEY", "$(openssl rand -base64 48)-canary-canary", "a placeholder"),
        ("SECRET_KEY", "my-example-canary-key-that-is-long-enough", "a placeholder"),
        ("SECRET_KEY", "canary26" * 5, "too easy to guess"),
        ("SECRET_KEY", "abcdefghijklmnopqrstuvwxyz0123456789", "too easy to guess"),
        ("SECRET_KEY", DOOR["GOOGLE_CLIENT_SECRET"] + KEY, ""),
        ("GOOGLE_CLIENT_ID", "GOCSPX-canary-canary-canary-canary", "must be the id of an OAuth client"),
        ("GOOGLE_CLIENT_ID", "canary", "must end with .apps.googleusercontent.com"),
    ],
)  # fmt: skip
def test_sign_in_that_cannot_work_is_refused(name: str, value: str, words: str):
    if not words:
        assert read(**{**DOOR, name: value}).signing_keys() == (value,)
        return
    (fault,) = faults(**{**DOOR, name: value})
    assert name in fault
    assert words in fault
    assert "canary" not in fault


def test_signing_key_is_no_other_secret():
    (fault,) = faults(**{**DOOR, "GOOGLE_CLIENT_SECRET": KEY})
    assert "SECRET_KEY is the same as another secret" in fault


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("WEBSITE", "https://example.com/blog?x=1", "no ? and no #"),
        ("NO_PROXY", '.example.com,{"private_key":"canary"}', "entry 2 is neither a host"),
        ("TZ", "/canary7/Zq".replace("/", "x"), "it is no time zone"),
        ("DATA_DIR", "https://wall:canary/zz@db", "it must be a path"),
        ("HTTPS_PROXY", "kAnaRy7ZqcanaryW3kVbX9pL", "the address of a proxy"),
        ("X_BEARER_TOKEN", "canary\nline", "a space or a line break"),
        ("WEBSITE", "https://example.com/blog", "nothing after the host"),
        ("WEBSITE", "https://canary:canary@example.com", "not an address"),
        ("WEBSITE", "canary", "must be a domain"),
        ("GA4_API_ENDPOINT", "https://example.com/v1?key=canary", "no ? and no #"),
        ("SHARE_PROVIDERS", "lobsters, hackernews", "entry 2 is not a network that Foyer knows; did you mean hacker"),
        ("SHARE_PROVIDERS", "canary", "there are facebook, hacker-news"),
        ("DATABASE_URL", "postgresql://foyer:canary@ry@host/db", "write %40 for @"),
        ("DATABASE_URL", "postgresql://foyer:can/canary@host/db", "write %40 for @"),
        ("DATABASE_URL", "postgresql://foyer:can#canary@host/db", "write %40 for @"),
        ("REDIS_URL", "redis://:canary@more@host:6379/0", "write %40 for @"),
        ("CLICKHOUSE_URL", "https://u:can?canary@host:8443/db", "write %40 for @"),
        ("HTTPS_PROXY", "http://u:canary@ry@proxy:3128", "write %40 for @"),
        ("HTTPS_PROXY", "socks5://u:canary@proxy:1080", "must begin with http://"),
        ("REDIS_URL", "rediss://host/0?ssl_cert_req=none", "the option ssl_cert_req does not exist here; did you mean"),
        ("REDIS_URL", "redis://host/0?ssl_cert_reqs=none", "it must begin with rediss://"),
        ("REDIS_URL", "rediss://host/0?ssl_cert_reqs=canary", "ssl_cert_reqs must be one of none, optional, required"),
        ("REDIS_URL", "rediss://host/0?ssl_ca_certs=/nowhere/canary", "ssl_ca_certs names a file that does not exist"),
        ("REDIS_URL", "redis://host/0?socket_timeout=9", "Foyer sets socket_timeout itself"),
        ("REDIS_URL", "redis://host/canary", "the number of a database"),
        ("DATABASE_URL", "postgresql://host/db?sslmod=require", "did you mean sslmode?"),
        ("DATABASE_URL", "postgresql://host/db?connect_timeout=9", "Foyer sets connect_timeout itself"),
        ("DATABASE_URL", "sqlite:///state.sqlite?mode=ro", "without options"),
        ("CLICKHOUSE_URL", "https://host/db?ca_certs=/canary", "did you mean ca_cert?"),
        ("GOOGLE_APPLICATION_CREDENTIALS", json.dumps(GOOGLE_KEY), "set GOOGLE_APPLICATION_CREDENTIALS_JSON"),
        ("GOOGLE_APPLICATION_CREDENTIALS_JSON", "/run/secrets/canary.json", "it must be the JSON of a key"),
        ("PORT", "8888  # canary", "ends with a comment"),
        ("WEBSITE", "'example.com'", "stands in quotes"),
        ("X_BEARER_TOKEN", "canary # the token", "ends with a comment"),
        (
            "SMTP_URL",
            "smtp://canary:canary@mail.example.com:25?tls=none",
            "tls=none is for a mail server on this machine",
        ),
        ("SMTP_URL", "smtp://ada@example.com:canary@mail.example.com", "write %40 for @"),
        ("SMTP_URL", "smtp://canary@mail.example.com", "a user name and a password belong together"),
        ("SMTP_URL", "mail.example.com:587", "it must begin with smtps:// or smtp://"),
        ("SMTP_URL", "smtps://mail.example.com?tls=none", "smtps:// is TLS"),
        ("SMTP_URL", "smtp://mail.example.com?starttls=canary", "does not exist here"),
        ("MAIL_FROM", "Foyer canary", "not a mail address"),
        ("ALERT_MAIL_TO", "ada@example.com, canary", "entry 2 is not a mail address"),
        ("ALERT_SLACK_URL", "http://hooks.example.com/services/canary", "it must be https"),
        ("ALERT_SLACK_URL", "https://u:canary@hooks.example.com/services/x", "without a user name"),
        ("ALERT_WEBHOOK_URL", "http://169.254.169.254/canary", "metadata service"),
        ("ALERT_WEBHOOK_SECRET", "canary", "it must be whsec_"),
        ("ALERT_WEBHOOK_SECRET", "whsec_canary", "24 to 64 random bytes"),
        ("HSTS", "canary", "'host', 'subdomains', 'off' or 'forget'"),
    ],
)
def test_value_that_cannot_work_is_refused(name: str, value: str, words: str):
    (fault,) = faults(**{name: value})
    assert fault.startswith(name)
    assert words in fault
    assert "canary" not in fault


@pytest.mark.parametrize(
    ("environ", "missing"),
    [
        ({"ALERT_MAIL_TO": "ada@example.com"}, ["SMTP_URL", "MAIL_FROM"]),
        ({"SMTP_URL": "smtps://mail.example.com"}, ["MAIL_FROM"]),
        ({"ALERT_WEBHOOK_URL": "https://example.com/canary"}, ["ALERT_WEBHOOK_SECRET"]),
        ({"ALERT_WEBHOOK_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}, ["ALERT_WEBHOOK_URL"]),
    ],
)
def test_channel_that_is_configured_in_part_is_refused(environ: dict[str, str], missing: list[str]):
    assert [fault.split()[0] for fault in faults(**environ)] == missing


def test_settings_of_channels_may_stand_in_files(tmp_path: Path):
    values = {
        "SMTP_URL": "smtps://foyer:canary-canary@mail.example.com",
        "ALERT_SLACK_URL": "https://hooks.example.com/services/canary-canary",
        "ALERT_WEBHOOK_URL": "http://n8n:5678/hooks/canary-canary",
        "ALERT_WEBHOOK_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    }
    for name, value in values.items():
        (tmp_path / name).write_text(value)
    settings = read(MAIL_FROM="foyer@example.com", **{f"{name}_FILE": str(tmp_path / name) for name in values})
    assert {name: getattr(settings, name.lower()).get_secret_value() for name in values} == values
    masked = settings.redactor().mask_secrets(" ".join(values.values()))
    assert "canary" not in masked
    assert "MfKQ9r8GKYqr" not in masked


def test_path_of_a_webhook_is_a_secret():
    settings = read(ALERT_SLACK_URL="https://hooks.slack.com/services/T0Qz81/B0Xk29/p9WmVr4LxTq7")
    assert settings.redactor().mask_secrets("services T0Qz81 p9WmVr4LxTq7 at hooks.slack.com") == (
        "services *** *** at [ALERT_SLACK_URL]"
    )


def test_website_is_normalized():
    assert read(WEBSITE="HTTPS://Example.com:443/").website == "https://example.com"
    assert read(WEBSITE="http://bücher.example:8080").website == "http://bücher.example:8080"


def test_value_that_is_only_a_comment_counts_as_not_set():
    settings = read(X_BEARER_TOKEN="# from the portal", PORT="# 8888")
    assert (settings.port, settings.provider_variable("X_BEARER_TOKEN")) == (8888, "")
    assert [warning.split()[0] for warning in settings.warnings] == ["X_BEARER_TOKEN", "PORT"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("FOYER_PORT", "PORT"),
        ("foyer_redis_url", "REDIS_URL"),
        ("SECRET_KEY_FILES", "SECRET_KEY_FILE"),
        ("GOOGLE_APPLICATION_CREDENTIAL", "GOOGLE_APPLICATION_CREDENTIALS"),
        ("DATABASES_URL", "DATABASE_URL"),
    ],
)
def test_wrong_name_is_called_wrong(name: str, meant: str):
    assert read(**{name: "canary"}).warnings == (
        f"{name} is set, but Foyer has no such variable: did you mean {meant}?",
    )


def test_in_its_own_file_less_similar_names_are_called_wrong(tmp_path: Path):
    (tmp_path / ".env").write_text("GA4_PROPERTY=1\nTZ=Europe/Berlin\n")
    (warning,) = read_settings({}, env_file=tmp_path / ".env").warnings
    assert "did you mean GA4_PROPERTY_ID?" in warning


def test_key_of_google_may_be_json_or_base64_of_it():
    text = json.dumps(GOOGLE_KEY)
    for value in (text, base64.b64encode(text.encode()).decode(), f"'{text}'", text.replace("canary", "can\nary")):
        key = read(GOOGLE_APPLICATION_CREDENTIALS_JSON=value).google_key
        with pytest.raises(SourceMisconfigured, match="private_key in GOOGLE_APPLICATION_CREDENTIALS_JSON") as caught:
            load_credentials(key, "scope")
        assert "canary" not in str(caught.value)


def test_key_of_google_stands_in_one_place():
    values = {"GOOGLE_APPLICATION_CREDENTIALS": "key.json", "GOOGLE_APPLICATION_CREDENTIALS_JSON": '{"type": "x"}'}
    assert faults(**values)[0].endswith("are both set: keep one.")


def test_persons_own_key_is_accepted():
    key = {"type": "authorized_user", "client_id": "i", "client_secret": "s", "refresh_token": "t"}
    credentials = load_credentials(read(GOOGLE_APPLICATION_CREDENTIALS_JSON=json.dumps(key)).google_key, "scope")
    assert credentials.account == "the person whose key this is"


def test_relative_paths_begin_beside_the_program_whatever_the_folder_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / ".env").write_text("PORT=1\n")
    monkeypatch.chdir(tmp_path)
    settings = read(GEOIP_DB="var/geo.mmdb", GOOGLE_APPLICATION_CREDENTIALS="~/key.json")
    assert settings.port == 8888
    assert (settings.data_dir, settings.boards_dir) == (PROJECT_FOLDER / "var", PROJECT_FOLDER / "boards")
    assert settings.geoip_db == PROJECT_FOLDER / "var" / "geo.mmdb"
    assert settings.google_application_credentials == Path("~/key.json").expanduser()


def test_another_env_file_may_be_named_and_must_exist(tmp_path: Path):
    (tmp_path / "wall.env").write_text("PORT=1\n")
    assert read_settings({"ENV_FILE": str(tmp_path / "wall.env")}).port == 1
    with pytest.raises(SettingsError, match="ENV_FILE names a file that does not exist"):
        read_settings({"ENV_FILE": str(tmp_path / "canary")})


def test_files_that_others_can_read_are_named(tmp_path: Path):
    for name in (".env", "key.json"):
        (tmp_path / name).write_text("PORT=1\n")
        (tmp_path / name).chmod(0o644)
    environ = {"GOOGLE_APPLICATION_CREDENTIALS": str(tmp_path / "key.json"), "DATA_DIR": str(tmp_path / "var")}
    settings = read_settings(environ, env_file=tmp_path / ".env")
    assert [fault.partition(":")[0] for fault in readable_by_others(settings)] == [
        "other users of this machine can read .env",
        "other users of this machine can read the key file of GOOGLE_APPLICATION_CREDENTIALS",
    ]
    for name in (".env", "key.json"):
        (tmp_path / name).chmod(0o600)
    assert readable_by_others(settings) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="needs to be root, to give a folder to another user")
def test_nothing_is_written_as_another_user_than_the_owner(tmp_path: Path):
    assert data_owner_fault(tmp_path) == ""
    assert data_owner_fault(tmp_path / "missing") == ""
    os.chown(tmp_path, 12345, -1)
    assert "DATA_DIR belongs to user 12345, and this is user 0" in data_owner_fault(tmp_path)
