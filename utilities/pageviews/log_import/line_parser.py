"""The parser of a log's lines: tries the formats in turn, and remembers what the log says about itself."""

from collections.abc import Iterator, Mapping
from typing import Any

from utilities.pageviews.log_import.access_json import (
    CADDY_LOGGER,
    inner_records,
    load_json_object,
    message_text,
    missing_text,
    parse_json_record,
)
from utilities.pageviews.log_import.access_log import parse_common_line, parse_text_line
from utilities.pageviews.log_import.key_values import parse_key_values
from utilities.pageviews.log_import.line_prefix import (
    JOURNAL_FIELD,
    PARTIAL_LINE,
    PREFIX_TIME,
    WHOLE_PART,
    strip_junk,
    strip_prefixes,
    strip_quotes,
)
from utilities.pageviews.log_import.load_balancers import TEXT_FORMATS
from utilities.pageviews.log_import.log_line import NO_AGENT, LogLine, UnreadableLine
from utilities.pageviews.log_import.other_logs import FIREWALL_TEXT, is_firewall_record, other_log_reason
from utilities.pageviews.log_import.w3c_log import DIRECTIVE_PATTERN, parse_w3c_line, split_fields

KNOWN_FORMATS = (
    "common, combined and vhost_combined (Apache, nginx, lighttpd, Traefik), JSON lines (nginx, Caddy, Traefik, "
    "CloudFront, Cloudflare, Google Cloud, Azure, Fastly, Vercel, Elastic, Envoy), "
    "W3C extended with #Fields (IIS, CloudFront), AWS load balancers (ALB, ELB), S3, "
    "HAProxy, Envoy, Squid, Varnish, Heroku, bunny.net, nginx proxy manager, LTSV and logfmt; "
    "each also behind the prefix of syslog, journald, Docker or Kubernetes"
)
UNKNOWN_FORMAT_TEXT = "no known format"
MAX_PREFIXES = 3  # one behind the other
MAX_PARTIAL_CHARS = 1 << 17


class LineParser:
    """Parses the lines of one log in their order: `#Fields` and parts of a line are remembered for the next ones."""

    def __init__(self) -> None:
        self.fields: tuple[str, ...] = ()
        self.file_date = ""
        self.prefix_time = ""  # what a collector or Caddy's console wrote before an object, '' for none
        self.has_agents = False  # objects have user-agents, so that one without has a client that sent none
        self.partial: dict[str, str] = {}  # the beginning of a line that Kubernetes has split, by stream

    def parse_line(self, text: str) -> LogLine | None:
        """Parses a line; None for a blank line, a comment and a part of a line. Raises UnreadableLine."""
        self.prefix_time = ""
        line = parse_common_line(text)
        if line is not None:
            return line
        text = strip_junk(text)
        if not text.strip("[], "):  # the brackets of an array may have lines of their own
            return None
        if text.startswith("#"):
            self._read_directive(text)
            return None
        return self._parse_any(self._join_parts(text))

    def _read_directive(self, text: str) -> None:
        match = DIRECTIVE_PATTERN.match(text)
        if match and match[1].lower() == "fields":
            self.fields = split_fields(match[2])
        elif match:
            self.file_date = match[2][:10]

    def _join_parts(self, text: str) -> str:
        """Returns the text, '' for a part of a line that continues, and the joined parts at its end."""
        part = PARTIAL_LINE(text)
        if part:
            self.partial[part[1]] = (self.partial.get(part[1], "") + text[part.end() :])[:MAX_PARTIAL_CHARS]
            return ""
        end = WHOLE_PART(text) if self.partial else None
        return self.partial.pop(end[1], "") + text[end.end() :] if end else text

    def _parse_any(self, text: str) -> LogLine | None:
        if not text or JOURNAL_FIELD(text):
            return None
        time = PREFIX_TIME(text)
        if time:
            self.prefix_time = time[1].replace("/", "-") + ("Z" if CADDY_LOGGER in text else "")
        reason = UNKNOWN_FORMAT_TEXT
        for candidate in candidates(text):
            try:
                line = self._parse_plain(candidate)
            except UnreadableLine as error:
                reason = str(error) if reason == UNKNOWN_FORMAT_TEXT else reason
                continue
            if line is not None:
                return line
        if reason == UNKNOWN_FORMAT_TEXT:
            reason = other_log_reason(candidates(text)) or reason
        raise UnreadableLine(reason)

    def _parse_plain(self, text: str) -> LogLine | None:
        """Parses a line without prefix; None when no format fits."""
        if text.startswith(("{", "[{")):
            return self._parse_json(load_json_object(text))
        if self.fields and not text.startswith("#"):
            try:
                return parse_w3c_line(text, self.fields, self.file_date)
            except UnreadableLine:
                line = self._parse_formats(text)
                if line is None:
                    raise
                return line
        return self._parse_formats(text)

    def _parse_formats(self, text: str) -> LogLine | None:
        line = parse_common_line(text)
        if line is not None:
            return line
        line = next(filter(None, (parse(text) for parse in (*TEXT_FORMATS, parse_text_line))), None)
        return line or parse_key_values(text, self.prefix_time)

    def _parse_json(self, record: Mapping[str, Any]) -> LogLine | None:
        """Parses an object with the fields of a request, or with a line as text or as an object within it."""
        message = message_text(record)
        if is_firewall_record(record):
            raise UnreadableLine(FIREWALL_TEXT)
        try:
            line = parse_json_record(record, self.prefix_time)
        except UnreadableLine:
            if not message:
                raise
            line = None
        if line is None and message:
            try:
                line = self._parse_any(message)
            except UnreadableLine as error:
                if str(error) != UNKNOWN_FORMAT_TEXT:
                    raise
        line = line or next(filter(None, map(parse_json_record, inner_records(record))), None)
        reason = missing_text(record) if line is None else ""
        if reason:
            raise UnreadableLine(reason)
        if line is not None:
            self.has_agents = self.has_agents or bool(line.agent)
            if self.has_agents and not line.agent:
                line = line._replace(agent=NO_AGENT)
        return line


def candidates(text: str, depth: int = 0) -> Iterator[str]:
    """Yields the text, and what it is without prefixes and quotation marks around it."""
    yield text
    if depth < MAX_PREFIXES:
        tabs = (text.replace("\t", " "),) if "\t" in text else ()
        for rest in (*strip_prefixes(text), *strip_quotes(text), *tabs):
            yield from candidates(rest.strip(), depth + 1)


def parse_log_line(text: str) -> LogLine | None:
    """Parses a single line; None when it cannot be read."""
    try:
        return LineParser().parse_line(text)
    except UnreadableLine:
        return None
