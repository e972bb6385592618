"""Detects referrer spam: hosts that send fake hits to appear in reports."""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from utilities.model.errors import SettingsError
from utilities.pageviews.host_names import to_unicode_host

SPAM_FILE_NAME = "spammers.txt"  # of the operator, in DATA_DIR
SPAM_HOSTS_FILE = Path(__file__).with_name("data") / "referrer-spam.txt"


def read_spam_hosts(file: Path) -> frozenset[str]:
    """Reads one host a line, as in Matomo's `spammers.txt`; `#` begins a comment."""
    lines = (line.partition("#")[0].strip().lower() for line in file.read_text(encoding="utf-8-sig").splitlines())
    return frozenset(to_unicode_host(line) for line in lines if line)


SPAM_HOSTS = read_spam_hosts(SPAM_HOSTS_FILE)


class ReferrerSpamList:
    """The list that Foyer contains, and newer files."""

    def __init__(self, newer: Iterable[Path] = ()) -> None:
        """Raises OSError or UnicodeDecodeError for a file that cannot be read."""
        self.hosts = SPAM_HOSTS.union(*(read_spam_hosts(file) for file in newer))
        self.is_listed = lru_cache(maxsize=4096)(self._is_listed)

    def _is_listed(self, host: str) -> bool:
        """Whether the host or a domain above it is on the list."""
        labels = host.split(".")
        return any(".".join(labels[first:]) in self.hosts for first in range(len(labels) - 1))


def open_spam_list(newer: Path) -> ReferrerSpamList:
    """Returns Foyer's list with the operator's own, if there is one. Raises SettingsError when it cannot be read."""
    try:
        return ReferrerSpamList([newer] if newer.exists() else [])
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        where = f"{newer.name} in DATA_DIR"
        raise SettingsError(f"{where}, a list of referrer spam, cannot be read: {why}. Repair or remove it.") from error
