"""Referrers that nobody came from: hosts that send beacons only to be seen in reports."""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

HOSTS = Path(__file__).with_name("data") / "referrer-spam.txt"


def hosts_in(file: Path) -> frozenset[str]:
    """One host a line, as in Matomo's `spammers.txt`; `#` begins a remark."""
    lines = (line.partition("#")[0].strip().lower() for line in file.read_text(encoding="utf-8").splitlines())
    return frozenset(line for line in lines if line)


LISTED = hosts_in(HOSTS)


class Spam:
    """The list that comes with Foyer, and newer ones if there are any."""

    def __init__(self, newer: Iterable[Path] = ()) -> None:
        """Raises OSError for a file that cannot be read."""
        self.hosts = LISTED.union(*(hosts_in(file) for file in newer))
        self.has = lru_cache(maxsize=4096)(self._has)

    def _has(self, host: str) -> bool:
        """Whether the host or any domain above it is listed."""
        labels = host.split(".")
        return any(".".join(labels[first:]) in self.hosts for first in range(len(labels) - 1))
