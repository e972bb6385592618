"""Opens the DuckDB file, and says what to do when that fails."""

import logging
import re
import shutil
from contextlib import ExitStack
from pathlib import Path

import duckdb

from utilities.model.errors import FoyerError, SettingsError, StoreDown
from utilities.pageviews.storage.duckdb_limits import limit_duckdb_resources
from utilities.pageviews.storage.duckdb_schema import migrate_duckdb
from utilities.runtime.disk_errors import is_temporary_disk_error

log = logging.getLogger(__name__)

# DuckDB moves its write-ahead log into the file at this size. Rows that are only in the log are in memory too, and not
# compressed: with 64 MB, a site with few page views would gather them for weeks.
DUCKDB_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "checkpoint_threshold": "16MB",
    "autoinstall_known_extensions": False,
    "allocator_background_threads": True,  # return the memory of a large report; otherwise DuckDB's allocator keeps it
    "enable_external_file_cache": False,  # the contents of a journal change from one read to the next
}
SMALL_DUCKDB_CONFIG = DUCKDB_CONFIG | {"threads": 1, "memory_limit": "40MB"}
"""For a process that only imports: without a limit DuckDB keeps every block it has written in memory."""
FOREIGN_FILE_TEXT = "duckdb_extension"  # DuckDB looks for an extension that can read it
FULL_DISK_TEXT = "No space left on device"
LOCKED_FILE_TEXT = "Could not set lock"
OTHER_VERSION_TEXT = "storage version number"
WRONG_FOLDER_TEXTS = ("Permission denied", "Not a directory", "Is a directory", "No such file or directory")
READ_ONLY_TEXT = "Read-only file system"


def connect_duckdb(file: Path, *, small: bool = False) -> duckdb.DuckDBPyConnection:
    """Opens or creates the file and migrates its tables.

    Raises SettingsError when a person must change something, and StoreDown when it may work later.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with ExitStack() as on_failure:
            if is_new_file(file):
                # A full disk leaves half of a new file, which would not be opened again.
                file.unlink(missing_ok=True)
                on_failure.callback(file.unlink, missing_ok=True)
            refuse_log_without_file(file)
            wal_copy = copy_wal(file)
            on_failure.callback(wal_copy.unlink, missing_ok=True)  # nothing was changed yet
            connection = duckdb.connect(str(file), config=SMALL_DUCKDB_CONFIG if small else DUCKDB_CONFIG)
            on_failure.callback(connection.close)
            keep_unread_wal(file, connection, wal_copy)
            file.chmod(0o600)
            if not small:
                limit_duckdb_resources(connection, file.parent)
            migrate_duckdb(connection)
            on_failure.pop_all()
    except (duckdb.Error, OSError) as error:
        raise open_error(file, error) from error
    return connection


def wal_of(file: Path) -> Path:
    """Returns the path of DuckDB's write-ahead log."""
    return file.with_name(f"{file.name}.wal")


def refuse_log_without_file(file: Path) -> None:
    """Raises StoreDown when only the write-ahead log is there: DuckDB would begin anew and delete it."""
    if not file.exists() and wal_of(file).exists():
        raise StoreDown(
            f"{file.name} is not in DATA_DIR, but {file.name}.wal is, which has its last page views: put the file "
            "back. If it is gone for good, move the .wal away too."
        )


def copy_wal(file: Path) -> Path:
    """Copies the write-ahead log that an unclean end has left, if there is one, and returns the path of the copy."""
    copy = file.with_name(f"{file.name}.wal.copy")
    if wal_of(file).is_file():
        copy.touch(mode=0o600)
        shutil.copyfile(wal_of(file), copy)
    return copy


def keep_unread_wal(file: Path, connection: duckdb.DuckDBPyConnection, copy: Path) -> None:
    """Keeps the copy of a log that DuckDB could not read to its end, and says so; deletes the copy of any other.

    At its first write DuckDB cuts off, without a word, what it could not read.
    """
    if not copy.exists():
        return
    connection.execute("BEGIN; CREATE TABLE wal_probe (number INTEGER); DROP TABLE wal_probe; COMMIT")
    # There is none after a checkpoint, which follows the first write when a log is large.
    if not wal_of(file).exists() or not 0 < wal_of(file).stat().st_size < copy.stat().st_size:
        copy.unlink()
        return
    kept = file.with_name(f"{file.name}.wal.unread-{copy.stat().st_mtime_ns}")
    copy.rename(kept)
    log.warning(
        "A part of the write-ahead log %s.wal could not be read. Page views that were not in a journal any more may be "
        "missing. The log is kept as %s in DATA_DIR; delete it when you do not need it.",
        file.name,
        kept.name,
    )


def is_new_file(file: Path) -> bool:
    """Whether there is no file, or one without a byte, and no write-ahead log either."""
    is_empty = not file.exists() or (file.is_file() and not file.stat().st_size)
    return is_empty and not wal_of(file).exists()


def open_error(file: Path, error: Exception) -> FoyerError:
    """Returns the error to raise: the true cause, and what to do about it; nothing that loses page views."""
    text, name = str(error), f"{file.name} in DATA_DIR"
    if LOCKED_FILE_TEXT in text:
        owner = re.search(r"PID (\d+)", text)
        who = f"process {owner[1]}" if owner else "another process"
        return SettingsError(
            f"{name} belongs to {who}, and only one process can have it: stop that one, give this one a DATA_DIR of "
            "its own, or set CLICKHOUSE_URL, which several can share."
        )
    if OTHER_VERSION_TEXT in text:
        return SettingsError(
            f"{name} is of another version of DuckDB than this Foyer has ({duckdb.__version__}). Start the Foyer that "
            "has written it, or put back the copy from before the upgrade (docs/deploying.md)."
        )
    if READ_ONLY_TEXT in text:
        return StoreDown(
            f"the disk of DATA_DIR can only be read, so {file.name} cannot be opened. Mount it for writing; Foyer then "
            "goes on by itself."
        )
    if FULL_DISK_TEXT in text:
        return StoreDown("the disk of DATA_DIR is full. Free some space; Foyer then goes on by itself.")
    reason = (text.splitlines() or [type(error).__name__])[0].replace(str(file.parent), "DATA_DIR").rstrip(".!")
    if FOREIGN_FILE_TEXT in text:
        reason = "it is a file of another database"
    if any(part in text for part in WRONG_FOLDER_TEXTS) or (
        isinstance(error, OSError) and not is_temporary_disk_error(error)
    ):
        return SettingsError(
            f"{name} cannot be opened: {reason}. Check that DATA_DIR belongs to the user Foyer runs as."
        )
    return StoreDown(
        f"{name} cannot be opened: {reason}. Keep the file: page views can be saved from it. If its disk works, stop "
        "Foyer, and put a backup in its place (docs/operating.md)."
    )
