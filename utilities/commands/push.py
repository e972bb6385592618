"""The command `push`: rows into a dataset, from any host that reaches the database; no server has to run."""

import json
import socket
import sys
from getpass import getuser
from pathlib import Path
from typing import Protocol

from utilities.accounts.database.connection import open_state_database
from utilities.config.settings import Settings
from utilities.datasets.batches import (
    MAX_BATCH_BYTES,
    BatchFormat,
    BatchUnreadable,
    check_batch_size,
    decompress_batch,
    read_batch,
)
from utilities.datasets.cells import RowsRefused
from utilities.datasets.pushes import PushMode, RequestKey
from utilities.datasets.schema import DatasetSchema
from utilities.datasets.store import DatasetStore
from utilities.logs import log_to_stderr
from utilities.model.clock import utc_now
from utilities.model.errors import FoyerError

FORMAT_SUFFIXES = {
    ".csv": BatchFormat.CSV,
    ".tsv": BatchFormat.CSV,
    ".ndjson": BatchFormat.LINES,
    ".jsonl": BatchFormat.LINES,
}
MAX_PRINTED_ERRORS = 20


class PushOptions(Protocol):
    """The arguments of the command."""

    dataset: str
    file: Path  # `-` is standard input
    replace: bool
    key: str  # '' for a push that counts each time
    schema: Path | None


async def run_push(settings: Settings, options: PushOptions) -> int:
    """Pushes a file; returns 1, and prints every error, when its rows are refused. Raises FoyerError."""
    name, file = options.dataset, options.file
    log_to_stderr("ERROR", "text", settings.redactor())
    body = read_input(file)
    database = await open_state_database(settings)
    try:
        store, who = DatasetStore(database, utc_now), f"{getuser()} on {socket.gethostname()}"
        if options.schema is not None:
            await store.declare(name, read_schema(options.schema), who)
        dataset = await store.find(name)
        mode = PushMode.REPLACE if options.replace else PushMode.APPEND
        request = RequestKey.of(f"{mode} {options.key}", body) if options.key else None
        try:
            rows = read_batch(body, batch_format(file, body), dataset.schema)
            answer = await store.push(name, rows, mode, who, request)
        except BatchUnreadable as error:
            await store.record_failure(name, str(error))
            raise
        except RowsRefused as error:
            print_errors(error)
            return 1
    finally:
        await database.close()
    again = " This push was here before: nothing is stored twice." if answer.is_repeated else ""
    print(f"{answer.stored:,} rows pushed, {answer.removed:,} removed; {name} has {answer.rows:,} now.{again}")
    return 0


def read_input(file: Path) -> bytes:
    """Returns a file or standard input; raises FoyerError when it cannot be read or is too large."""
    try:
        if str(file) == "-":
            body = sys.stdin.buffer.read(MAX_BATCH_BYTES + 1)
        else:
            with file.open("rb") as opened:
                body = opened.read(MAX_BATCH_BYTES + 1)
    except OSError as error:
        raise FoyerError(f"The file cannot be read: {error.strerror}.") from None
    check_batch_size(len(body))
    return body


def batch_format(file: Path, body: bytes) -> BatchFormat:
    """Returns the format by the name of the file; of standard input by how it begins."""
    names = [suffix.lower() for suffix in file.suffixes if suffix.lower() != ".gz"]
    if names:
        return FORMAT_SUFFIXES.get(names[-1], BatchFormat.JSON)
    start = decompress_batch(body).lstrip(b"\xef\xbb\xbf \r\n\t")[:1]
    return BatchFormat.JSON if start in (b"[", b"{") else BatchFormat.CSV


def read_schema(file: Path) -> DatasetSchema:
    """Returns the schema in a JSON file; raises FoyerError with the places of its errors."""
    from pydantic import ValidationError

    try:
        return DatasetSchema.model_validate(json.loads(file.read_bytes()))
    except OSError as error:
        raise FoyerError(f"The schema cannot be read: {error.strerror}.") from None
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        words = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in faults[:5])
        raise FoyerError(f"The schema is wrong: {words}") from None
    except (ValueError, RecursionError):
        raise FoyerError("The schema is no JSON.") from None


def print_errors(error: RowsRefused) -> None:
    """Prints which values are wrong."""
    for each in error.errors[:MAX_PRINTED_ERRORS]:
        print(each.sentence(), file=sys.stderr)
    if (more := error.total - MAX_PRINTED_ERRORS) > 0:
        print(f"and {more:,} more", file=sys.stderr)
    print("No row of this push is stored.", file=sys.stderr)
