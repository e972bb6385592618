"""Reads one board file; an error names the line of every fault and how to fix it."""

import hashlib
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from utilities.config.boards.model import Board, BoardFile, Grid, Place, Screen, Tile, nearest_line
from utilities.config.yaml_file import KeyPath, YamlLimits, read_yaml, shorten_text
from utilities.model.errors import BoardError
from utilities.model.near_names import find_near_name

BOARD_LIMITS = YamlLimits(max_bytes=256 * 1024, max_nodes=10_000)
MAX_FAULTS = 20  # in one message

MODELS_BY_KEY: dict[str | int, type[BaseModel]] = {"screen": Screen, "grid": Grid, "place": Place}
"""The models by the key of a board file that holds them, to suggest correct names."""


def read_board(path: Path) -> Board:
    """Returns the board in `path`; raises BoardError with every fault of the file."""
    raw, data, lines = read_yaml(path, BOARD_LIMITS)
    try:
        file = BoardFile.model_validate(data)
    except ValidationError as error:
        raise file_error(error, path, lines, describe_error) from error
    board = Board.of(file, name=path.stem, hash=hashlib.sha256(raw).hexdigest()[:12], file=str(path), lines=lines)
    faults = list(_placement_faults(board))
    if faults:
        raise combine_errors(faults)
    return board


def file_error(
    error: ValidationError, path: Path, lines: dict[KeyPath, int], describe: Callable[[ErrorDetails], str]
) -> BoardError:
    """Returns one error with every fault of a file, each at its line; `describe` says what is wrong."""
    return combine_errors(
        [BoardError(describe(e), file=str(path), line=nearest_line(lines, e["loc"])) for e in error.errors()]
    )


def describe_error(error: ErrorDetails, allowed_keys: Callable[[KeyPath], Iterator[str]] | None = None) -> str:
    """Returns what is wrong, and a suggestion when a similar key is allowed.

    `allowed_keys` yields the keys that are allowed at a path; by default those of a board.
    """
    loc = error["loc"]
    where = ".".join(str(part + 1) if isinstance(part, int) else shorten_text(part) for part in loc)
    if error["type"] == "extra_forbidden":
        there = list((allowed_keys or _allowed_keys)(loc[:-1]))
        return f"{where} is unknown here" + suggest_name(str(loc[-1]), there)
    if not loc:
        return "must say title, grid and tiles, each with a colon behind it"
    if error["type"] == "missing":
        return f"{where} is missing"
    if error["type"] == "string_pattern_mismatch":
        return f"{where}: {shorten_text(str(error['input']))!r} must be small letters, digits and hyphens"
    if error["type"] == "too_short":
        return f"{where} is empty"
    if error["type"] in ("model_type", "dict_type", "mapping_type"):
        return f"{where} must have keys with values, each with a colon between them"
    if error["type"] in ("list_type", "tuple_type"):
        return f"{where} must be a list: each part begins with a hyphen"
    message = error["msg"].removeprefix("Value error, ")
    return f"{where}: {message[0].lower()}{message[1:]}"


def _allowed_keys(loc: KeyPath) -> Iterator[str]:
    """Yields the keys that are allowed at `loc`."""
    last = loc[-1] if loc else None
    yield from (BoardFile if last is None else Tile if isinstance(last, int) else MODELS_BY_KEY[last]).model_fields


def suggest_name(word: str, names: list[str]) -> str:
    """Returns `; did you mean …?`, or all names when none is similar."""
    near = find_near_name(word, names)
    return f"; did you mean {near}?" if near else f"; there is {', '.join(sorted(names))}"


def _placement_faults(board: Board) -> Iterator[BoardError]:
    """Yields an error for each tile that leaves the grid, overlaps another or shares its name."""
    columns, rows = board.grid.columns, board.grid.rows
    for at, tile in enumerate(board.tiles):
        place = tile.place
        right, bottom = place.column + place.width - 1, place.row + place.height - 1
        if right > columns or bottom > rows:
            yield board.fault(
                f"tile {tile.name} ends at column {right}, row {bottom}; "
                f"the grid has {columns} columns and {rows} rows",
                *("tiles", at, "place"),
            )
    for (_, one), (at, other) in combinations(enumerate(board.tiles), 2):
        if one.name == other.name:
            yield board.fault(f"two tiles are named {one.name}; give this one a `name:`", "tiles", at)
        if one.place.meets(other.place):
            yield board.fault(f"tile {other.name} lies on tile {one.name}; move one of them", "tiles", at, "place")


def combine_errors(errors: list[BoardError]) -> BoardError:
    """Returns one error with the texts of all, a line each, at the place of the first."""
    if len(errors) == 1:
        return errors[0]
    more = [f"and {len(errors) - MAX_FAULTS} more"] if len(errors) > MAX_FAULTS else []
    combined = BoardError("\n".join([*map(str, errors[:MAX_FAULTS]), *more]))
    combined.file, combined.line = errors[0].file, errors[0].line
    return combined
