"""Connects to ClickHouse and migrates its tables; no message repeats the address."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.common import coerce_bool
from clickhouse_connect.driver.exceptions import ClickHouseError, DatabaseError
from clickhouse_connect.driver.httputil import get_pool_manager
from urllib3 import PoolManager, make_headers

from utilities.model.errors import StoreDown
from utilities.model.outgoing_proxies import OutgoingProxies
from utilities.pageviews.sql.columns import PAGE_VIEWS_TABLE
from utilities.pageviews.storage.clickhouse_schema import migrate_clickhouse
from utilities.pageviews.storage.interface import first_error_line

COUNT_ROWS_SQL = f"SELECT count(*) FROM {PAGE_VIEWS_TABLE}"  # noqa: S608
# A session would allow one query at a time.
CLIENT_OPTIONS: Mapping[str, Any] = {"autogenerate_session_id": False, "connect_timeout": 3}
DEFAULT_PORTS = {"http": 8123, "https": 8443}
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


def connect_clickhouse(url: str, proxies: OutgoingProxies) -> Client:
    """Connects and migrates the tables; raises StoreDown, and SettingsError for the tables of a newer Foyer."""
    client = make_client(url, ANSWER_SECONDS, proxies)
    with ExitStack() as on_failure:
        on_failure.callback(client.close)
        with translate_open_errors():
            migrate_clickhouse(client)
        on_failure.pop_all()
    return client


def make_client(url: str, answer_seconds: int, proxies: OutgoingProxies) -> Client:
    """Connects; raises StoreDown."""
    for name in ("urllib3.connectionpool", "clickhouse_connect"):
        logging.getLogger(name).setLevel(logging.ERROR)  # a line for each try, with the address
    scheme = urlsplit(url).scheme
    pool: dict[str, Any] = {}
    if scheme in DEFAULT_PORTS:
        pool["pool_mgr"] = pool_manager(url, proxies)
    with translate_open_errors():
        return clickhouse_connect.get_client(
            dsn=url, interface=scheme, send_receive_timeout=answer_seconds, **pool, **CLIENT_OPTIONS
        )


@lru_cache(maxsize=4)
def pool_manager(url: str, proxies: OutgoingProxies) -> PoolManager:
    """Returns the connections to a ClickHouse, with its TLS options, through the proxy for it if there is one.

    One for each address, and never closed, like the client's own, which would ask the environment for a proxy.
    """
    parts = urlsplit(url)
    given = dict(parse_qsl(parts.query))
    options: dict[str, Any] = {}
    if parts.scheme == "https":
        options = {name: given[name] for name in ("ca_cert", "client_cert", "client_cert_key") if name in given}
        options["verify"] = given.get("verify", "").lower() == "proxy" or coerce_bool(given.get("verify", True))
        if host := given.get("server_host_name"):
            options |= {"server_hostname": host} | ({"assert_hostname": host} if options["verify"] else {})
    proxy = proxies.proxy_for(parts.scheme, parts.hostname or "", parts.port or DEFAULT_PORTS[parts.scheme])
    if proxy is not None:
        options[f"{parts.scheme}_proxy"] = proxy.url
        if proxy.user:
            options["proxy_headers"] = make_headers(proxy_basic_auth=f"{proxy.user}:{proxy.password}")
    manager: PoolManager = get_pool_manager(**options)
    return manager


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
