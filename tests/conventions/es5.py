"""Reads a script as a television of 2016 would: `python -m tests.conventions.es5` lists what it cannot run."""

import re
import sys
from collections.abc import Iterator

import tree_sitter_javascript
from tree_sitter import Language, Node, Parser

from tests.conventions.code import ROOT, words
from tests.conventions.wall_assets import wall_assets

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
BROWSER_GLOBALS = words(
    """
    arguments Array Boolean CSS Date Error EventSource Function Infinity Intl JSON Math NaN Number Object RegExp String
    XMLHttpRequest clearInterval clearTimeout decodeURIComponent document encodeURIComponent history isFinite isNaN
    localStorage location matchMedia navigator parseFloat parseInt performance screen sessionStorage setInterval
    setTimeout undefined window MutationObserver
    """
)
BROWSER_METHODS = words(
    """
    UTC abort abs add addEventListener appendChild apply blur call ceil charAt charCodeAt clear click close concat
    contains createDocumentFragment createElement createElementNS createHTMLDocument createTextNode exec every filter
    floor focus forEach format fromCharCode getAttribute getBoundingClientRect getComputedStyle getElementById
    getElementsByClassName getElementsByTagName getItem getTime getUTCDate getUTCDay getUTCFullYear getUTCHours
    getUTCMinutes getUTCMonth getUTCSeconds hasAttribute hasOwnProperty indexOf insertBefore isArray item join keys
    lastIndexOf map match max min now open parse pop postMessage preventDefault push querySelector querySelectorAll
    random reload remove removeAttribute removeChild removeEventListener removeItem replace replaceChild
    requestAnimationFrame reverse round search send setAttribute setItem setRequestHeader shift sin slice some sort
    splice split stopPropagation stringify substring supports test toFixed toLowerCase toString toUpperCase toggle trim
    observe unshift
    """
)
"""What scripts of walls may call: each is in Chromium 38. Look up a name before you add it."""
LATE_OPERATORS = frozenset({"**", "**=", "??", "??=", "||=", "&&=", "of", "async", "..."})


def offences(source: str) -> list[str]:
    """`line: what`, for everything later than ES5 or unknown to Chromium 38; none means it runs there."""
    tree = PARSER.parse(source.encode())
    return [f"{node.start_point.row + 1}: {what}" for node in walk(tree.root_node) for what in faults(node)]


def unknown_apis(source: str) -> list[str]:
    """`line: what`, for every global name and every method that is not listed as one of Chromium 38 or its own."""
    nodes = list(walk(PARSER.parse(source.encode()).root_node))
    own = {name for node in nodes for name in declared_names(node)}
    found = []
    for node in nodes:
        text = (node.text or b"").decode()
        if node.type == "identifier" and text not in own | BROWSER_GLOBALS:
            found.append(f"{node.start_point.row + 1}: {text} is not listed as a name of Chromium 38")
        elif node.type == "call_expression" and (called := node.child_by_field_name("function")) is not None:
            name = ((called.child_by_field_name("property") or called).text or b"").decode()
            is_method = called.type == "member_expression" and not name.startswith("foyer")
            if is_method and name not in own | BROWSER_METHODS:
                found.append(f"{node.start_point.row + 1}: .{name}() is not listed as a method of Chromium 38")
    return found


def declared_names(node: Node) -> Iterator[str]:
    if node.type == "formal_parameters":
        named = list(node.named_children)
    else:
        field = {"catch_clause": "parameter"}.get(node.type, "name")
        declares = ("variable_declarator", "function_declaration", "function_expression", "catch_clause")
        one = node.child_by_field_name(field) if node.type in declares else None
        named = [] if one is None else [one]
    yield from ((each.text or b"").decode() for each in named)


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
    names = names or [f"static/{name}" for name in (*wall_assets("js"), "a.js", "a.readable.js")]
    found = [f"{name}:{each}" for name in names for each in offences((ROOT / name).read_text(encoding="utf-8"))]
    print("\n".join(found) if found else f"{len(names)} scripts run in Chromium 38")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
