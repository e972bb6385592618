"""Files with what a process that ends has not decided or stored of its dropped hits, for the next process."""

import json
import logging
import secrets
from datetime import date
from pathlib import Path

from utilities.pageviews import DropReason
from utilities.pageviews.classify.dropped_counter import DroppedCounter
from utilities.runtime.atomic_file import PRIVATE_MODE, replace_file_atomically

log = logging.getLogger(__name__)


class DroppedFiles:
    """A folder with one file for each process that has ended. Processes may share it: each file is read by one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, dropped: DroppedCounter) -> bool:
        """Moves everything that `dropped` has to a new file; False when it cannot be written."""
        if not dropped.pending and not dropped.undecided:
            return True
        content = {
            "counts": [[site, day.isoformat(), why, hits] for (site, day, why), hits in dropped.pending.items()],
            "undecided": [
                [key, due, site, day.isoformat(), why] for key, (due, site, day, why) in dropped.undecided.items()
            ],
        }
        file = self.folder / f"{secrets.token_hex(8)}.json"
        try:
            replace_file_atomically(file, json.dumps(content).encode(), mode=PRIVATE_MODE, sync=True)
        except OSError as error:
            log.warning("Counts of dropped hits cannot be stored in %s: %s", self.folder, error.strerror)
            return False
        dropped.pending.clear()
        dropped.undecided.clear()
        return True

    def restore(self, dropped: DroppedCounter) -> None:
        """Moves what earlier processes have saved to `dropped`; ignores files that cannot be read."""
        for file in sorted(self.folder.glob("*.json")):
            try:
                content = json.loads(file.read_bytes())
                file.unlink()  # fails when another process was first
                for site, day, why, hits in content["counts"]:
                    dropped.restore_hits(site, date.fromisoformat(day), DropReason(why), int(hits))
                dropped.restore_undecided(
                    {
                        key: (float(due), site, date.fromisoformat(day), DropReason(why))
                        for key, due, site, day, why in content["undecided"]
                    }
                )
            except (OSError, ValueError, TypeError, KeyError) as error:
                log.warning("Counts of dropped hits in %s cannot be read: %s", self.folder, type(error).__name__)
