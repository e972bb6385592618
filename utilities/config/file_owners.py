"""Who owns the files of Foyer, and who can read those that hold secrets."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from utilities.config.settings import Settings
from utilities.model.errors import SettingsError

ROOT_USER = 0
WRITTEN_FILES = ("pageviews.*", "state.sqlite*", "readings", "salts*", "server-errors.*", "shares.json", "imports")


def check_data_owner(data_dir: Path) -> None:
    """Raises SettingsError when this process would write into DATA_DIR as another user than its owner."""
    if fault := data_owner_fault(data_dir):
        raise SettingsError(fault)


def data_owner_fault(data_dir: Path) -> str:
    """Returns what is wrong with the owners of DATA_DIR and of the files in it; '' when nothing is.

    A folder of root that another user may write to is one that Kubernetes has mounted, and is right.
    """
    user = os.geteuid()
    try:
        owner = data_dir.stat().st_uid
        files = [path for pattern in WRITTEN_FILES for path in data_dir.glob(pattern)]
        locked = [path.stat().st_uid for path in files if not os.access(path, os.W_OK)]
    except OSError:
        return ""  # whoever opens the files says why they cannot be opened
    if owner != user and (user == ROOT_USER or owner != ROOT_USER):
        return (
            f"DATA_DIR belongs to user {owner}, and this is user {user}: files that one of them writes could not be "
            f"read by the other. Run it as that user (`sudo -u '#{owner}' …`), or give DATA_DIR to this one."
        )
    if others := sorted({*locked} - {user}):
        return (
            f"files in DATA_DIR belong to user {others[0]}, and this is user {user}: give them to the user that Foyer "
            "runs as, with `chown -R` on DATA_DIR."
        )
    return ""


def readable_by_others(settings: Settings) -> list[str]:
    """Returns a sentence for each file with secrets that other users of this machine can read."""
    return [
        f"other users of this machine can read {what}: run `chmod 600` on it"
        for what, path in _secret_files(settings)
        if path.is_file() and path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH | stat.S_IWGRP | stat.S_IWOTH)
    ]


def _secret_files(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Yields the files that hold secrets, with their names for messages."""
    if settings.env_file:
        yield settings.env_file.name if settings.env_file.name == ".env" else "the file of ENV_FILE", settings.env_file
    if settings.google_application_credentials:
        yield "the key file of GOOGLE_APPLICATION_CREDENTIALS", settings.google_application_credentials
    if settings.data_dir.is_dir():
        yield "state.sqlite in DATA_DIR", settings.data_dir / "state.sqlite"
