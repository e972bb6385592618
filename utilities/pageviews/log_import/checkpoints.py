"""How far an import has come, so that one that was broken off goes on from there."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from utilities.pageviews.log_import.log_file import LogFile
from utilities.runtime.atomic_file import replace_file_atomically


@dataclass(frozen=True)
class Mark:
    """Everything before `place` (bytes of uncompressed text) is in the store."""

    place: int = 0
    lines: int = 0
    kinds: Mapping[str, int] = field(default_factory=dict)
    seen: Mapping[str, int] = field(default_factory=dict)  # what Names remembers
    size: int = 0  # bytes the file had on disk


KEY = "key"
KEY_BYTES = 32
MARK = TypeAdapter(Mark)


class Bookmarks:
    """One small file in `folder` for each import that is under way; `site` and the log's first bytes name it."""

    def __init__(self, folder: Path, site: str) -> None:
        self.folder = folder
        self.site = site

    def key(self) -> bytes:
        """What the visitors of this import are told by; one that was broken off finds it again."""
        path = self.folder / KEY
        try:
            return path.read_bytes()
        except FileNotFoundError:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_bytes(key := secrets.token_bytes(KEY_BYTES))
            return key

    def throw_key_away(self) -> None:
        """After this nobody can tell whose visits they were."""
        (self.folder / KEY).unlink(missing_ok=True)

    def path(self, file: LogFile) -> Path:
        name = hashlib.sha256(f"{file.begins} {self.site}".encode()).hexdigest()[:32]
        return self.folder / f"{name}.json"

    def beside(self, file: LogFile) -> Path:
        """Where the page views are gathered that come after the mark."""
        return self.path(file).with_suffix(".rows").absolute()

    def find(self, file: LogFile) -> Mark:
        """Where to go on; the beginning when there is no mark, one that cannot be read, or the log is shorter now."""
        try:
            mark = MARK.validate_json(self.path(file).read_bytes())
        except (OSError, ValidationError):
            return Mark()
        return mark if mark.size <= file.size else Mark()

    def put(self, file: LogFile, mark: Mark) -> None:
        """Replaces the mark in one step, so that it is whole at any moment."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_file_atomically(self.path(file), MARK.dump_json(mark))

    def forget(self, file: LogFile) -> None:
        self.path(file).unlink(missing_ok=True)
