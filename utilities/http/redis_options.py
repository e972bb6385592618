"""How every connection to Redis is made: patient for a moment only, and never with an unchecked certificate."""

from typing import Any

from redis.asyncio.connection import SSLConnection, parse_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from utilities.model.errors import SettingsError


def options(url: str, patience: float) -> dict[str, Any]:
    """What a pool is made with; ours go before those in the URL. Raises SettingsError for a bad URL.

    The client's own defaults hang for a minute: five seconds, and ten tries.
    """
    try:
        given: dict[str, Any] = dict(parse_url(url))
    except ValueError as error:
        raise SettingsError(f"REDIS_URL: {error}") from error
    ours: dict[str, Any] = {
        "socket_timeout": patience,
        "socket_connect_timeout": patience,
        "retry": Retry(NoBackoff(), 0),
    }
    if given.get("connection_class") is SSLConnection:
        ours |= {"ssl_cert_reqs": "required", "ssl_check_hostname": True}
    return given | ours
