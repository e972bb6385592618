"""The boards of a process, reread when their files change."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from utilities.config.boards.model import Board
from utilities.config.boards.reader import read_board
from utilities.model.errors import BoardError
from utilities.runtime.watched_file import FileStamp, read_file_stamp

NOT_BOARDS = frozenset({"programmes", "sites"})
"""Files of the folder that are no boards."""


class Boards:
    """The last good board of every file; owned by the event loop's thread."""

    def __init__(
        self, folder: Path, check: Callable[[Board], None], forget: Callable[[str], None] = lambda name: None
    ) -> None:
        """Takes `check`, which raises BoardError for faults in reports, views and legibility, and `forget`.

        `forget` is called with the name of a board whose file was removed.
        """
        self.folder = folder
        self.check = check
        self.forget = forget
        self.boards: dict[str, Board] = {}
        self.stamps: dict[Path, FileStamp] = {}
        self.bad: dict[str, str] = {}

    @property
    def faults(self) -> Mapping[str, str]:
        """Returns the faults of the current files by board; the walls show the last valid board."""
        return self.bad

    def __iter__(self) -> Iterator[Board]:
        return iter(self.boards.values())

    def __len__(self) -> int:
        return len(self.boards)

    def get(self, name: str) -> Board | None:
        return self.boards.get(name)

    def load(self) -> None:
        """Reads every board; raises BoardError with every fault, or when there is no board at all."""
        self.poll()
        if self.bad:
            raise BoardError("\n".join(self.bad.values()))
        if not self.boards:
            raise BoardError("there is no board: write one, like office.yaml", file="BOARDS_DIR")

    def poll(self) -> bool:
        """Reads the files that have changed; returns whether a board or a fault has changed."""
        before = (dict(self.boards), dict(self.bad))
        stamps = self.look()
        for path in self.stamps.keys() - stamps.keys():
            self.boards.pop(path.stem, None)
            self.bad.pop(path.stem, None)
            self.forget(path.stem)
        for path in sorted(stamps):
            if stamps[path] != self.stamps.get(path):
                self.renew(path)
        self.stamps = stamps
        return before != (self.boards, self.bad)

    def look(self) -> dict[Path, FileStamp]:
        """Returns the stamps of the existing board files."""
        paths = (path for path in self.folder.glob("*.yaml") if path.stem not in NOT_BOARDS and path.name[0] != ".")
        return {path: stamp for path in paths if (stamp := read_file_stamp(path))}

    def renew(self, path: Path) -> None:
        """Replaces the file's board if it is valid; otherwise the old one stays."""
        try:
            board = read_board(path)
            self.check(board)
        except BoardError as error:
            self.bad[path.stem] = str(error)
        else:
            self.boards[path.stem] = board
            self.bad.pop(path.stem, None)
