"""Settings: everything that is set from outside, checked; `utilities.config.environment` reads them."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from utilities.config import alert_addresses, store_urls, validators
from utilities.model.outgoing_proxies import OutgoingProxies
from utilities.redaction import Redactor, decode_base64, parse_json_object


def split_list(value: object) -> object:
    """Splits `a, b` into a tuple; returns anything else unchanged."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def check_secret(check: Callable[[str], str]) -> AfterValidator:
    return AfterValidator(lambda secret: SecretStr(check(secret.get_secret_value())))


def check_key_json(value: str) -> str:
    """Returns a key of Google's as JSON, also when it is written in base64 or in quotes; raises ValueError."""
    if not value:
        return value
    plain = value[1:-1] if value[0] == value[-1] and value[0] in "'\"" else value
    fields = parse_json_object(plain) or parse_json_object(decode_base64(plain) or "")
    if fields is None:
        raise ValueError("it must be the JSON of a key, complete from { to }, or the base64 of that")
    return json.dumps(fields)


Names = Annotated[tuple[str, ...], BeforeValidator(split_list)]
Base = Annotated[str, AfterValidator(validators.check_base_url)]
PathSetting = Annotated[Path, BeforeValidator(validators.check_path)]
ProxyUrl = Annotated[SecretStr, check_secret(store_urls.check_proxy_url)]


class Settings(BaseModel):
    """Everything that is set from outside; frozen, secrets masked in every repr."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    port: int = Field(8888, ge=0, le=65535)
    bind: Annotated[str, AfterValidator(validators.check_bind)] = ""
    public_url: Annotated[str, AfterValidator(validators.check_origin)] = ""
    data_dir: PathSetting = Path("var")
    secret_key: SecretStr = SecretStr("")
    redis_url: Annotated[SecretStr, check_secret(store_urls.check_redis_url)] = SecretStr("")
    database_url: Annotated[SecretStr, check_secret(store_urls.check_database_url)] = SecretStr("")
    clickhouse_url: Annotated[SecretStr, check_secret(store_urls.check_clickhouse_url)] = SecretStr("")
    google_client_id: Annotated[str, AfterValidator(validators.check_client_id)] = ""
    google_client_secret: Annotated[SecretStr, check_secret(validators.check_one_word)] = SecretStr("")
    oidc_issuer: Base = "https://accounts.google.com"
    allowed_domains: Annotated[Names, AfterValidator(validators.check_domains)] = ()
    google_application_credentials: Annotated[Path, BeforeValidator(validators.check_key_path)] | None = None
    google_application_credentials_json: Annotated[SecretStr, check_secret(check_key_json)] = SecretStr("")
    ga4_property_id: Annotated[str, AfterValidator(validators.check_property_number)] = ""
    ga4_api_endpoint: Base = "https://analyticsdata.googleapis.com"
    search_console_site: Annotated[str, AfterValidator(validators.check_search_console_site)] = ""
    search_console_api_endpoint: Base = "https://searchconsole.googleapis.com"
    website: Annotated[str, AfterValidator(validators.check_website)] = ""
    look_back_days: int = Field(7, ge=1, le=365)
    share_providers: Annotated[Names, AfterValidator(validators.check_names)] = ()
    tokens_without_sign_in: bool = False
    https_proxy: ProxyUrl = SecretStr("")
    http_proxy: ProxyUrl = SecretStr("")
    no_proxy: Annotated[Names, AfterValidator(validators.check_proxy_exceptions)] = ()
    alert_mail_to: Annotated[Names, AfterValidator(alert_addresses.check_mail_addresses)] = ()
    mail_from: Annotated[str, AfterValidator(alert_addresses.check_sender)] = ""
    smtp_url: Annotated[SecretStr, check_secret(alert_addresses.check_smtp_url)] = SecretStr("")
    alert_slack_url: Annotated[SecretStr, check_secret(alert_addresses.check_hook_url)] = SecretStr("")
    alert_webhook_url: Annotated[SecretStr, check_secret(alert_addresses.check_hook_url)] = SecretStr("")
    alert_webhook_secret: Annotated[SecretStr, check_secret(alert_addresses.check_webhook_secret)] = SecretStr("")
    trusted_proxies: Annotated[Names, AfterValidator(validators.check_networks)] = ()
    boards_dir: PathSetting = Path("boards")
    geoip_db: PathSetting | None = None
    hsts: Literal["host", "subdomains", "off", "forget"] = "host"
    tz: Annotated[str, AfterValidator(validators.check_zone)] = ""
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(str.upper)] = "INFO"
    log_format: Literal["text", "json"] = "text"
    demo: bool = False  # not an environment variable: `run.py demo` sets it
    public_demo: bool = False  # nor this one: `run.py demo --public` sets it
    extra: Mapping[str, SecretStr] = Field({}, repr=False)  # the providers' own variables, captured once
    warnings: tuple[str, ...] = ()  # sentences worth a warning in the log
    env_file: Path | None = None  # the file that was read

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """Yields the names of what is set, without the values."""
        return ((name, "…") for name in sorted(self.model_fields_set))

    @property
    def has_sign_in(self) -> bool:
        """Whether people sign in; never in a demo."""
        return bool(self.google_client_id) and not self.demo

    @property
    def loopback_only(self) -> bool:
        """Whether only this machine may connect: without sign-in, unless it is a public demo."""
        return not (self.has_sign_in or self.public_demo)

    @property
    def bind_address(self) -> str:
        return self.bind or ("127.0.0.1" if self.loopback_only else "0.0.0.0")  # noqa: S104 (people sign in, or the demo is public)

    @property
    def address(self) -> str:
        """The public address, without a slash at the end."""
        return self.public_url or f"http://localhost:{self.port}"

    @property
    def unconfigured(self) -> bool:
        """Whether no variable names a source of figures, and nobody signs in; sites may still be configured."""
        clickhouse = self.clickhouse_url.get_secret_value()
        return not (self.ga4_property_id or self.google_client_id or self.search_console_site or clickhouse)

    def provider_variable(self, name: str) -> str:
        """Returns the value of a provider's own variable (`FACEBOOK_APP_TOKEN`, `LOBSTERS_API_URL`), or ''."""
        value = self.extra.get(name)
        return value.get_secret_value() if value else ""

    @property
    def google_key(self) -> Path | SecretStr | None:
        """The key for Google's APIs: the path of its file, or its JSON; None without one."""
        as_json = self.google_application_credentials_json
        return self.google_application_credentials or (as_json if as_json.get_secret_value() else None)

    @property
    def proxies(self) -> OutgoingProxies:
        """The proxies for requests to the internet."""
        return OutgoingProxies(
            self.https_proxy.get_secret_value(), self.http_proxy.get_secret_value(), tuple(self.no_proxy)
        )

    def secrets(self) -> tuple[str, ...]:
        """Returns every secret value."""
        own = (value for value in dict(self).values() if isinstance(value, SecretStr))
        keys = (value for name, value in self.extra.items() if not name.endswith("_URL"))
        hooks = (self.alert_slack_url.get_secret_value(), self.alert_webhook_url.get_secret_value())
        segments = (each for hook in hooks for each in alert_addresses.secret_segments(hook))
        return tuple(filter(None, (*(value.get_secret_value() for value in (*own, *keys)), *segments)))

    def redactor(self) -> Redactor:
        """Returns what masks the values of all settings in a text; in a demo nothing is secret."""
        return Redactor() if self.demo else Redactor(self.secrets(), self._public_values())

    def _public_values(self) -> dict[str, str]:
        """Returns the variable for each value that is no secret, but is not repeated either: addresses, paths, ids."""
        values = {str(getattr(self, name)): name.upper() for name in self.model_fields_set & ADDRESS_FIELDS}
        values |= {secret.get_secret_value(): name for name, secret in self.extra.items() if name.endswith("_URL")}
        for name in ("redis_url", "database_url", "clickhouse_url", "https_proxy", "http_proxy", *ALERT_URLS):
            values[store_urls.telling_host(getattr(self, name).get_secret_value())] = name.upper()
        # A folder like /boards would hide the paths of pages.
        return {value: name for value, name in values.items() if not re.fullmatch("/[a-z]{1,12}", value)}

    def signing_keys(self) -> tuple[str, ...]:
        """Returns the keys of SECRET_KEY: the one that signs first, then those that are only verified."""
        return tuple(key.strip() for key in self.secret_key.get_secret_value().split(",") if key.strip())


INTERNAL_FIELDS = {"demo", "public_demo", "extra", "warnings", "env_file"}
VARIABLES = tuple(name.upper() for name in Settings.model_fields if name not in INTERNAL_FIELDS)
SECRETS = tuple(name for name in VARIABLES if isinstance(Settings.model_fields[name.lower()].default, SecretStr))
PATH_FIELDS = ("data_dir", "boards_dir", "geoip_db", "google_application_credentials")
ALERT_URLS = ("smtp_url", "alert_slack_url", "alert_webhook_url")
ADDRESS_FIELDS = frozenset(
    {*PATH_FIELDS, "mail_from", "public_url", "oidc_issuer", "ga4_api_endpoint", "search_console_site", "website"}
    | {"search_console_api_endpoint", "google_client_id", "bind"}
)
