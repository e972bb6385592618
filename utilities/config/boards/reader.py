"""Reads one board file, and says of every fault where it is and how to mend it."""

import hashlib
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from itertools import combinations
from pathlib import Path

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from utilities.config.boards.model import Board, BoardFile, Grid, Loc, Place, Screen, Tile, nearest
from utilities.model.errors import BoardError

QUOTES = "a text with : ? # [ ] { or } in it needs quotes around it"

MODELS: dict[str | int, type[BaseModel]] = {"screen": Screen, "grid": Grid, "place": Place}
"""The parts of a board file by the key they stand under, for the names that were meant."""


def read(path: Path) -> Board:
    """The board in `path`; raises BoardError with every fault of the file."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BoardError(f"cannot be read: {error.strerror}", file=str(path)) from error
    data, lines = parse(raw, str(path))
    try:
        file = BoardFile.model_validate(data)
    except ValidationError as error:
        raise several([BoardError(told(e), file=str(path), line=line(e, lines)) for e in error.errors()]) from error
    board = Board.of(file, name=path.stem, hash=hashlib.sha256(raw).hexdigest()[:12], file=str(path), lines=lines)
    faults = list(misplaced(board))
    if faults:
        raise several(faults)
    return board


def parse(raw: bytes, file: str) -> tuple[object, dict[Loc, int]]:
    """The data of a YAML file, and the line on which each part of it begins."""
    try:
        loader = yaml.SafeLoader(raw.decode())
        node = loader.get_single_node()
        lines: dict[Loc, int] = dict(places(node, (), file)) if node else {}
        return (loader.construct_document(node) if node else None), lines
    except UnicodeDecodeError as error:
        raise BoardError("is not UTF-8 text", file=file) from error
    except yaml.MarkedYAMLError as error:
        where = error.problem_mark.line + 1 if error.problem_mark else None
        raise BoardError(f"is not YAML: {error.problem}; {QUOTES}", file=file, line=where) from error
    except (yaml.YAMLError, ValueError) as error:
        raise BoardError(f"is not YAML: {error}", file=file) from error


def places(node: yaml.Node, at: Loc, file: str) -> Iterator[tuple[Loc, int]]:
    """Every key and list item with its line; an alias that holds itself is a fault, as is a key said twice."""
    if len(at) > 20:
        raise BoardError("is nested too deeply", file=file, line=node.start_mark.line + 1)
    if not at:
        yield at, node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        for place, item in enumerate(node.value):
            yield (*at, place), item.start_mark.line + 1
            yield from places(item, (*at, place), file)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            here = key.start_mark.line + 1
            if key.value in seen:
                raise BoardError(f"{key.value!r} is said twice", file=file, line=here)
            seen.add(str(key.value))
            yield (*at, str(key.value)), here
            yield from places(value, (*at, str(key.value)), file)


def line(error: ErrorDetails, lines: dict[Loc, int]) -> int | None:
    return nearest(lines, error["loc"])


def told(error: ErrorDetails, known: Callable[[Loc], Iterator[str]] | None = None) -> str:
    """What is wrong, and what to write instead when that can be guessed; `known` are the keys that may stand at a place
    (those of a board when left out)."""
    loc = error["loc"]
    where = ".".join(str(part + 1) if isinstance(part, int) else part for part in loc)
    if error["type"] == "extra_forbidden":
        there = list((known or fields)(loc[:-1]))
        return f"{where} is not known here" + meant(str(loc[-1]), there)
    if not loc:
        return "must say title, grid and tiles, each with a colon behind it"
    if error["type"] == "missing":
        return f"{where} is missing"
    if error["type"] == "string_pattern_mismatch":
        return f"{where}: {error['input']!r} must be small letters, digits and hyphens"
    if error["type"] == "too_short":
        return f"{where} is empty"
    message = error["msg"].removeprefix("Value error, ")
    return f"{where}: {message[0].lower()}{message[1:]}"


def fields(loc: Loc) -> Iterator[str]:
    """The keys that may stand at `loc`."""
    last = loc[-1] if loc else None
    yield from (BoardFile if last is None else Tile if isinstance(last, int) else MODELS[last]).model_fields


def meant(word: str, known: list[str]) -> str:
    """`; did you mean …?`, or what there is when nothing is near."""
    near = get_close_matches(word, known, n=1)
    return f"; did you mean {near[0]}?" if near else f"; there is {', '.join(sorted(known))}"


def misplaced(board: Board) -> Iterator[BoardError]:
    """Tiles that leave the grid, lie on each other or share a name."""
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


def several(errors: list[BoardError]) -> BoardError:
    """One error that says them all, a line each."""
    if len(errors) == 1:
        return errors[0]
    whole = BoardError("\n".join(str(error) for error in errors))
    whole.file, whole.line = errors[0].file, errors[0].line
    return whole
