"""Reads a log: counts its lines by kind, and passes on the hits that may be page views."""

import re
from datetime import date, datetime

from utilities.http.client_address import ClientAddresses
from utilities.model.errors import SettingsError
from utilities.pageviews.classify.bots import is_bot
from utilities.pageviews.classify.classifier import MAX_AGENT_CHARS
from utilities.pageviews.classify.site_clock import midnight_epoch
from utilities.pageviews.log_import.access_json import split_objects
from utilities.pageviews.log_import.line_kinds import LineKind, line_kind
from utilities.pageviews.log_import.line_parser import LineParser
from utilities.pageviews.log_import.line_sites import LineSites
from utilities.pageviews.log_import.log_file import TOO_LONG_LINE
from utilities.pageviews.log_import.log_line import CUT_OFF_TEXT, NO_AGENT, LogLine, UnreadableLine, is_domain
from utilities.pageviews.log_import.log_time import local_epoch
from utilities.pageviews.log_import.ordering import HitSorter
from utilities.pageviews.log_import.summary import ImportSummary
from utilities.pageviews.sites.site_file import Site
from utilities.pageviews.storage.retention import months_before

MAX_FUTURE_SECONDS = 24 * 3600.0  # a clock may be wrong by a time zone
MAX_LINES_WITHOUT_HOST = 1_000  # so many at the beginning end an import early
ESCAPED_MARK = re.compile(r'\\.|""')
TOO_LONG_TEXT = "longer than any web server writes"


class LogReader:
    """Reads the lines of one log in their order."""

    def __init__(
        self,
        log: int,
        summary: ImportSummary,
        sites: LineSites,
        addresses: ClientAddresses,
        sorter: HitSorter,
        now: datetime,
    ) -> None:
        self.log = log
        self.summary = summary
        self.sites = sites
        self.addresses = addresses
        self.sorter = sorter
        self.now = now
        self.parser = LineParser()
        self.oldest: dict[str, float] = {}  # by site: the first moment that it keeps
        self.number = 0  # of the line in the file
        self.has_lines = self.has_agents = self.has_hosts = False

    def read_line(self, raw: bytes, *, is_open_ended: bool = False) -> None:
        """Counts a line, and adds its hit when it may be a page view. `is_open_ended`: it has no line end.

        Raises SettingsError when nothing says which site the log belongs to.
        """
        self.number += 1
        if raw is TOO_LONG_LINE:
            self.summary.lines += 1
            self.summary.add_unreadable(TOO_LONG_TEXT, "", self.number)
        else:
            self._read_text(raw.decode("utf-8", "replace").rstrip("\r"), is_open_ended)

    def _read_text(self, text: str, is_open_ended: bool, *, can_split: bool = True) -> None:
        """Counts a line, or each object of a line with several."""
        self.summary.lines += 1
        try:
            line = self.parser.parse_line(text)
            if line is not None and is_open_ended and self._is_cut_off(line, text):
                raise UnreadableLine(CUT_OFF_TEXT)
        except UnreadableLine as error:
            objects = split_objects(text) if can_split else []
            if objects:
                self.summary.lines -= 1
                for each in objects:
                    self._read_text(each, is_open_ended=False, can_split=False)
            elif is_open_ended and self.has_lines:
                self.summary.kinds[LineKind.CUT_OFF] += 1
            else:
                self.summary.add_unreadable(str(error), text, self.number)
            return
        kind = LineKind.BLANK if line is None else self._add_line(line)
        if kind is not LineKind.PAGE:  # page views are counted when they are classified
            self.summary.kinds[kind] += 1

    def _is_cut_off(self, line: LogLine, text: str) -> bool:
        """Whether a line without line end is not complete: its last quotation mark, or its user-agent is missing."""
        return (self.has_agents and not line.agent) or ESCAPED_MARK.sub("", text).count('"') % 2 == 1

    def _add_line(self, line: LogLine) -> LineKind:
        """Returns the kind of a line, LineKind.PAGE for one whose hit was added."""
        self.has_lines, self.has_agents = True, self.has_agents or bool(line.agent)
        self.summary.first_time = min(self.summary.first_time, line.at)
        kind = line_kind(line)
        if kind is not LineKind.PAGE:
            return kind
        self.has_hosts = self.has_hosts or is_domain(line.host)
        site = self.sites.find(line.host)
        if site is None:
            self.summary.without_host += self.sites.is_needed(line.host)
            if self.summary.without_host >= MAX_LINES_WITHOUT_HOST:
                self.check_hosts()
            return LineKind.FOREIGN
        if line.is_local:
            line = line._replace(at=local_epoch(line.at, site.zone), is_local=False)
        if line.at > self.now.timestamp() + MAX_FUTURE_SECONDS:
            return LineKind.FUTURE
        if line.at < self._oldest_kept(site):
            return LineKind.OLD
        if line.agent == NO_AGENT or (line.agent and is_bot(line.agent[:MAX_AGENT_CHARS])):
            self.summary.without_agent += line.agent == NO_AGENT
            return LineKind.BOT
        if line.forwarded or ":" in line.address:
            line = line._replace(address=self.addresses.client_address(line.address, line.forwarded), forwarded="")
        self.sorter.add_hit(line.at, self.log, site.name, line)
        return LineKind.PAGE

    def end_log(self) -> None:
        """Ends the log: a line of which only parts came is cut off. Raises SettingsError as `check_hosts` does."""
        for _ in self.parser.partial:
            self.summary.kinds[LineKind.BLANK] -= 1  # a part was counted as a line without a page
            self.summary.kinds[LineKind.CUT_OFF] += 1
        self.check_hosts()

    def check_hosts(self) -> None:
        """Raises SettingsError when nothing says which site the log belongs to.

        A log of several sites may have some lines without a domain, of clients that use the server's address.
        """
        if self.summary.without_host and not self.has_hosts:
            raise SettingsError(self.sites.needed_text(self.summary.path))

    def _oldest_kept(self, site: Site) -> float:
        """Returns the first moment that the nightly deletion leaves."""
        oldest = self.oldest.get(site.name)
        if oldest is None:
            day = months_before(self.now.date(), site.retention_months)
            oldest = self.oldest[site.name] = midnight_epoch(site.zone, day) if day > date.min else float("-inf")
        return oldest
