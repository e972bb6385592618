"""A DuckDB file that cannot be opened has its true cause in words, and the start goes on where waiting can help."""

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from utilities.model.errors import FoyerError, SettingsError, StoreDown
from utilities.pageviews.storage.duckdb_open import connect_duckdb, open_error

HEADER_BYTES = 4096
HASH_FACTOR = 0xBF58476D1CE4E5B9
VERSION_AT = 12


def with_version(data: bytearray, version: int) -> bytearray:
    """Returns a file as a DuckDB with this storage version writes it."""
    data[VERSION_AT : VERSION_AT + 8] = struct.pack("<Q", version)
    checksum = 5381
    for (word,) in struct.iter_unpack("<Q", data[8:HEADER_BYTES]):
        checksum ^= word * HASH_FACTOR % 2**64
    data[:8] = struct.pack("<Q", checksum)
    return data


def with_flipped_byte(data: bytearray, at: int) -> bytearray:
    data[at] ^= 255
    return data


@pytest.mark.parametrize(
    ("damage", "kind", "words"),
    [
        (lambda data: with_version(data, 2000), SettingsError, "another version of DuckDB"),
        (lambda data: with_version(data, 1), SettingsError, "Start the Foyer that has written it"),
        (lambda data: with_flipped_byte(data, 100), StoreDown, "Keep the file"),
        (lambda data: with_flipped_byte(data, 8192 + 100), StoreDown, "checksum"),
        (lambda data: data[: len(data) // 2], StoreDown, "Keep the file"),
    ],
    ids=["newer", "older", "damaged header", "damaged block", "half"],
)
def test_cause_is_named(tmp_path: Path, damage: Callable[[bytearray], bytes], kind: type[FoyerError], words: str):
    file = tmp_path / "pageviews.duckdb"
    connect_duckdb(file).close()
    file.write_bytes(damaged := bytes(damage(bytearray(file.read_bytes()))))
    with pytest.raises(kind, match=words) as raised:
        connect_duckdb(file)
    assert "belongs to" not in str(raised.value)
    assert str(tmp_path) not in str(raised.value)
    assert file.read_bytes() == damaged


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (OSError(30, "Read-only file system"), StoreDown),
        (OSError("Cannot open file: Read-only file system"), StoreDown),
        (PermissionError(13, "Permission denied"), SettingsError),
    ],
)
def test_disk_that_can_only_be_read_is_waited_for(error: OSError, kind: type[FoyerError]):
    assert isinstance(open_error(Path("/var/lib/foyer/pageviews.duckdb"), error), kind)
