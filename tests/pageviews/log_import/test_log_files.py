"""Files and pipes in every compression, files of another kind, and wrong names."""

import bz2
import gzip
import lzma
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import zstandard

from tests.pageviews.log_import.conftest import ImportFiles, line
from tests.pageviews.log_import.test_importing import LINES
from utilities.model.errors import SettingsError

pytestmark = pytest.mark.slow

Write = Callable[..., Path]


@pytest.mark.parametrize(
    "pack",
    [
        bytes,
        gzip.compress,
        bz2.compress,
        lzma.compress,
        zstandard.compress,
        lambda text: b"\x50\x2a\x4d\x18\4\0\0\0skip" + zstandard.compress(text),
        lambda text: gzip.compress(gzip.compress(text.decode().encode("utf-16"))),
    ],
)
async def test_pipe_is_read_in_every_compression(import_files: ImportFiles, pack: Callable[[bytes], bytes]):
    data = pack("".join(f"{line(f'/{number}')}\n" for number in range(3_000)).encode())
    reading, writing = os.pipe()
    with ThreadPoolExecutor(1) as pool:
        written = pool.submit(write_and_close, writing, data)
        [summary] = await import_files(Path(f"/dev/fd/{reading}"))
        written.result()
    os.close(reading)
    assert (summary.new, summary.lines, summary.is_truncated) == (3_000, 3_000, False)


def write_and_close(descriptor: int, data: bytes) -> None:
    with os.fdopen(descriptor, "wb") as pipe:
        pipe.write(data)


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"PK\x03\x04", "is a zip archive: unpack it first"),
        (b"PAR1", "is a Parquet file: export it"),
        (b"LPKSHHRH", "is a systemd journal: pipe it"),
    ],
)
async def test_file_of_another_kind_is_named(import_files: ImportFiles, tmp_path: Path, head: bytes, words: str):
    (tmp_path / "x.log").write_bytes(head + bytes(200))
    with pytest.raises(SettingsError, match=words):
        await import_files(tmp_path / "x.log")


async def test_unknown_format_is_answered_with_the_known_ones(import_files: ImportFiles, write: Write):
    address = "87.150.1.1 wrote this"
    [summary] = await import_files(write([address] * 10))
    text = "\n".join(summary.text_lines())
    assert summary.is_unknown_format
    assert "No line can be read. These formats can: common, combined" in text
    assert "87.150" not in text


@pytest.mark.usefixtures("two_sites")
@pytest.mark.parametrize(("name", "words"), [("shpo", r"Did you mean shop\? "), ("x", "")])
async def test_wrong_name_of_a_site_is_called_wrong(import_files: ImportFiles, write: Write, name: str, words: str):
    with pytest.raises(SettingsError, match=rf"There is no site {name}\. {words}There are: blog, shop\."):
        await import_files(write(LINES), site=name)
