"""Reads a script as a television of 2016 would: `python -m tests.conventions.es5 FILE…` lists what it cannot run."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import tree_sitter_javascript
from tree_sitter import Language, Node, Parser

from tests.conventions.code import words

PARSER = Parser(Language(tree_sitter_javascript.language()))

GRAMMAR = words(
    """
    program comment empty_statement expression_statement statement_block variable_declaration variable_declarator
    function_declaration function_expression formal_parameters return_statement if_statement else_clause
    for_statement for_in_statement while_statement do_statement break_statement continue_statement labeled_statement
    statement_identifier switch_statement switch_body switch_case switch_default throw_statement try_statement
    catch_clause finally_clause debugger_statement parenthesized_expression sequence_expression
    assignment_expression augmented_assignment_expression binary_expression unary_expression update_expression
    ternary_expression call_expression new_expression arguments member_expression subscript_expression object pair
    method_definition array identifier property_identifier number string string_fragment escape_sequence regex
    regex_pattern regex_flags this null true false undefined
    """
)
"""Every node of ES5, in the names of tree-sitter; whatever is not here came later."""

GLOBALS = words(
    """
    fetch Promise Symbol Map Set WeakMap WeakSet WeakRef Proxy Reflect globalThis BigInt Request Response Headers
    IntersectionObserver ResizeObserver AbortController BroadcastChannel URLSearchParams requestIdleCallback
    queueMicrotask structuredClone customElements
    """
)
STATICS = words(
    """
    Object.assign Object.entries Object.values Object.fromEntries Object.is Object.hasOwn Array.from Array.of
    Number.isInteger Number.isFinite Number.isNaN Number.parseInt Number.parseFloat Math.trunc Math.sign Math.hypot
    Math.log10 Math.log2 Math.cbrt String.raw String.fromCodePoint
    """
)
METHODS = words(
    """
    includes startsWith endsWith repeat padStart padEnd trimStart trimEnd replaceAll matchAll codePointAt normalize
    find findIndex findLast fill flat flatMap copyWithin at finally closest append prepend before after replaceWith
    replaceChildren toggleAttribute getAttributeNames isConnected composedPath
    """
)
LATE_OPERATORS = frozenset({"**", "**=", "??", "??=", "||=", "&&=", "of", "async", "..."})


def offences(source: str) -> list[str]:
    """`line: what`, for everything later than ES5 or unknown to Chromium 38; none means it runs there."""
    tree = PARSER.parse(source.encode())
    return [f"{node.start_point.row + 1}: {what}" for node in walk(tree.root_node) for what in faults(node)]


def walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from walk(child)


def faults(node: Node) -> Iterator[str]:
    text = (node.text or b"").decode()
    if node.is_error or node.is_missing:
        yield f"not JavaScript: {text[:40]!r}"
    elif node.is_named and node.type not in GRAMMAR:
        yield f"{node.type.replace('_', ' ')} came after ES5: {text[:40]!r}"
    elif not node.is_named and node.type in LATE_OPERATORS:
        yield f"`{node.type}` came after ES5"
    else:
        yield from faults_of_syntax(node, text)
        yield from faults_of_names(node, text)


def faults_of_syntax(node: Node, text: str) -> Iterator[str]:
    first = node.children[0].type if node.children else ""
    if node.type == "method_definition" and first not in ("get", "set"):
        yield f"short method came after ES5: {text[:40]!r}"
    elif node.type == "catch_clause" and node.child_by_field_name("parameter") is None:
        yield "`catch` without a name came after ES5"
    elif node.type == "number" and re.match(r"0[bo]|.*[_n]$|\d*_", text, re.IGNORECASE):
        yield f"number came after ES5: {text}"
    elif node.type == "escape_sequence" and text.startswith("\\u{"):
        yield f"escape came after ES5: {text}"
    elif node.type == "regex_flags" and set(text) - set("gim"):
        yield f"flags of a regular expression came after ES5: {text}"
    elif node.type == "regex_pattern" and re.search(r"\(\?<|\\[pP]\{", text):
        yield f"regular expression came after ES5: {text}"
    elif node.type in ("arguments", "formal_parameters") and re.search(r",\s*\)$", text):
        yield "comma after the last argument came after ES5"
    elif node.type == "function_declaration" and node.parent and not holds_functions(node.parent):
        yield "function declared inside a block: not allowed in strict ES5"


def holds_functions(node: Node) -> bool:
    owner = node.parent.type if node.parent else ""
    return node.type == "program" or owner in ("function_declaration", "function_expression", "method_definition")


def faults_of_names(node: Node, text: str) -> Iterator[str]:
    if node.type == "identifier" and text in GLOBALS:
        yield f"{text} is not in ES5"
    elif node.type == "member_expression":
        whole = re.sub(r"^window\.", "", text)
        name = node.child_by_field_name("property")
        if whole in STATICS or whole in GLOBALS:
            yield f"{whole} is not in ES5"
        elif name is not None and (name.text or b"").decode() in METHODS:
            yield f".{(name.text or b'').decode()} is not in Chromium 38"


def main(names: list[str]) -> int:
    found = [f"{name}:{each}" for name in names for each in offences(Path(name).read_text(encoding="utf-8"))]
    print("\n".join(found) if found else f"{len(names)} scripts run in Chromium 38")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
