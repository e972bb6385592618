"""An office with sign-in, and a person in it."""

from tests.handlers.accounts.conftest import (
    database_url,
    local,
    office,
    postgres,
    postgres_url,
    provider,
    signing,
)

__all__ = ["database_url", "local", "office", "postgres", "postgres_url", "provider", "signing"]
