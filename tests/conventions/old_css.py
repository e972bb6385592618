"""Reads a style sheet as Chromium 38 would: `python -m tests.conventions.old_css` lists what it drops."""

import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import tinycss2
from tinycss2.ast import Node

from tests.conventions.code import ROOT, words
from tests.conventions.wall_assets import wall_assets

PROPERTIES = words(
    """
    align-content align-items align-self background background-attachment background-clip background-color
    background-image background-origin background-position background-repeat background-size border border-bottom
    border-bottom-color border-bottom-left-radius border-bottom-right-radius border-bottom-style border-bottom-width
    border-collapse border-color border-left border-left-color border-left-style border-left-width border-radius
    border-right border-right-color border-right-style border-right-width border-spacing border-style border-top
    border-top-color border-top-left-radius border-top-right-radius border-top-style border-top-width border-width
    bottom box-shadow box-sizing caption-side clear clip color content counter-increment counter-reset cursor
    direction display empty-cells fill fill-opacity fill-rule flex flex-basis flex-direction flex-flow flex-grow
    flex-shrink flex-wrap float font font-family font-kerning font-size font-style font-variant font-weight height
    justify-content left letter-spacing line-height list-style list-style-image list-style-position list-style-type
    margin margin-bottom margin-left margin-right margin-top max-height max-width min-height min-width object-fit
    object-position opacity order orphans outline outline-color outline-offset outline-style outline-width overflow
    overflow-wrap overflow-x overflow-y padding padding-bottom padding-left padding-right padding-top
    page-break-after page-break-before page-break-inside pointer-events position quotes right shape-rendering src
    stroke stroke-dasharray stroke-linecap stroke-linejoin stroke-opacity stroke-width table-layout tab-size
    text-align text-anchor text-decoration text-indent text-overflow text-rendering text-shadow text-transform top
    transform transform-origin transition transition-delay transition-duration transition-property
    transition-timing-function unicode-range vertical-align visibility white-space widows width will-change
    word-break word-spacing word-wrap z-index zoom
    """
)
HARMLESS = words(
    """
    contain font-display font-optical-sizing font-synthesis font-variant-numeric forced-color-adjust
    overscroll-behavior print-color-adjust text-size-adjust
    """
)
"""Later than Chromium 38, but nothing on the wall is lost where it is dropped."""

FUNCTIONS = words(
    """
    attr calc counter cubic-bezier format hsl hsla linear-gradient local matrix not nth-child nth-last-child
    nth-of-type nth-last-of-type radial-gradient rgb rgba rotate scale scalex scaley skewx skewy steps translate
    translate3d translatex translatey translatez url
    """
)
PSEUDO = words(
    """
    active after before checked disabled empty enabled first-child first-letter first-line first-of-type focus hover
    lang last-child last-of-type link not nth-child nth-last-child nth-last-of-type nth-of-type only-child
    only-of-type root selection target visited -webkit-scrollbar
    """
)
UNITS = words("px em rem ex ch vw vh vmin vmax pt cm mm in s ms deg rad turn")
KEYWORDS = {
    "display": words(
        """
    none block inline inline-block flex inline-flex table inline-table table-row table-cell table-column
    table-row-group table-header-group table-footer-group table-column-group table-caption list-item
    """
    ),
    "position": words("static relative absolute fixed"),
    "overflow": words("visible hidden scroll auto"),
    "overflow-wrap": words("normal break-word"),
}
LATE_WORDS = words(
    """
    unset revert revert-layer fit-content min-content max-content space-evenly start end flow-root contents sticky
    clip
    """
)
MEDIA = words(
    """
    all and screen print only not width min-width max-width height min-height max-height orientation landscape portrait
    aspect-ratio min-aspect-ratio max-aspect-ratio resolution min-resolution max-resolution
    """
)
"""A media query with any other word is not true in Chromium 38, so its block is dropped."""
AT_RULES = words("charset font-face media page supports -webkit-keyframes keyframes")


def offences(css: str) -> list[str]:
    """`line: what`, for everything Chromium 38 would drop; none means it shows the sheet as it was meant."""
    return list(in_rules(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)))


def in_rules(rules: Iterable[Node]) -> Iterator[str]:
    for rule in rules:
        if rule.type == "error":
            yield f"{rule.source_line}: {rule.message}"
        elif rule.type == "at-rule":
            yield from in_at_rule(rule)
        elif rule.type == "qualified-rule":
            yield from in_selector(rule)
            yield from in_block(rule)


def in_at_rule(rule: Any) -> Iterator[str]:
    if rule.lower_at_keyword not in AT_RULES:
        yield f"{rule.source_line}: @{rule.at_keyword}"
    elif rule.lower_at_keyword in ("font-face", "page"):
        yield from in_block(rule)
    elif rule.content is not None:
        if rule.lower_at_keyword == "media":
            yield from in_media_query(rule.prelude, rule.source_line)
        yield from in_rules(tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True))


def in_media_query(tokens: Iterable[Node], line: int) -> Iterator[str]:
    for token in tokens:
        if token.type == "() block":
            yield from in_media_query(token.content, line)
        elif token.type == "ident" and token.lower_value not in MEDIA:
            yield f"{line}: @media {token.value}"
        elif token.type == "literal" and token.value not in (":", ",", "/"):
            yield f"{line}: @media with {token.value}"


def in_selector(rule: Any) -> Iterator[str]:
    text = tinycss2.serialize(rule.prelude)
    bare = re.sub(r"\"[^\"]*\"|'[^']*'", "''", text)
    for pseudo in re.findall(r"::?([\w-]+)", bare):
        if pseudo.lower() not in PSEUDO:
            yield f"{rule.source_line}: :{pseudo}, and with it the whole rule `{text.strip()}`"
    if re.search(r":not\([^)]*[,\s>+~]", bare) or re.search(r"\bi\s*\]|&", bare):
        yield f"{rule.source_line}: the selector `{text.strip()}`"


def in_block(rule: Any) -> Iterator[str]:
    declarations = tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True)
    names = {each.lower_name for each in declarations if each.type == "declaration"}
    for each in declarations:
        if each.type != "declaration":
            yield f"{each.source_line}: {getattr(each, 'message', 'a rule inside a rule')}"
            continue
        name = each.lower_name
        twin = f"-webkit-{name}" in names
        if name not in PROPERTIES and name not in HARMLESS and not twin and not name.startswith(("-webkit-", "-moz-")):
            yield f"{each.source_line}: {each.name}"
        elif name in PROPERTIES:
            yield from (f"{each.source_line}: {each.name}: {what}" for what in in_value(name, each.value))


def in_value(name: str, tokens: Iterable[Node]) -> Iterator[str]:
    for token in tokens:
        if str(getattr(token, "lower_value", getattr(token, "lower_name", ""))).startswith("-webkit-"):
            continue
        if token.type == "dimension" and token.lower_unit not in UNITS:
            yield f"the unit {token.unit}"
        elif token.type == "hash" and name != "content" and len(token.value) in (4, 8):
            yield f"the colour #{token.value}"
        elif token.type == "ident":
            allowed = KEYWORDS.get(name, frozenset()) | {"inherit", "initial"}
            if token.lower_value in LATE_WORDS or (name in KEYWORDS and token.lower_value not in allowed):
                yield token.value
        elif token.type == "function":
            if token.lower_name not in FUNCTIONS:
                yield f"{token.name}()"
            elif token.lower_name.startswith(("rgb", "hsl")) and not any(each == "," for each in token.arguments):
                yield f"{token.name}() without commas"
            yield from in_value("", token.arguments)


def main(names: list[str]) -> int:
    names = names or [f"static/{name}" for name in wall_assets("css")]
    found = [f"{name}:{each}" for name in names for each in offences((ROOT / name).read_text(encoding="utf-8"))]
    print("\n".join(found) if found else f"{len(names)} style sheets are whole in Chromium 38")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
