"""The boards of a process, reread when their files change."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from utilities.config.boards.model import Board
from utilities.config.boards.reader import read_board
from utilities.model.clock import MonotonicClock
from utilities.model.errors import BoardError
from utilities.runtime.watched_files import LISTING, WatchedFiles

NOT_BOARDS = frozenset({"playlists", "sites"})
"""Files of the folder that are no boards."""

BOARD_NAME = re.compile(r"[a-z0-9-]+")


class Boards:
    """The last good board of every file; owned by the event loop's thread."""

    def __init__(
        self,
        folder: Path,
        check: Callable[[Board], None],
        forget: Callable[[str], None] = lambda name: None,
        *,
        monotonic: MonotonicClock = time.monotonic,
    ) -> None:
        """Takes `check`, which raises BoardError for faults in reports, views and legibility, and `forget`.

        `forget` is called with the name of a board whose file was removed.
        """
        self.folder = folder
        self.check = check
        self.forget = forget
        self.boards: dict[str, Board] = {}
        self.files = WatchedFiles[Board](
            "the folder of boards",
            list_paths=self._list_files,
            read=_read_named_board,
            accept=self._accept_board,
            remove=self._remove_board,
            monotonic=monotonic,
        )

    @property
    def faults(self) -> Mapping[str, str]:
        """Returns the faults of the current files by board; the walls show the last valid board."""
        faults = ((path, fault) for path, fault in self.files.faults.items() if path != LISTING)
        return {path.stem if path.suffix == ".yaml" else path.name: fault for path, fault in faults}

    @property
    def folder_fault(self) -> str:
        """Returns why the folder cannot be read, '' when it can; the walls show the last valid boards."""
        return self.files.faults.get(LISTING, "")

    def __iter__(self) -> Iterator[Board]:
        return iter(self.boards.values())

    def __len__(self) -> int:
        return len(self.boards)

    def get(self, name: str) -> Board | None:
        return self.boards.get(name)

    def load(self) -> None:
        """Reads every board; raises BoardError when there is no valid one. Some wrong files do not stop the others."""
        self.files.poll()
        if self.boards:
            return
        if self.faults:
            raise BoardError("\n".join(self.faults.values()))
        raise BoardError("there is no board in the folder of BOARDS_DIR: write one, like office.yaml")

    def poll(self) -> bool:
        """Reads the files that have changed; returns whether a board or a fault has changed."""
        return self.files.poll()

    async def refresh(self) -> bool:
        """Does as `poll`, without blocking the event loop."""
        return await self.files.refresh()

    def _list_files(self) -> list[Path]:
        paths = self.folder.iterdir()  # unlike `glob`, it raises when the folder cannot be read
        yaml_files = [path for path in paths if path.suffix in (".yaml", ".yml") and path.name[0] != "."]
        return [path for path in yaml_files if path.suffix == ".yml" or path.stem not in NOT_BOARDS]

    def _accept_board(self, path: Path, board: Board) -> None:
        self.check(board)
        self.boards[path.stem] = board

    def _remove_board(self, path: Path) -> None:
        if path.suffix == ".yaml":
            self.boards.pop(path.stem, None)
            self.forget(path.stem)


def _read_named_board(path: Path) -> Board:
    """Returns the board in a file; raises BoardError also for a file whose name cannot be an address."""
    name = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "office"
    if path.suffix != ".yaml":
        raise BoardError(
            f"it is not read, because its name ends in {path.suffix}: name it {path.stem}.yaml", file=str(path)
        )
    if not BOARD_NAME.fullmatch(path.stem):
        raise BoardError(
            f"its name is the board's address, of small letters, digits and hyphens: name it {name}.yaml",
            file=str(path),
        )
    return read_board(path)
