"""Parses lines of names and values: LTSV (`status:200`, with tabs between) and logfmt (`status=200 path="/"`)."""

import re

from utilities.pageviews.log_import.access_json import parse_json_record
from utilities.pageviews.log_import.log_line import LogLine, first_address, unescape_text

PAIR = re.compile(r'([A-Za-z_@][\w.@-]*)=("(?:[^"\\]++|\\.)*+"|[^\s"]*)(?:[\s,;|]+|$)')
LABEL = re.compile(r"([A-Za-z_@][\w.@-]*):(.*)", re.DOTALL).fullmatch
MIN_PAIRS = 4  # address, time, target, status


def parse_key_values(text: str, prefix_time: str = "") -> LogLine | None:
    """Parses a line that consists of names and values; None for every other line. Raises UnreadableLine.

    `prefix_time` is the time before the line, used when it has none.
    """
    pairs = split_labels(text) if "\t" in text else split_pairs(text)
    if len(pairs) < MIN_PAIRS:
        return None
    if first_address(pairs.get("host", "")):  # in LTSV it is the client
        pairs.setdefault("remote_addr", pairs.pop("host"))
    return parse_json_record(pairs, prefix_time)


def split_labels(text: str) -> dict[str, str]:
    """Returns the fields of an LTSV line, none when it is no such line."""
    matches = [LABEL(field) for field in text.split("\t")]
    return {match[1]: unescape_text(match[2]) for match in matches if match} if all(matches) else {}


def split_pairs(text: str) -> dict[str, str]:
    """Returns the pairs of a line, none when it has something else."""
    pairs: dict[str, str] = {}
    start = 0
    while start < len(text):
        match = PAIR.match(text, start)
        if match is None:
            return {}
        name, value = match.groups()
        pairs[name] = unescape_text(value[1:-1]) if value.startswith('"') else value
        start = match.end()
    return pairs
