"""Names logs that have no pages, and files whose lines do not say what their values are."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

NO_REQUESTS_TEXT = "a log of connections has no requests"
OTHER_LOGS = tuple(
    (re.compile(pattern).match, reason)
    for pattern, reason in (
        (r"tls \d\.\d \d{4}-\S+ net/", f"{NO_REQUESTS_TEXT}: import that of the server behind the load balancer"),
        (r"\d{4}-\S+Z [\da-fA-F.:]+ \d+ \d+ (?:TLSv|-)", f"{NO_REQUESTS_TEXT}: import the access log"),
        (
            r"\S+:\d+ \[[^\]]{20,32}\] (?:\S+ \S+ [-+\d]+(?:/[-+\d]+){2} |[^ /]+/\S+: )",
            f"{NO_REQUESTS_TEXT}: `option httplog` lets HAProxy log them",
        ),
        (
            r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d \[\w+\] |\[[A-Z][a-z]{2} [A-Z][a-z]{2} [^\]]+\] \[[\w:]+\] ",
            "a line of an error log: import the access log",
        ),
        (
            r"\S+, \S+, \d+/\d+/\d+, \d+:\d\d:\d\d, ",
            "IIS's own format has no user-agents and no clear dates: let IIS log in the W3C format",
        ),
        (
            r"\"?(?:\d{4}-\d\d-\d\d[\t ]\d\d:\d\d:\d\d[\t ]|\d{10}\.\d{3}\t|date[\t ]+time[\t ])",
            "the values have no names: write a line `#Fields:` with their names before them",
        ),
        (
            r"(?:\"[^\"]*\"|[^,\"]*)(?:,(?:\"[^\"]*\"|[^,\"]*)){3,}$",
            "the values have no names: export them as JSON lines",
        ),
    )
)
"""Network and application load balancers of AWS; HAProxy; nginx and Apache; IIS; W3C without its header; CSV."""
FIREWALL_FIELD = "webaclId"
FIREWALL_TEXT = (
    "the log of AWS WAF does not have the status of the answer: import the log of the load balancer or of CloudFront"
)


def other_log_reason(texts: Iterable[str]) -> str:
    """Returns why a line, with and without its prefixes, cannot have a page; '' when the log is not known."""
    for text in texts:
        for match, reason in OTHER_LOGS:
            if match(text):
                return reason
    return ""


def is_firewall_record(record: Mapping[str, Any]) -> bool:
    return FIREWALL_FIELD in record
