"""Reads `boards/playlists.yaml`; an error names the line of every fault and how to fix it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from utilities.config.boards.model import nearest_line
from utilities.config.boards.reader import describe_error, file_error, suggest_name
from utilities.config.yaml_file import KeyPath, YamlLimits, read_yaml
from utilities.model.errors import BoardError
from utilities.playlists.model import Playlist, PlaylistFile, PlaylistItem, QuietHours, TakeoverRule, VisitorHours
from utilities.playlists.written_times import DateSpan

PLAYLISTS_FILE_NAME = "playlists.yaml"
PLAYLISTS_LIMITS = YamlLimits(max_bytes=256 * 1024, max_nodes=20_000)
ITEM_MODELS: Mapping[str, type[BaseModel]] = {"items": PlaylistItem, "quiet": QuietHours, "visitors": VisitorHours}


@dataclass(frozen=True)
class PlaylistBook:
    """All playlists by name, and where the file has what."""

    playlists: Mapping[str, Playlist] = field(default_factory=dict)
    file: str = ""
    lines: Mapping[KeyPath, int] = field(default_factory=dict)
    quiet: tuple[QuietHours, ...] = ()  # of screens with one board
    holidays: str = ""
    takeovers: Mapping[str, TakeoverRule] = field(default_factory=dict)

    _of_boards: dict[str, Playlist] = field(default_factory=dict)

    def playlist_of_board(self, board: str) -> Playlist | None:
        """Returns what a screen with one board has as its playlist; None without quiet hours for such screens."""
        if not self.quiet or not board:
            return None
        if board not in self._of_boards:
            items = (PlaylistItem(board=board),)
            country = {"holidays": self.holidays} if self.holidays else {}  # '' is no country that one can write
            self._of_boards[board] = Playlist(items=items, quiet=self.quiet, **country)
        return self._of_boards[board]

    def board_faults(self, boards: Collection[str]) -> list[BoardError]:
        """Returns an error for each item whose board does not exist."""
        return [
            BoardError(
                f"playlists.{name}.items.{place + 1}.board: there is no board {item.board!r}"
                + suggest_name(item.board, sorted(boards)),
                file=self.file,
                line=nearest_line(self.lines, ("playlists", name, "items", place, "board")),
            )
            for name, playlist in self.playlists.items()
            for place, item in enumerate(playlist.items)
            if item.board not in boards
        ]


def read_playlists(path: Path) -> PlaylistBook:
    """Returns the playlists in `path`; raises BoardError with every fault of the file."""
    _, data, lines = read_yaml(path, PLAYLISTS_LIMITS)
    try:
        content = PlaylistFile.model_validate(data)
    except ValidationError as error:
        raise file_error(error, path, lines, describe_playlist_fault) from error
    return PlaylistBook(content.playlists, str(path), lines, content.quiet, content.holidays, content.takeovers)


def describe_playlist_fault(error: ErrorDetails) -> str:
    """Returns what is wrong at a place of the file, and what to write."""
    if error["type"] == "value_error" and not error["loc"]:
        return error["msg"].removeprefix("Value error, ")
    if not error["loc"]:
        return "must say `playlists:`, with a name and its `items:` under it"
    return describe_error(error, allowed_playlist_keys)


def allowed_playlist_keys(loc: KeyPath) -> Iterator[str]:
    """Yields the keys that are allowed at `loc`, as people write them."""
    for name, info in _model_at(loc).model_fields.items():
        yield info.alias or name


def _model_at(loc: KeyPath) -> type[BaseModel]:
    words = [part for part in loc if isinstance(part, str)]
    if words[:1] == ["takeovers"] and len(words) == 2:
        return TakeoverRule
    if words[:1] == ["quiet"] and len(loc) == 2:
        return QuietHours
    if len(words) < 2:
        return PlaylistFile
    if len(words) == 2:
        return Playlist
    return DateSpan if len(words) > 3 else ITEM_MODELS.get(words[2], PlaylistItem)
