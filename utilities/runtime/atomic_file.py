"""Files that appear in one step: other processes see the old content or the new one, never a part."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DRAFT_SUFFIX = ".draft"
PRIVATE_MODE = 0o600
DEFAULT_MODE = 0o666  # reduced by the umask, as with open()


@contextmanager
def write_draft(path: Path) -> Iterator[Path]:
    """Yields the path of a draft in the same folder; on success it replaces `path`, on any error it is deleted.

    Creates the folder. Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = _new_draft_path(path)
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def replace_file_atomically(path: Path, content: bytes, *, mode: int = DEFAULT_MODE, sync: bool = False) -> None:
    """Writes `content` to `path` in one step, and with `sync` to the disk before that. Raises OSError."""
    with write_draft(path) as draft:
        _write_new_file(draft, content, mode, sync)


def create_file_atomically(path: Path, content: bytes, *, mode: int = DEFAULT_MODE, sync: bool = False) -> bool:
    """Writes `content` to `path` unless the file exists; returns whether it was written.

    Raises OSError, also when the folder does not exist.
    """
    draft = _new_draft_path(path)
    try:
        _write_new_file(draft, content, mode, sync)
        path.hardlink_to(draft)  # fails when the file exists, unlike a rename
    except FileExistsError:
        return False
    finally:
        draft.unlink(missing_ok=True)
    return True


def _new_draft_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.{secrets.token_hex(4)}{DRAFT_SUFFIX}")


def _write_new_file(path: Path, content: bytes, mode: int, sync: bool) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode), "wb") as file:
        file.write(content)
        if sync:
            file.flush()
            os.fsync(file.fileno())
