"""Reads a YAML file that people edit: bounded before anything is expanded, and every fault has its line."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import yaml

from utilities.model.errors import BoardError
from utilities.runtime.watched_file import read_regular_file

KeyPath = tuple[str | int, ...]
"""Where something stands in a file: keys and places in lists, from the top."""

QUOTES_HINT = "a text with : ? # [ ] { or } in it needs quotes around it"
TEMPLATE_HINT = "{{ … }} is a template that nobody filled in, or a text that needs quotes"
MAX_YAML_DEPTH = 20
MAX_INTEGER = 2**63
MAX_NUMBER_CHARS = 100  # YAML reads 1:59:59 as a number to the base of 60, in a time that grows with its length squared
TAG_PREFIX = "tag:yaml.org,2002:"
PLAIN_TYPES = ("str", "int", "float", "bool", "null", "seq", "map")
BASE_LOADER: type[yaml.SafeLoader] = getattr(
    yaml, "CSafeLoader", yaml.SafeLoader
)  # ten times as fast, where there is one


@dataclass(frozen=True)
class YamlLimits:
    """How large a file may be. Keys, values, lists and mappings are nodes; an alias counts as all that it repeats."""

    max_bytes: int
    max_nodes: int


class WrongValue(yaml.MarkedYAMLError):
    """A value that is YAML, but cannot stand in such a file."""


class FileLoader(BASE_LOADER):  # type: ignore[misc, valid-type]
    """Makes texts, numbers, lists and mappings, and nothing else. Dates stay texts."""

    yaml_constructors: ClassVar[dict[Any, Any]] = {
        tag: make
        for tag, make in BASE_LOADER.yaml_constructors.items()
        if tag is None or tag.removeprefix(TAG_PREFIX) in PLAIN_TYPES
    }
    yaml_implicit_resolvers: ClassVar[dict[Any, Any]] = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag.removeprefix(TAG_PREFIX) in (*PLAIN_TYPES, "merge")]
        for first, resolvers in BASE_LOADER.yaml_implicit_resolvers.items()
    }

    def construct_object(self, node: yaml.Node, deep: bool = False) -> object:
        """Returns the value of a node; raises MarkedYAMLError with its line for every value that cannot be one."""
        kind = node.tag.removeprefix(TAG_PREFIX)
        if kind not in PLAIN_TYPES:
            raise WrongValue(problem="has a tag that means nothing here", problem_mark=node.start_mark)
        if kind in ("int", "float") and len(node.value) > MAX_NUMBER_CHARS:
            raise WrongValue(problem="has a number that is too long", problem_mark=node.start_mark)
        if kind in ("int", "float") and ":" in node.value:
            node.tag = f"{TAG_PREFIX}str"  # 22:00 is a time of day, and not 1320
        try:
            value: object = super().construct_object(node, deep)
        except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
            raise WrongValue(problem=f"has a value that is no {kind}", problem_mark=node.start_mark) from error
        if isinstance(value, float) and not math.isfinite(value):
            raise WrongValue(problem="has a number that is not finite", problem_mark=node.start_mark)
        if isinstance(value, int) and abs(value) >= MAX_INTEGER:
            raise WrongValue(problem="has a number that is too large", problem_mark=node.start_mark)
        return value


def read_yaml(path: Path, limits: YamlLimits) -> tuple[bytes, object, dict[KeyPath, int]]:
    """Returns a file's bytes, its data, and the line on which each part of it begins; raises BoardError."""
    try:
        raw = read_regular_file(path, limits.max_bytes)
    except FileNotFoundError as error:
        why = "is a link to a file that does not exist" if path.is_symlink() else "does not exist"
        raise BoardError(why, file=str(path)) from error
    except OSError as error:
        raise BoardError(f"cannot be read: {error.strerror}", file=str(path)) from error
    return raw, *parse_yaml(raw, str(path), limits)


def parse_yaml(raw: bytes, file: str, limits: YamlLimits) -> tuple[object, dict[KeyPath, int]]:
    """Returns the data of a YAML file, and the line on which each part of it begins; raises BoardError."""
    try:
        text = raw.decode()
        check_size(text, file, limits)
        loader = FileLoader(text)
        node = loader.get_single_node()
        lines: dict[KeyPath, int] = dict(locate_keys(node, (), file)) if node else {}
        return (loader.construct_document(node) if node else None), lines
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise BoardError("is not UTF-8 text", file=file, line=line) from error
    except yaml.MarkedYAMLError as error:
        where = error.problem_mark.line + 1 if error.problem_mark else None
        why = str(error.problem) if isinstance(error, WrongValue) else f"is not YAML: {_describe_mark(error, text)}"
        raise BoardError(why, file=file, line=where) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise BoardError("is not YAML: there is a control character", file=file, line=line) from error


def _describe_mark(error: yaml.MarkedYAMLError, text: str) -> str:
    """Returns what the parser found at its mark, and what helps most often."""
    if mark := error.problem_mark:
        line = text.split("\n")[mark.line : mark.line + 1]
        if line and line[0][mark.column : mark.column + 1] == "\t":
            return "there is a tab at the beginning of a value; indent with spaces"
    return f"{error.problem}; {QUOTES_HINT}"


def check_size(text: str, file: str, limits: YamlLimits) -> None:
    """Raises BoardError when the file has too many nodes or levels, all aliases replaced by what they stand for."""
    total = 0
    sizes: dict[str, int] = {}
    levels: list[tuple[str | None, int]] = []
    for event in yaml.parse(text, BASE_LOADER):
        line = event.start_mark.line + 1 if event.start_mark else None
        if isinstance(event, yaml.AliasEvent):
            if event.anchor in [anchor for anchor, _ in levels]:
                raise BoardError("is nested too deeply: an alias repeats what it is part of", file=file, line=line)
            total += sizes.get(event.anchor or "", 1)
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = levels.pop()
            if anchor:
                sizes[anchor] = total - before
        elif isinstance(event, yaml.NodeEvent):
            total += 1
            if isinstance(event, yaml.CollectionStartEvent):
                levels.append((event.anchor, total - 1))
            elif event.anchor:
                sizes[event.anchor] = 1
        if len(levels) > MAX_YAML_DEPTH:
            raise BoardError("is nested too deeply", file=file, line=line)
        if total > limits.max_nodes:
            raise BoardError(f"has more than {limits.max_nodes:,} parts, repeated ones included", file=file, line=line)


def locate_keys(node: yaml.Node, at: KeyPath, file: str) -> Iterator[tuple[KeyPath, int]]:
    """Yields every key and list item with its line, and makes every key a text as it is written.

    Raises BoardError for a key that is no text, for one that is repeated, and for aliases that nest too deeply.
    """
    if len(at) > MAX_YAML_DEPTH:
        raise BoardError("is nested too deeply", file=file, line=node.start_mark.line + 1)
    if not at:
        yield at, node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        for place, item in enumerate(node.value):
            yield (*at, place), item.start_mark.line + 1
            yield from locate_keys(item, (*at, place), file)
    if isinstance(node, yaml.MappingNode):
        keys: set[str] = set()
        for key, value in node.value:
            name, here = read_key(key, file), key.start_mark.line + 1
            if name in keys:
                raise BoardError(f"{shorten_text(name)!r} appears twice", file=file, line=here)
            keys.add(name)
            yield (*at, name), here
            yield from locate_keys(value, (*at, name), file)


def read_key(key: yaml.Node, file: str) -> str:
    """Returns the key as a text, whatever type it looks like, as `on` and `2026` do."""
    if not isinstance(key, yaml.ScalarNode):
        hint = f"; {TEMPLATE_HINT}" if isinstance(key, yaml.MappingNode) else ""
        raise BoardError(f"a key must be a word{hint}", file=file, line=key.start_mark.line + 1)
    if key.tag != f"{TAG_PREFIX}merge":
        key.tag = f"{TAG_PREFIX}str"
    return str(key.value)


def shorten_text(text: str) -> str:
    """Returns at most 60 characters, for a message."""
    return text if len(text) <= 60 else f"{text[:60]}…"
