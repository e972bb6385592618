"""Connects to ClickHouse and migrates its tables; no message repeats the address."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urlsplit

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError, DatabaseError

from utilities.model.errors import StoreDown
from utilities.pageviews.sql.columns import PAGE_VIEWS_TABLE
from utilities.pageviews.storage.clickhouse_schema import migrate_clickhouse
from utilities.pageviews.storage.interface import first_error_line

COUNT_ROWS_SQL = f"SELECT count(*) FROM {PAGE_VIEWS_TABLE}"  # noqa: S608
# A session would allow one query at a time.
CLIENT_OPTIONS: Mapping[str, Any] = {"autogenerate_session_id": False, "connect_timeout": 3}
ANSWER_SECONDS = 8  # without a byte: no thread is held longer by a silent ClickHouse
OPEN_REASONS = {
    "AUTHENTICATION_FAILED": "it refuses the user or the password",
    "UNKNOWN_DATABASE": "there is no such database",
    "UNKNOWN_TABLE": "a table of Foyer is gone",
    "READONLY": "it accepts no changes",
    "TABLE_IS_READ_ONLY": "it accepts no changes",
    "KEEPER_EXCEPTION": "it has lost its Keeper",
    "ACCESS_DENIED": "the user may not do this",
    "NOT_ENOUGH_SPACE": "its disk is full",
    "Connection refused": "nothing listens there",
    "resolve": "its host name is unknown",
    "certificate": "its certificate is not accepted",
    "HTTP status": "something else answers in its place",
    "timed out": "it does not answer in time",
}
"""Reasons by a part of the client's message."""


def connect_clickhouse(url: str) -> Client:
    """Connects and migrates the tables; raises StoreDown, and SettingsError for the tables of a newer Foyer."""
    client = make_client(url, ANSWER_SECONDS)
    with ExitStack() as on_failure:
        on_failure.callback(client.close)
        with translate_open_errors():
            migrate_clickhouse(client)
        on_failure.pop_all()
    return client


def make_client(url: str, answer_seconds: int) -> Client:
    """Connects; raises StoreDown."""
    for name in ("urllib3.connectionpool", "clickhouse_connect"):
        logging.getLogger(name).setLevel(logging.ERROR)  # a line for each try, with the address
    with translate_open_errors():
        return clickhouse_connect.get_client(
            dsn=url, interface=urlsplit(url).scheme, send_receive_timeout=answer_seconds, **CLIENT_OPTIONS
        )


def count_stored_rows(client: Client) -> int:
    with translate_open_errors():
        return int(client.query(COUNT_ROWS_SQL).result_rows[0][0])


@contextmanager
def translate_open_errors() -> Iterator[None]:
    """Turns what the client raises into StoreDown, without its message, which contains the address."""
    try:
        yield
    except (ClickHouseError, OSError) as error:
        raise StoreDown(f"ClickHouse cannot be used ({describe_open_error(error)}). Look at CLICKHOUSE_URL.") from error


def describe_open_error(error: Exception) -> str:
    """Returns the reason as a part of a sentence."""
    return next((reason for part, reason in OPEN_REASONS.items() if part in str(error)), "it cannot be reached")


def describe_client_error(error: Exception) -> str:
    """Returns the reason; the server's own message where the reason is not a common one. Neither has the address."""
    is_common = any(part in str(error) for part in OPEN_REASONS)
    has_message = isinstance(error, DatabaseError) and "code:" in str(error).lower()
    return first_error_line(error) if has_message and not is_common else describe_open_error(error)
