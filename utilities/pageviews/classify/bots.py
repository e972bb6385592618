"""Who is not a person: crawlers, libraries, and browsers that fetch before anybody looks."""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

PATTERNS = Path(__file__).with_name("data") / "isbot-5.2.1.json"
"""npm `isbot` 5.2.1 (Unlicense), `src/patterns.json` unchanged; of the lists there are it finds most and is least
often wrong about people (docs/counting.md)."""

AHEAD = {
    "sec-purpose": ("prefetch", "prerender"),  # Fetch Standard, `Sec-Purpose: prefetch;prerender`
    "purpose": ("prefetch", "preview"),  # Chromium before it, and WebKit's Top Sites
    "x-purpose": ("prefetch", "preview"),
    "x-moz": ("prefetch",),  # Firefox before 115
}


def is_ahead(headers: Mapping[str, str]) -> bool:
    """Whether a browser asked before anybody looked; names in lower case."""
    for name, words in AHEAD.items():
        value = headers.get(name)
        if value and any(word in value.lower() for word in words):
            return True
    return False


def python_pattern(pattern: str) -> str:
    """A JavaScript pattern as Python reads it.

    `[\\w\\d-.]` is a bad range here, and alternatives in a look-behind have to be of one length.
    """
    pattern = re.sub(r"(\\[wd])-(?=[.\]])", r"\1\\-", pattern)
    return re.sub(r"\(\?<!([^()]*\|[^()]*)\)", lambda m: "".join(f"(?<!{each})" for each in m[1].split("|")), pattern)


def pattern_of(file: Path) -> re.Pattern[str]:
    """All patterns of the list in one."""
    listed = json.loads(file.read_text(encoding="utf-8"))
    return re.compile("|".join(python_pattern(each) for each in listed), re.IGNORECASE | re.ASCII)


LISTED = pattern_of(PATTERNS)

PEOPLE = re.compile(
    r"sogou(?:mse|mobilebrowser)[^ ;]*|metasr[ \d.]*|omi/[\d.]*catcher[\d.]*|webappmanager|chromeframe\b(?:/[\d.]*)?"
    r"|qqdownload [\d.]+|http://www\.qtweb\.net"
    r"|(?:gm|imo) discovery|\bdiscovery \d+|x?\bbot_senior|\bb bot \d+|\bspider \d\)|googletv|google earth",
    re.IGNORECASE,
)
"""Browsers, televisions and telephones that carry a word of the list in their name: found among device-detector's and
isbot's people (docs/counting.md)."""


@lru_cache(maxsize=4096)
def is_bot(agent: str) -> bool:
    """Whether the user-agent is a machine's; one that says nothing is."""
    if not agent.strip():
        return True
    return LISTED.search(agent) is not None and LISTED.search(PEOPLE.sub("", agent)) is not None
