"""Checkpoints of imports, so that an interrupted import continues where it stopped."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from utilities.pageviews.log_import.log_file import LogFile
from utilities.runtime.atomic_file import replace_file_atomically


@dataclass(frozen=True)
class Checkpoint:
    """Everything before `place` (bytes of uncompressed text) is in the store."""

    place: int = 0
    lines: int = 0
    kinds: Mapping[str, int] = field(default_factory=dict)
    seen: Mapping[str, int] = field(default_factory=dict)  # the state of LineIds
    size: int = 0  # bytes the file had on disk


KEY_FILE_NAME = "key"
IMPORT_KEY_BYTES = 32
CHECKPOINT_ADAPTER = TypeAdapter(Checkpoint)


class Checkpoints:
    """One small file in `folder` for each unfinished import, named by `site` and the log's first bytes."""

    def __init__(self, folder: Path, site: str) -> None:
        self.folder = folder
        self.site = site

    def load_key(self) -> bytes:
        """Returns the key of the visitor ids of this import; an interrupted import gets the same key again."""
        path = self.folder / KEY_FILE_NAME
        try:
            return path.read_bytes()
        except FileNotFoundError:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_bytes(key := secrets.token_bytes(IMPORT_KEY_BYTES))
            return key

    def delete_key(self) -> None:
        """Deletes the key; afterwards the visitor ids cannot be computed again."""
        (self.folder / KEY_FILE_NAME).unlink(missing_ok=True)

    def checkpoint_file(self, file: LogFile) -> Path:
        name = hashlib.sha256(f"{file.fingerprint} {self.site}".encode()).hexdigest()[:32]
        return self.folder / f"{name}.json"

    def row_file_path(self, file: LogFile) -> Path:
        """Returns the file of the page views after the checkpoint."""
        return self.checkpoint_file(file).with_suffix(".rows").absolute()

    def load_checkpoint(self, file: LogFile) -> Checkpoint:
        """Returns where to continue; the beginning without a valid checkpoint, or when the log is shorter now."""
        try:
            checkpoint = CHECKPOINT_ADAPTER.validate_json(self.checkpoint_file(file).read_bytes())
        except (OSError, ValidationError):
            return Checkpoint()
        return checkpoint if checkpoint.size <= file.size else Checkpoint()

    def save_checkpoint(self, file: LogFile, checkpoint: Checkpoint) -> None:
        """Replaces the checkpoint atomically."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_file_atomically(self.checkpoint_file(file), CHECKPOINT_ADAPTER.dump_json(checkpoint))

    def delete_checkpoint(self, file: LogFile) -> None:
        self.checkpoint_file(file).unlink(missing_ok=True)
