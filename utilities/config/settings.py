"""Settings: read once from the environment; all faults are reported together."""

import difflib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv.parser import parse_stream
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from utilities.config import validators
from utilities.model.errors import SettingsError

MIN_KEY_CHARS = 32
PLACEHOLDER_KEY = re.compile(r"change.?me|replace.?me|placeholder|your.?(secret|key)|^(.)\2*$", re.IGNORECASE)
DEMO_VARIABLES = ("PORT", "BIND", "BOARDS_DIR", "TOKENS_WITHOUT_SIGN_IN", "LOG_LEVEL", "LOG_FORMAT")
PROVIDERS = tuple(
    path.stem.upper() for path in Path(__file__).parents[1].joinpath("shares", "providers").glob("[!_]*.py")
)


def split_list(value: object) -> object:
    """Splits `a, b` into a tuple; returns anything else unchanged."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def check_secret(check: Callable[[str], str]) -> AfterValidator:
    return AfterValidator(lambda secret: SecretStr(check(secret.get_secret_value())))


Names = Annotated[tuple[str, ...], BeforeValidator(split_list)]
Base = Annotated[str, AfterValidator(validators.check_base_url)]
RedisUrl = Annotated[SecretStr, check_secret(validators.make_scheme_check("redis", "rediss", "unix"))]
ClickHouseUrl = Annotated[SecretStr, check_secret(validators.make_scheme_check("http", "https", "chdb"))]


class Settings(BaseModel):
    """Everything that is set from outside; frozen, secrets masked in every repr."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    port: int = Field(8888, ge=0, le=65535)
    bind: str = ""
    public_url: Annotated[str, AfterValidator(validators.check_origin)] = ""
    data_dir: Path = Path("var")
    secret_key: SecretStr = SecretStr("")
    redis_url: RedisUrl = SecretStr("")
    database_url: Annotated[SecretStr, check_secret(validators.check_database_url)] = SecretStr("")
    clickhouse_url: ClickHouseUrl = SecretStr("")
    google_client_id: str = ""
    google_client_secret: SecretStr = SecretStr("")
    oidc_issuer: Annotated[str, AfterValidator(validators.check_url)] = "https://accounts.google.com"
    allowed_domains: Annotated[Names, AfterValidator(validators.check_domains)] = ()
    google_application_credentials: Path | None = None
    ga4_property_id: Annotated[str, AfterValidator(validators.check_property_number)] = ""
    ga4_api_endpoint: Base = "https://analyticsdata.googleapis.com"
    search_console_site: Annotated[str, AfterValidator(validators.check_search_console_site)] = ""
    search_console_api_endpoint: Base = "https://searchconsole.googleapis.com"
    website: Annotated[str, AfterValidator(validators.check_website)] = ""
    look_back_days: int = Field(7, ge=1, le=365)
    share_providers: Names = ()
    tokens_without_sign_in: bool = False
    trusted_proxies: Annotated[Names, AfterValidator(validators.check_networks)] = ()
    boards_dir: Path = Path("boards")
    geoip_db: Path | None = None
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(str.upper)] = "INFO"
    log_format: Literal["text", "json"] = "text"
    demo: bool = False  # not an environment variable: `run.py demo` sets it
    extra: Mapping[str, SecretStr] = Field({}, repr=False)  # the providers' own variables, captured once
    warnings: tuple[str, ...] = ()  # sentences worth a warning in the log

    @property
    def loopback_only(self) -> bool:
        """Whether only this machine may connect: without sign-in, or in a demo."""
        return self.demo or not self.google_client_id

    @property
    def bind_address(self) -> str:
        return self.bind or ("127.0.0.1" if self.loopback_only else "0.0.0.0")  # noqa: S104 (people sign in)

    @property
    def address(self) -> str:
        """The public address, without a slash at the end."""
        return self.public_url or f"http://localhost:{self.port}"

    @property
    def unconfigured(self) -> bool:
        """Whether neither GA4 nor sign-in is configured; then `run.py` serves a demo."""
        return not (self.ga4_property_id or self.google_client_id)

    def provider_variable(self, name: str) -> str:
        """Returns the value of a provider's own variable (`FACEBOOK_APP_TOKEN`, `LOBSTERS_API_URL`), or ''."""
        value = self.extra.get(name)
        return value.get_secret_value() if value else ""

    def secrets(self) -> tuple[str, ...]:
        """Returns every secret value, and the passwords and keys inside them, so that logs can mask them."""
        own = (value for value in dict(self).values() if isinstance(value, SecretStr))
        keys = (value for name, value in self.extra.items() if not name.endswith("_URL"))
        secrets = [value.get_secret_value() for value in (*own, *keys)]
        passwords = [word for value in secrets for word in re.findall(r"://[^/@]*:([^/@]+)@", value)]
        return tuple(filter(None, [*secrets, *passwords, *self.signing_keys()]))

    def signing_keys(self) -> tuple[str, ...]:
        """Returns the keys of SECRET_KEY: the one that signs first, then those that are only verified."""
        return tuple(key.strip() for key in self.secret_key.get_secret_value().split(",") if key.strip())


INTERNAL_FIELDS = {"demo", "extra", "warnings"}
VARIABLES = tuple(name.upper() for name in Settings.model_fields if name not in INTERNAL_FIELDS)
SECRETS = tuple(name for name in VARIABLES if isinstance(Settings.model_fields[name.lower()].default, SecretStr))
UNSUPPORTED_FILE_VARIABLES = {f"{name}_FILE" for name in VARIABLES if name not in SECRETS}


def read_settings(
    environ: Mapping[str, str] = os.environ,
    *,
    env_file: Path | None = Path(".env"),
    demo_env: Mapping[str, str] | None = None,
) -> Settings:
    """Returns the settings from `environ`, then from `env_file`; an empty variable counts as not set.

    `demo_env` makes it a demo: its variables replace all but DEMO_VARIABLES, so that the demo never meets a real
    account or database. Raises SettingsError, one line for each fault: what is wrong, where, what to do.
    """
    written = read_env_file(env_file) if env_file else {}
    where = dict.fromkeys(written, f"in {env_file}") | dict.fromkeys(environ, "in the environment")
    values = {name: value.strip() for name, value in {**written, **environ}.items() if value and value.strip()}
    if demo_env is not None:
        allowed = {name: value for name, value in values.items() if name in DEMO_VARIABLES}
        values = {"DATA_DIR": str(Path(values.get("DATA_DIR", "var")) / "demo")} | allowed | dict(demo_env)
    faults = dict(_read_secret_files(values)) | dict(_endpoint_faults(values))
    good: dict[str, Any] = {name.lower(): values[name] for name in VARIABLES if name in values}
    good["extra"] = {name: SecretStr(value) for name, value in values.items() if _is_provider_variable(name)}
    good |= {"demo": demo_env is not None, "warnings": tuple(_misspelt_names(values))}
    try:
        settings = Settings(**good)
    except ValidationError as error:
        wrong = {str(each["loc"][0]): _plain_message(each["msg"]) for each in error.errors()}
        for name, what in wrong.items():
            faults[name.upper()] = f"{name.upper()} ({where.get(name.upper(), 'from a file')}): {what}."
        settings = Settings(**{name: value for name, value in good.items() if name not in wrong})
    faults = dict(_conflicts(settings)) | faults
    if faults:
        raise SettingsError("\n".join(faults.values()))
    return settings


def _plain_message(message: str) -> str:
    return message.removeprefix("Value error, ").replace("Input should", "it must").partition(", unable")[0]


def read_env_file(env_file: Path) -> Mapping[str, str | None]:
    """Returns the variables in the file; none when there is no file."""
    try:
        with env_file.open(encoding="utf-8-sig") as file:  # Notepad begins files with a mark
            lines = list(parse_stream(file))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SettingsError(f"{env_file} cannot be read: {why}. Repair it or remove it.") from error
    odd = [f"{env_file}, line {line.original.line}: write NAME=value, or # before it." for line in lines if line.error]
    if odd:
        raise SettingsError("\n".join(odd))
    return {line.key: line.value for line in lines if line.key}


def _read_secret_files(values: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Replaces each `NAME_FILE` of a secret by `NAME` with the text of the file; yields faults by variable."""
    for file_variable in [name for name in values if name.endswith("_FILE")]:
        name = file_variable.removesuffix("_FILE")
        if name not in SECRETS and not _is_provider_variable(name):
            continue
        if name in values:
            yield name, f"{name} and {file_variable} are both set: keep one."
            continue
        try:
            values[name] = Path(values.pop(file_variable)).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "not text"
            yield (
                name,
                f"{file_variable} names a file that cannot be read ({why}): put the secret there, or correct the path.",
            )


def _endpoint_faults(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if name.endswith("_API_URL") and _is_provider_variable(name):
            try:
                validators.check_url(value)
            except ValueError as error:
                yield name, f"{name}: {error}."


def _conflicts(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yields conflicts between valid settings: the variable to change, and the sentence."""
    if not settings.loopback_only:
        yield from _sign_in_faults(settings)
    elif settings.bind and not validators.is_this_machine(settings.bind):
        yield (
            "BIND",
            f"BIND is {settings.bind}, but without sign-in only this machine may connect: set GOOGLE_CLIENT_ID, or "
            "leave BIND out.",
        )


def _sign_in_faults(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yields what is missing for sign-in."""
    if not settings.google_client_secret.get_secret_value():
        where = "copy it from the same OAuth client as GOOGLE_CLIENT_ID"
        yield "GOOGLE_CLIENT_SECRET", f"GOOGLE_CLIENT_SECRET is not set: {where}."
    if not settings.allowed_domains:
        yield (
            "ALLOWED_DOMAINS",
            "ALLOWED_DOMAINS is empty, so nobody could sign in: set it to your domain, like example.com.",
        )
    if not settings.public_url:
        yield (
            "PUBLIC_URL",
            "PUBLIC_URL is not set, so Google cannot send people back: set it to the address people type, like "
            "https://foyer.example.com.",
        )
    keys = settings.signing_keys()
    short, usual = any(len(key) < MIN_KEY_CHARS for key in keys), any(PLACEHOLDER_KEY.search(key) for key in keys)
    if not keys or short or usual:
        what = "not set" if not keys else "too short" if short else "a placeholder"
        yield (
            "SECRET_KEY",
            f"SECRET_KEY is {what}: make one of {MIN_KEY_CHARS} characters or more, for instance with "
            "`python -c 'import secrets; print(secrets.token_urlsafe(48))'`.",
        )


def _is_provider_variable(name: str) -> bool:
    """Whether a variable belongs to a share provider, like FACEBOOK_APP_TOKEN."""
    return name.startswith(tuple(f"{stem}_" for each in PROVIDERS for stem in (each, each.replace("_", ""))))


def _misspelt_names(values: Mapping[str, str]) -> Iterator[str]:
    for name in values:
        if name in UNSUPPORTED_FILE_VARIABLES:
            yield f"{name} is set, but only secrets may stand in a file: set {name.removesuffix('_FILE')} itself."
        elif name not in VARIABLES and name.removesuffix("_FILE") not in VARIABLES and not _is_provider_variable(name):
            for match in difflib.get_close_matches(name, VARIABLES, n=1, cutoff=0.85):
                yield f"{name} is set, but Foyer has no such variable: did you mean {match}?"
