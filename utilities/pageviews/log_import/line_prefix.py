"""Removes what log collectors put before a line or around it: syslog, journald, Docker, Kubernetes, CSV."""

import re
from collections.abc import Iterator

COLLECTOR_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*"
PREFIXES = tuple(
    re.compile(pattern)
    for pattern in (
        # RFC 5424, also with the length in front: <190>1 TIME HOST APP PROCID MSGID STRUCTURED-DATA
        r"(?:\d+ )?<\d{1,3}>1 (?:\S+ ){5}(?:-|(?:\[(?:[^\]\\\"]|\\.|\"(?:[^\"\\]|\\.)*+\")*+\])+) ?\ufeff?",
        # RFC 3164, rsyslog's newer times, and journalctl: [<190>]TIME HOST TAG[PID]:
        rf"(?:<\d{{1,3}}>)?(?:[A-Z][a-z]{{2}} [ \d]\d (?:\d{{4}} )?\d\d:\d\d:\d\d(?:\.\d+)?|{COLLECTOR_TIME}) "
        r"(?:\S+ )?[^\s\[\]\":{]+(?:\[\d+\])?: +",
        # the same without a tag
        r"(?:<\d{1,3}>)?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)? [\w.-]+ +(?=[\d\"{\[])",
        r"[a-zA-Z][\w./-]*(?:\[\d+\])?: +",  # only the tag
        rf"{COLLECTOR_TIME} (?:stdout|stderr) [FP] ",  # Kubernetes (CRI)
        rf"{COLLECTOR_TIME} ",  # docker logs --timestamps, kubectl logs --timestamps
        r"\[(?:pod/)?[\w./-]+\] +",  # kubectl logs --prefix
        r"[\w.-]+ *\| ",  # docker compose logs
        r"MESSAGE=",  # journalctl -o export
        r"@cee: ?",  # JSON in syslog
    )
)
JOURNAL_FIELD = re.compile(r"(?:__?[A-Z][A-Z0-9_]*|PRIORITY|SYSLOG_[A-Z]+|INVOCATION_ID)=").match
"""The other fields of a journal entry: they belong to no line."""
PARTIAL_LINE = re.compile(rf"{COLLECTOR_TIME} (stdout|stderr) P ").match
WHOLE_PART = re.compile(rf"{COLLECTOR_TIME} (stdout|stderr) F ").match


def strip_prefixes(text: str) -> Iterator[str]:
    """Yields the text without each prefix that it has."""
    for pattern in PREFIXES:
        match = pattern.match(text)
        if match and match.end() < len(text):
            yield text[match.end() :]


def strip_quotes(text: str) -> Iterator[str]:
    """Yields what a line that is wholly in quotation marks can mean: as it is, as CSV, and with backslashes."""
    if len(text) > 2 and text[0] == text[-1] == '"':
        inner = text[1:-1]
        yield inner
        yield inner.replace('""', '"')
        yield inner.replace('\\"', '"')


def strip_junk(text: str) -> str:
    """Removes NULs before the line (`copytruncate`, a tar header), a byte-order mark and spaces."""
    return text.rpartition("\0")[2].lstrip("\ufeff").strip()
