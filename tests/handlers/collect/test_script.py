"""The script that pages carry: small, understood by old browsers, and what its readable twin says."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

from tree_sitter import Node

from tests.conventions.es5 import PARSER, offences

STATIC = Path(__file__).parents[3] / "static"
SCRIPT = (STATIC / "a.js").read_text(encoding="utf-8")
READABLE = (STATIC / "a.readable.js").read_text(encoding="utf-8")
OTHERS = {"Plausible": 2694, "Umami": 2239, "GoatCounter": 3328}
"""Bytes of theirs, gzipped."""


def tokens(node: Node) -> Iterator[tuple[str, str]]:
    """Kind and text of everything in a script but comments and needless semicolons."""
    if node.type in ("string", "regex") or not node.children:
        if node.type not in ("comment", ";"):
            yield node.type, (node.text or b"").decode()
    else:
        for child in node.children:
            yield from tokens(child)


def test_is_at_most_1300_bytes_gzipped_and_smaller_than_others_that_do_as_much():
    size = len(gzip.compress(SCRIPT.encode(), 9, mtime=0))
    assert size <= 1300
    assert all(size < other for other in OTHERS.values())


def test_is_es5():
    assert offences(SCRIPT) == offences(READABLE) == []


def test_script_stores_nothing_in_the_browser():
    assert not re.search(r"cookie|Storage|indexedDB|caches", SCRIPT)


def test_script_is_the_readable_one_with_shorter_names():
    short, readable = (list(tokens(PARSER.parse(text.encode()).root_node)) for text in (SCRIPT, READABLE))
    assert [kind for kind, _ in short] == [kind for kind, _ in readable]
    names: dict[str, str] = {}
    for (kind, one), (_, other) in zip(short, readable, strict=True):
        if kind == "identifier":
            assert names.setdefault(other, one) == one, f"{other} is {names[other]} here and {one} there"
        else:
            assert one == other
