"""Detects bots by their user-agent and prefetches by their headers."""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

BOT_PATTERNS_FILE = Path(__file__).with_name("data") / "isbot-5.2.1.json"
"""npm `isbot` 5.2.1 (Unlicense), `src/patterns.json` unchanged. Of the lists we measured it detects the most bots and
has the fewest false positives (docs/counting.md)."""

PREFETCH_HEADERS = ("sec-purpose", "purpose", "x-purpose", "x-moz")
"""The Fetch Standard's header, and those of Chromium, WebKit and Firefox before it."""
PREFETCH_WORDS = ("prefetch", "prerender", "preview", "instant")


def is_prefetch(headers: Mapping[str, str]) -> bool:
    """Whether the request is for a page that nobody sees yet; the header names are in lower case."""
    for name in PREFETCH_HEADERS:
        value = headers.get(name)
        if value and any(word in value.lower() for word in PREFETCH_WORDS):
            return True
    return False


def to_python_pattern(pattern: str) -> str:
    """Converts a JavaScript pattern to Python's syntax.

    `[\\w\\d-.]` is an invalid range in Python, and alternatives in a look-behind must have the same length.
    """
    pattern = re.sub(r"(\\[wd])-(?=[.\]])", r"\1\\-", pattern)
    return re.sub(r"\(\?<!([^()]*\|[^()]*)\)", lambda m: "".join(f"(?<!{each})" for each in m[1].split("|")), pattern)


def load_bot_pattern(file: Path) -> re.Pattern[str]:
    """Returns one pattern that matches what any pattern of the file matches."""
    patterns = json.loads(file.read_text(encoding="utf-8"))
    return re.compile("|".join(to_python_pattern(each) for each in patterns), re.IGNORECASE | re.ASCII)


BOT_PATTERN = load_bot_pattern(BOT_PATTERNS_FILE)

HUMAN_AGENT_WORDS = re.compile(
    r"sogou(?:mse|mobilebrowser)[^ ;]*|metasr[ \d.]*|omi/[\d.]*catcher[\d.]*|webappmanager|chromeframe\b(?:/[\d.]*)?"
    r"|qqdownload [\d.]+|http://www\.qtweb\.net"
    r"|(?:gm|imo) discovery|\bdiscovery \d+|x?\bbot_senior|\bb bot \d+|\bspider \d\)|googletv|google earth",
    re.IGNORECASE,
)
"""Names of browsers, televisions and telephones that the list takes for bots; from the human user-agents of
device-detector and isbot (docs/counting.md)."""


NO_PROGRAM_NAME = re.compile(
    r"\W*(?:$|\d)|[{}<>$(;=@`|\r\n]|.*(?:\{\{|[$#]\{|\$\(|<script|\(\)\s*\{|\bunion\s+(?:all\s+)?select\b|\.\./\.\./"
    r"|(?:\b|_)sleep\(|\bwaitfor\s+delay\b|\bselect\(|\(select\s|'\s*(?:and|or|\|\|)\s?|/etc/passwd"
    r"|\b(?:and|or)\s+[\"'(]*\w+[\"')]*\s*=)",
    re.IGNORECASE | re.ASCII | re.DOTALL,
)
"""What scanners send instead of a name: nothing, a number, a template, SQL, a shell's or a script's text."""


@lru_cache(maxsize=4096)
def is_bot(agent: str) -> bool:
    """Whether the user-agent is a bot's; an empty one is, and so is what no program calls itself."""
    if NO_PROGRAM_NAME.match(agent):
        return True
    return BOT_PATTERN.search(agent) is not None and BOT_PATTERN.search(HUMAN_AGENT_WORDS.sub("", agent)) is not None
