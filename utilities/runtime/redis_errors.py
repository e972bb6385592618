"""Says why Redis fails: the cause and what to do, without a word of the server's text or a part of REDIS_URL."""

import errno
import os
import re
import socket
import ssl
from collections.abc import Iterator

from redis import exceptions as redis_errors

LOADING = "it is still loading its data"
NO_RIGHTS = "the user of REDIS_URL may not do this: see docs/deploying.md"
WRONG_PASSWORD = "it refuses the user or the password: check REDIS_URL"  # noqa: S105
FULL = "its memory is full: check its maxmemory"
REPLICA = "it is a replica, which accepts no writes: REDIS_URL must name the primary"
NO_PRIMARY = "it is a replica that has lost its primary"
CLUSTER = "it is a cluster, which Foyer cannot use"
NO_ANSWER = "no answer in time"
NOT_REDIS = "what answers there is not Redis, or speaks TLS where REDIS_URL does not: check REDIS_URL"
REDIS_REASONS_BY_CLASS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    (
        (
            redis_errors.AuthenticationError,
            redis_errors.AuthorizationError,
            redis_errors.AuthenticationWrongNumberOfArgsError,
        ),
        WRONG_PASSWORD,
    ),
    (redis_errors.NoPermissionError, NO_RIGHTS),
    (redis_errors.BusyLoadingError, LOADING),
    (redis_errors.OutOfMemoryError, FULL),
    (redis_errors.ReadOnlyError, REPLICA),
    (redis_errors.MasterDownError, NO_PRIMARY),
    ((redis_errors.ClusterError, redis_errors.AskError, redis_errors.TryAgainError), CLUSTER),
    (redis_errors.MaxConnectionsError, "all connections of this process to it are in use"),
    (redis_errors.InvalidResponse, NOT_REDIS),
)
REDIS_REASONS_BY_CODE = {
    "NOAUTH": WRONG_PASSWORD,
    "WRONGPASS": WRONG_PASSWORD,
    "NOPERM": NO_RIGHTS,
    "LOADING": LOADING,
    "OOM": FULL,
    "READONLY": REPLICA,
    "MASTERDOWN": NO_PRIMARY,
    **dict.fromkeys(("MOVED", "ASK", "CLUSTERDOWN", "CROSSSLOT", "TRYAGAIN"), CLUSTER),
    "MISCONF": "it cannot write to its own disk, and accepts no writes until it can",
    "NOREPLICAS": "it has too few replicas to accept writes: check its min-replicas-to-write",
    "BUSY": "a script keeps it busy",
    "DENIED": "its protected mode lets no other machine in: set a password there and in REDIS_URL",
}
"""The first word of an error; inside a transaction redis-py has no class for it."""
REDIS_REASONS_BY_TEXT = {
    "max number of clients": "it has too many clients: raise its maxclients",
    "unknown command": "it does not know a command that Foyer needs: use a newer Redis, without renamed commands",
    "DB index is out of range": "it does not have the database with the number in REDIS_URL",
    "invalid DB index": "the number of the database in REDIS_URL is wrong",
    "Connection closed": "it has closed the connection",
    "Connection lost": "it has closed the connection",
    "imeout": NO_ANSWER,
}
NETWORK_REASONS = {
    errno.ECONNREFUSED: "nothing listens there",
    errno.ECONNRESET: "it has closed the connection",
    errno.EPIPE: "it has closed the connection",
}
ERROR_CODE = re.compile(r"\b[A-Z]{3,}\b")


def describe_redis_error(error: BaseException) -> str:
    """Returns the reason of a failure."""
    chain = list(iterate_causes(error))
    return (
        next((reason for kinds, reason in REDIS_REASONS_BY_CLASS if isinstance(error, kinds)), "")
        or next((reason for each in chain if (reason := describe_network_error(each))), "")
        or describe_error_text(str(error))
        or type(error).__name__
    )


def iterate_causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yields the error and what has caused it, nearest first."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def describe_network_error(error: BaseException) -> str:
    """Returns the reason of an error of the network or of TLS; '' for any other."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not accepted: {error.verify_message.rstrip('.')}"
    if isinstance(error, ssl.SSLError):
        return "TLS fails: check whether its port speaks TLS"
    if isinstance(error, TimeoutError | redis_errors.TimeoutError):
        return NO_ANSWER
    if isinstance(error, socket.gaierror):
        return "its name cannot be resolved: check the host in REDIS_URL"
    if isinstance(error, OSError) and error.errno:
        return NETWORK_REASONS.get(error.errno) or os.strerror(error.errno)
    return ""


def describe_error_text(text: str) -> str:
    """Returns the reason for the text of an error, of which at most its code is repeated; '' when there is none."""
    codes: list[str] = ERROR_CODE.findall(text)
    for code in codes:
        if code in REDIS_REASONS_BY_CODE:
            return REDIS_REASONS_BY_CODE[code]
    for part, reason in REDIS_REASONS_BY_TEXT.items():
        if part in text:
            return reason
    if text.startswith(("Protocol Error", "Invalid")):
        return NOT_REDIS
    return ""
