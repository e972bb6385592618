"""The version of Foyer's own pages; open walls reload when it changes."""

import hashlib
from functools import cache
from pathlib import Path


@cache  # files are read once, at the start of the process
def asset_version(*folders: Path) -> str:
    """Returns a digest of every file in these folders (`templates/` and `static/`)."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]
