"""The Python files of the project, for the tests of conventions."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ("run.py", "handlers", "utilities", "demo")
EVERYTHING = (*PRODUCT, "tests", "bench")


DEFINITION = re.compile(r"( *)(?:async def|def|class|@)")
TEXT_BLOCK = re.compile(r'''[=(,\[rf] *"""|""" *[%)]|"""\.''')  # any but a docstring: code may stand in it


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


@dataclass(frozen=True)
class Source:
    """One Python file."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(self.tree))

    @property
    def has_docstring(self) -> bool:
        return bool(re.match(r'(#.*\n|\s)*"""\s*[^\s"]', self.text))

    def has_long_stretch(self, limit: int) -> bool:
        """Returns whether a function may have more lines than `limit`; to parse every file would take seconds."""
        if TEXT_BLOCK.search(self.text):
            return True
        open_at: list[tuple[int, int]] = []  # indentation and line of each definition that may not have ended
        for line, text in enumerate([*self.text.splitlines(), "@"]):
            if starts := DEFINITION.match(text):
                while open_at and open_at[-1][0] >= len(starts[1]):
                    if line - open_at.pop()[1] > limit:
                        return True
                open_at.append((len(starts[1]), line))
        return False

    def functions(self) -> Iterator[tuple[str, int]]:
        """Each function's place and its length in lines."""
        places: list[ast.AST] = [self.tree]
        while places:  # functions stand in statements only: expressions, nine nodes of ten, are left out
            place = places.pop()
            if isinstance(place, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{self.name}:{place.lineno} {place.name}", (place.end_lineno or 0) - place.lineno + 1
            for blocks in ("body", "orelse", "finalbody", "handlers", "cases"):
                inner = getattr(place, blocks, None)
                places.extend(inner if isinstance(inner, list) else ())


@cache
def sources(*places: str) -> tuple[Source, ...]:
    """Every Python file in these places, which are files or folders of the project; each is read and parsed once."""
    found = [ROOT / place for place in places]
    files = [each for place in found for each in ([place] if place.is_file() else sorted(place.rglob("*.py")))]
    return tuple(source(path) for path in files if path.exists())


@cache
def source(path: Path) -> Source:
    return Source(path)
