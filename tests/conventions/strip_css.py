"""Takes out of a style sheet what Chromium 38 drops, so that a browser of today shows the page as that one does."""

from collections.abc import Iterable
from typing import Any

import tinycss2
from tinycss2.ast import Node

from tests.conventions.old_css import AT_RULES, PROPERTIES, in_media_query, in_selector, in_value


def strip_late_css(css: str) -> str:
    """Returns the sheet without the rules, declarations and values that are later than Chromium 38."""
    return "\n".join(strip_rules(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)))


def strip_rules(rules: Iterable[Node]) -> Iterable[str]:
    for rule in rules:
        if rule.type == "qualified-rule" and not list(in_selector(rule)):
            yield f"{tinycss2.serialize(rule.prelude)} {{ {strip_block(rule)} }}"
        elif rule.type == "at-rule" and rule.lower_at_keyword in AT_RULES and rule.content is None:
            yield f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)};"
        elif rule.type == "at-rule" and rule.lower_at_keyword in AT_RULES - {"supports"}:
            if rule.lower_at_keyword == "media" and list(in_media_query(rule.prelude, 0)):
                continue
            is_flat = rule.lower_at_keyword in ("font-face", "page")
            rules = () if is_flat else tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            inner = strip_block(rule) if is_flat else "\n".join(strip_rules(rules))
            yield f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{ {inner} }}"


def strip_block(rule: Any) -> str:
    declarations = tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True)
    return " ".join(f"{each.serialize()};" for each in declarations if each.type == "declaration" and not is_late(each))


def is_late(declaration: Any) -> bool:
    name = declaration.lower_name
    is_listed = name in PROPERTIES or name.startswith(("-webkit-", "-moz-"))
    return not is_listed or any(in_value(name, declaration.value))
