"""Removes what log collectors put before a line or around it: syslog, journald, Docker, Kubernetes, CSV."""

import re
from collections.abc import Iterator

COLLECTOR_TIME = r"\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d\S*"
PREFIXES = tuple(
    re.compile(pattern)
    for pattern in (
        # RFC 5424, also with the length in front: <190>1 TIME HOST APP PROCID MSGID STRUCTURED-DATA
        # Heroku leaves the structured data out.
        r"(?:\d+ )?<\d{1,3}>1 (?:\S+ ){5}(?:-|(?:\[(?:[^\]\\\"]|\\.|\"(?:[^\"\\]|\\.)*+\")*+\])+)? ?\ufeff?",
        # RFC 3164, rsyslog's newer times, and journalctl: [<190>]TIME HOST TAG[PID]:
        rf"(?:<\d{{1,3}}>)?(?:[A-Z][a-z]{{2}} [ \d]\d (?:\d{{4}} )?\d\d:\d\d:\d\d(?:\.\d+)?|{COLLECTOR_TIME}) "
        r"(?:\S+ )?[^\s\[\]\":{]+(?:\[[\w./-]+\])?: +",
        # journalctl -o short-full, -o short-unix
        rf"(?:[A-Z][a-z]{{2}} {COLLECTOR_TIME} [A-Z]{{3,5}}|\d{{10}}\.\d+) [\w.-]+ [^\s\[\]\":{{]+(?:\[[\w./-]+\])?: +",
        # the same without a tag
        r"(?:<\d{1,3}>)?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)? [\w.-]+ +(?=[\d\"{\[])",
        r"[a-zA-Z][\w./-]*(?:\[\d+\])?: +",  # only the tag
        rf"{COLLECTOR_TIME} (?:stdout|stderr) [FP] ",  # Kubernetes (CRI)
        rf"{COLLECTOR_TIME} ",  # docker logs --timestamps, kubectl logs --timestamps
        r"\[(?:pod/)?[\w./-]+\] +",  # kubectl logs --prefix
        r"[\w.-]+ *\| +",  # docker compose logs
        r"(?=[\w-]*+[./])[\w./-]++:(?:\d+:)?(?=\S)",  # grep
        r"[^{\"]{1,200}?(?=\{\".*\}$)",  # what is not known, before an object
        r"MESSAGE=",  # journalctl -o export
        r"@cee: ?",  # JSON in syslog
    )
)
COLOUR_CODE = re.compile(r"\x1b\[[\d;]*m")
JOURNAL_FIELD = re.compile(r"(?:__?[A-Z][A-Z0-9_]*|PRIORITY|SYSLOG_[A-Z]+|INVOCATION_ID)=").match
"""The other fields of a journal entry: they belong to no line."""
PREFIX_TIME = re.compile(rf"(?:(?:\d+ )?<\d{{1,3}}>1 )?({COLLECTOR_TIME})").match
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
    if len(text) > 2 and text[0] == text[-1] == "'":
        yield text[1:-1]
    if len(text) > 2 and text[0] == text[-1] == '"':
        inner = text[1:-1]
        if '"' not in inner.replace('""', ""):
            yield inner.replace('""', '"')
        yield inner
        yield inner.replace('\\"', '"')


def strip_junk(text: str) -> str:
    """Removes NULs around the line (`copytruncate`, a tar header), a byte-order mark, colours and spaces."""
    text = text.rstrip("\0\r\n ").rpartition("\0")[2].lstrip("\ufeff").strip()
    return COLOUR_CODE.sub("", text) if "\x1b" in text else text
