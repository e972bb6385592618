"""An office with sign-in, and a person in it."""

from tests.handlers.accounts.conftest import (
    database_url,
    postgres,
    postgres_url,
    provider,
    sign_in_settings,
    start_foyer,
    start_local_foyer,
)

__all__ = [
    "database_url",
    "postgres",
    "postgres_url",
    "provider",
    "sign_in_settings",
    "start_foyer",
    "start_local_foyer",
]
