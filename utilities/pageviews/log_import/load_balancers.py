"""Parses the access logs of load balancers, CDNs and object stores that write one line of text for each request."""

import re
from collections.abc import Callable

from utilities.pageviews.log_import.log_line import (
    CUT_OFF_TEXT,
    NO_AGENT,
    QUOTED_PATTERN,
    LogLine,
    UnreadableLine,
    can_be_page,
    clean_host,
    dash_to_empty,
    is_domain,
    require_address,
    split_request,
    split_target,
    unescape_text,
)
from utilities.pageviews.log_import.log_time import parse_log_time

BALANCER_TIME = r"(\d{4}-\d\d-\d\dT\S+)"
REQUEST_BEFORE_QUOTE = r'"((?:(?!" "|"$).)*+)"'
"""A quoted field that ends where the next one begins, whatever marks are in it: not every server escapes them."""
ELB_LINE = re.compile(
    r"(?:(?:https?|h2|wss?|grpcs?) )?" + BALANCER_TIME + r" \S+ (\S+:\d+) (?:\S+:\d+|-) (?:-?[\d.]+|-) (?:-?[\d.]+|-)"
    r" (?:-?[\d.]+|-) (\d{3}|-) \S+ \d+ \d+ "
    + REQUEST_BEFORE_QUOTE
    + r'(?: "((?:(?!" [\w-]+ (?:-|TLS|SSL|[\w.]+ arn:)|"$).)*+)"|( "))?'
)
"""AWS: docs.aws.amazon.com/elasticloadbalancing, "Access logs" of classic and application load balancers."""
S3_LINE = re.compile(
    r"(?:[0-9a-f]{64}|-) (\S+) \[([^\]]{20,32})\] (\S+) \S+ \S+ [A-Z0-9]+\.[A-Z_.]+ \S+ "
    r'(?:"((?:(?!" (?:\d{3}|-) ).)*+)"|-) (\d{3}|-) \S+ \S+ \S+ \S+ \S+ '
    r'(?:"((?:(?!" (?:"|- )).)*+)"|-) (?:"((?:(?!" (?:-|null|[\w.-]{20,})(?: |$)).)*+)"|-)'
    r"(?: \S+ \S+ \S+ \S+ \S+ (\S+))?"
)
"""AWS: docs.aws.amazon.com/AmazonS3, "Amazon S3 server access log format"; the last group is the Host header."""
HAPROXY_LINE = re.compile(
    r"(\S+:\d+) \[([^\]]{20,32})\] \S+ \S+/\S+ [-+\d]+/[-+\d]+/[-+\d]+/[-+\d]+/[-+\d]+ (\d{3}|-1) [-+\d]+ \S+ \S+ \S{4}"
    r" [\d/+]+ [\d/+]+ (?:\{([^}]*)\} )?(?:\{([^}]*)\} )?" + QUOTED_PATTERN + r"(?: \d+/\w+/\d+/\d+/\d+ ([\w.-]+)/)?"
)
"""HAProxy's `option httplog`: docs.haproxy.org, "HTTP log format". Captured headers are in braces, in any order;
`option httpslog` adds the name that the client wants."""
HAPROXY_CUT_OFF = re.compile(HAPROXY_LINE.pattern.partition(QUOTED_PATTERN)[0] + r'"[^"]*$').match
HAPROXY_ESCAPE = re.compile(r"#([0-9A-F]{2})")
ENVOY_LINE = re.compile(
    r"\[" + BALANCER_TIME + r'\] "((?:(?!" \d{1,3} ).)*+)" (\d{1,3}) .*? "([^"]*)" "((?:(?!" ").)*+)" "[^"]*"'
    r' "([^"]*)" "[^"]*"(.*)'
)
"""Envoy: envoyproxy.io, "Default format string", and Istio's, which has the client again at its end."""
BUNNY_LINE = re.compile(
    r"[A-Z-]+\|(\d{3})\|(\d{13})\|\d+\|\d+\|([^|]+)\|([^|]*)\|(https?://[^|]+)\|[^|]*\|([^|]*)(?:\||$)"
)
"""Bunny: docs.bunny.net, "Log format"."""
PROXY_MANAGER_LINE = re.compile(
    r"\[([^\]]{20,48})\] (?:\S+ \S+ )?(\d{3}) - (\S+) https? (\S+) "
    + QUOTED_PATTERN
    + r" \[Client ([^\]]+)\].* "
    + QUOTED_PATTERN
    + " "
    + QUOTED_PATTERN
)
"""nginx proxy manager: its `proxy` and `standard` formats."""


SQUID_LINE = re.compile(r"(\d{9,10}\.\d{3}) +-?\d+ (\S+) [A-Z_]+/(\d{3}) \d+ ([A-Z]+) (\S+) \S+ [A-Z_]+/\S+ (\S+)$")
"""Squid: wiki.squid-cache.org, "Squid native access.log format"; it has no referrer and no user-agent."""


def parse_elb_line(text: str) -> LogLine | None:
    """Parses a line of an AWS load balancer; one of a TCP connection has no request."""
    match = ELB_LINE.match(text)
    if match is None:
        return None
    time, client, status, request, agent, is_open = match.groups()
    if is_open:
        raise UnreadableLine(CUT_OFF_TEXT)
    client = client.rpartition(":")[0]  # always with a port, and IPv6 without brackets
    return make_line("", client, time, request, status, "", "" if agent is None else agent or NO_AGENT)


def parse_s3_line(text: str) -> LogLine | None:
    """Parses a line of S3; one that S3 wrote for itself has no request."""
    match = S3_LINE.match(text)
    if match is None:
        return None
    bucket, time, client, request, status, referrer, agent, header = match.groups()
    host = next((name for name in (clean_host(bucket), clean_host(header or "")) if is_domain(name)), "")
    if request is None:
        client = "0.0.0.0" if client == "-" else client  # noqa: S104 (lifecycle rules and the like have no client)
    request, referrer, agent = (text and text.replace('""', '"') for text in (request, referrer, agent))
    return make_line(host, client, time, request or "", status, referrer or "", agent or NO_AGENT)


def parse_haproxy_line(text: str) -> LogLine | None:
    """Parses a line of HAProxy. The captured headers are recognized by what they look like."""
    match = HAPROXY_LINE.match(text)
    if match is None:
        if HAPROXY_CUT_OFF(text):
            raise UnreadableLine(f"{CUT_OFF_TEXT}: `len 8192` after `log` lets HAProxy write longer ones")
        return None
    client, time, status, first, second, request, server = match.groups()
    host = agent = referrer = ""
    for captured in "|".join(filter(None, (first, second))).split("|"):
        field = HAPROXY_ESCAPE.sub(lambda match: chr(int(match[1], 16)), captured)
        if not host and is_domain(clean_host(field)):
            host = clean_host(field)
        elif not referrer and field.startswith(("http://", "https://")):
            referrer = field
        elif not agent and ("Mozilla/" in field or re.match(r"[\w.-]+/\d", field)):
            agent = field
    client, host = client.rpartition(":")[0], host or clean_host(server or "")
    return make_line(host, client, time, request, "0" if status == "-1" else status, referrer, agent)


def parse_bunny_line(text: str) -> LogLine | None:
    """Parses a line of bunny.net."""
    match = BUNNY_LINE.match(text)
    if match is None:
        return None
    status, time, client, referrer, url, agent = match.groups()
    return make_line("", client, time, f"GET {url} HTTP/1.1", status, referrer, agent or NO_AGENT)


def parse_envoy_line(text: str) -> LogLine | None:
    """Parses a line of Envoy; the client is the first of X-Forwarded-For, and with Istio otherwise the peer."""
    match = ENVOY_LINE.match(text)
    if match is None:
        return None
    time, request, status, forwarded, agent, authority, rest = match.groups()
    peer = "".join(rest.split()[3:4]).rpartition(":")[0]
    return make_line(
        clean_host(authority), peer if forwarded == "-" else forwarded, time, request, status, "", agent or NO_AGENT
    )


def parse_proxy_manager_line(text: str) -> LogLine | None:
    """Parses a line of nginx proxy manager, which has the user-agent before the referrer."""
    match = PROXY_MANAGER_LINE.match(text)
    if match is None:
        return None
    time, status, method, host, target, client, agent, referrer = match.groups()
    return make_line(clean_host(host), client, time, f"{method} {target}", status, referrer, agent or NO_AGENT)


def parse_squid_line(text: str) -> LogLine | None:
    """Parses a line of Squid in front of a website."""
    match = SQUID_LINE.match(text)
    if match is None:
        return None
    time, client, status, method, url, content_type = match.groups()
    line = make_line("", client, time, f"{method} {url}", status, "", "")
    return line._replace(is_page=can_be_page("", content_type))


def make_line(host: str, client: str, time: str, request: str, status: str, referrer: str, agent: str) -> LogLine:
    """Returns the line of these texts; raises UnreadableLine."""
    method, target = split_request(unescape_text(request))
    url_host, method, target = split_target(method, target)
    at, is_local = parse_log_time(time)
    return LogLine(
        host or url_host,
        require_address(client),
        at,
        method,
        target,
        int(status) if status.isdecimal() else 0,
        dash_to_empty(unescape_text(referrer)),
        unescape_text(agent),
        is_local=is_local,
    )


TEXT_FORMATS: tuple[Callable[[str], LogLine | None], ...] = (
    parse_elb_line,
    parse_s3_line,
    parse_haproxy_line,
    parse_bunny_line,
    parse_envoy_line,
    parse_proxy_manager_line,
    parse_squid_line,
)
