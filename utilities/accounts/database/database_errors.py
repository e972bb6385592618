"""Describes the errors of both databases without repeating what they say: their messages name users and hosts."""

from enum import StrEnum

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

UNREACHABLE_TEXT = "it cannot be reached"
REASONS_BY_CODE = {
    "08": UNREACHABLE_TEXT,
    "25006": "it is read-only",
    "28": "it refuses the user or the password",
    "3D000": "there is no such database",
    "40": "two transactions were in each other's way",
    "42501": "the user may not do this",
    "42": "a table or column is missing",
    "53100": "its disk is full",
    "53200": "it has too little memory",
    "53300": "it has too many connections",
    "55P03": "another transaction holds a lock",
    "57014": "it takes too long",
    "57": "it is starting or shutting down",
    "58": "its disk fails",
    "XX": "its data is damaged",
    "SQLITE_FULL": "the disk is full",
    "SQLITE_READONLY": "the file is read-only",
    "SQLITE_READONLY_DBMOVED": "the file was moved or deleted",
    "SQLITE_CORRUPT": "the file is damaged",
    "SQLITE_NOTADB": "the file is damaged",
    "SQLITE_IOERR": "the disk fails",
    "SQLITE_BUSY": "another process holds its lock",
    "SQLITE_LOCKED": "another process holds its lock",
    "SQLITE_CANTOPEN": "the file cannot be opened",
    "SQLITE_INTERRUPT": "it takes too long",
    "SQLITE_ERROR": "a table or column is missing",
}
"""Reasons by the beginning of the SQLSTATE or of SQLite's name for the error; the longest one counts."""
REASONS_BY_TEXT = {
    "password authentication failed": REASONS_BY_CODE["28"],
    "no pg_hba.conf entry": REASONS_BY_CODE["28"],
    "does not exist": "there is no such database or user",
    "too many c": REASONS_BY_CODE["53300"],  # too many clients, too many connections for role
    "remaining connection slots": REASONS_BY_CODE["53300"],
    "starting up": REASONS_BY_CODE["57"],
    "shutting down": REASONS_BY_CODE["57"],
    "in recovery mode": REASONS_BY_CODE["57"],
    "certificate": "its certificate is not accepted",
    "SSL": "its encryption does not fit the settings",
    "failed to resolve host": "its host name is unknown",
    "could not translate host name": "its host name is unknown",
    "Connection refused": "nothing listens there",
}
"""Reasons by a part of the message, for errors while connecting: the client library does not tell their SQLSTATE."""
WRITE_REFUSALS = ("25006", "53100", "SQLITE_FULL", "SQLITE_READONLY", "SQLITE_BUSY")


class Failure(StrEnum):
    """What an error means for the calls that follow."""

    CONFLICT = "conflict"  # with another transaction; the same work may succeed at once
    BAD_VALUE = "bad value"  # the database works, and this value does not fit
    NO_WRITES = "no writes"  # reading still works
    DOWN = "down"


def classify_failure(error: BaseException) -> Failure:
    """Returns the kind of a failure."""
    code = _error_code(error)
    if code.startswith("40"):
        return Failure.CONFLICT
    if code.startswith("22") or code in ("SQLITE_MISMATCH", "SQLITE_TOOBIG", "SQLITE_RANGE"):
        return Failure.BAD_VALUE
    return Failure.NO_WRITES if code in WRITE_REFUSALS else Failure.DOWN


def describe_failure(error: BaseException) -> str:
    """Returns the reason as a part of a sentence; nothing in it comes from the error's message."""
    if isinstance(error, PoolTimeout):
        return "all connections are busy"
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    code, text = _error_code(error), str(_original(error))
    by_code = [start for start in REASONS_BY_CODE if code.startswith(start)]
    if by_code:
        return REASONS_BY_CODE[max(by_code, key=len)]
    return next((reason for part, reason in REASONS_BY_TEXT.items() if part in text), UNREACHABLE_TEXT)


def _original(error: BaseException) -> BaseException:
    """Returns the error of the database's own client."""
    return error.orig if isinstance(error, DBAPIError) and error.orig is not None else error


def _error_code(error: BaseException) -> str:
    """Returns the SQLSTATE, or SQLite's name for the error; '' without either."""
    original = _original(error)
    return str(getattr(original, "sqlstate", None) or getattr(original, "sqlite_errorname", None) or "")
