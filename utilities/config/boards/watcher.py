"""The boards of a process, kept in step with their files."""

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
        """`check` raises BoardError for what only the floors above know: reports, views, legibility; `forget` is told
        the name of a board whose file has gone."""
        self.folder = folder
        self.check = check
        self.forget = forget
        self.boards: dict[str, Board] = {}
        self.stamps: dict[Path, FileStamp] = {}
        self.bad: dict[str, str] = {}

    @property
    def faults(self) -> Mapping[str, str]:
        """What is wrong with the files as they are now, by board; the walls still show what was good."""
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
            raise BoardError("there is no board: write one, like office.yaml", file=str(self.folder))

    def poll(self) -> bool:
        """Reads what has changed since the last time; whether a board or a fault did."""
        before = (dict(self.boards), dict(self.bad))
        seen = self.look()
        for path in self.stamps.keys() - seen.keys():
            self.boards.pop(path.stem, None)
            self.bad.pop(path.stem, None)
            self.forget(path.stem)
        for path in sorted(seen):
            if seen[path] != self.stamps.get(path):
                self.renew(path)
        self.stamps = seen
        return before != (self.boards, self.bad)

    def look(self) -> dict[Path, FileStamp]:
        """The board files that are there."""
        paths = (path for path in self.folder.glob("*.yaml") if path.stem not in NOT_BOARDS and path.name[0] != ".")
        return {path: stamp for path in paths if (stamp := read_file_stamp(path))}

    def renew(self, path: Path) -> None:
        """Takes the file's board if it is good, keeps the old one if it is not."""
        try:
            board = read_board(path)
            self.check(board)
        except BoardError as error:
            self.bad[path.stem] = str(error)
        else:
            self.boards[path.stem] = board
            self.bad.pop(path.stem, None)
