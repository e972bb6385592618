"""Settings: read once from the environment, all faults reported together."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

Names = Annotated[tuple[str, ...], NoDecode]


class Settings(BaseSettings):
    """Everything that is set from outside; frozen, secrets masked in every repr."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True)

    port: int = Field(8888, ge=0, le=65535)
    bind: str = ""
    public_url: str = ""
    data_dir: Path = Path("var")
    secret_key: SecretStr = SecretStr("")
    redis_url: SecretStr = SecretStr("")
    database_url: SecretStr = SecretStr("")
    google_client_id: str = ""
    google_client_secret: SecretStr = SecretStr("")
    oidc_issuer: str = "https://accounts.google.com"
    allowed_domains: Names = ()
    google_application_credentials: Path | None = None
    ga4_property_id: str = ""
    ga4_api_endpoint: str = "https://analyticsdata.googleapis.com"
    search_console_site: str = ""
    search_console_api_endpoint: str = "https://searchconsole.googleapis.com"
    website: str = ""
    look_back_days: int = Field(7, ge=1, le=365)
    share_providers: Names = ()
    trusted_proxies: Names = ()
    boards_dir: Path = Path("boards")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"
    demo: bool = False  # not an environment variable: `run.py demo` sets it
    extra: Mapping[str, SecretStr] = {}  # every other variable a provider may name, captured once

    @field_validator("allowed_domains", "share_providers", "trusted_proxies", mode="before")
    @classmethod
    def split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    def named(self, name: str) -> str:
        """The value of a provider's own variable (`FACEBOOK_APP_TOKEN`, `LOBSTERS_API_URL`), or ''."""
        value = self.extra.get(name)
        return value.get_secret_value() if value else ""
