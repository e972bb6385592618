"""/reports and what is under it: every report for people at desks, and for their programs."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlencode

from tornado.web import HTTPError

from handlers.base import BaseHandler
from handlers.errors import Refusal
from utilities.errors import Overrun, ParameterError
from utilities.formats import ago, csv_of, noted, period, shown
from utilities.frames import Frame, Kind, Reading, State
from utilities.refresh.variants import Variants
from utilities.reports import Report
from utilities.sources import Sources

LOOK_AGAIN = 3  # seconds until a page that waits for figures loads itself anew
RETRY = "10"  # seconds until there may be room for another variant
PERIODS = (
    ("Today", "now/d", "now"),
    ("Yesterday", "now-1d/d", "now-1d/d"),
    ("7 days", "now-6d/d", "now"),
    ("30 days", "now-29d/d", "now"),
    ("12 months", "now-12M/d", "now"),
)
"""Offered on the page of a report that has parameters: words, and both ends as Grafana writes them."""

PLAIN = (Kind.TEXT, Kind.DATE)
QUESTIONS = {"core": "", "realtime": ", about right now"}
LEFT = {
    "tokensPerDay": "tokens left today",
    "tokensPerHour": "tokens left this hour",
    "tokensPerProjectPerHour": "tokens left this hour for our project",
}
"""What people say instead of Google's own names."""


@dataclass(frozen=True)
class Look:
    """A report, and its reading as it is now."""

    report: Report
    reading: Reading
    state: State
    age: str  # `4 min`, '' without figures
    sources: tuple[str, ...]  # as people call them
    said: str = ""  # what was asked for besides: `?from=now-1d%2Fd`
    periods: tuple[tuple[str, str], ...] = ()  # other times that can be looked at: words, and what to ask for

    @property
    def frame(self) -> Frame:
        return self.reading.frame or Frame((), ())

    @property
    def covers(self) -> str:
        return period(self.frame.covers) if self.frame.covers else ""

    @property
    def columns(self) -> list[tuple[str, bool]]:
        """Each heading, and whether figures stand under it."""
        return [(column.heading, column.kind not in PLAIN) for column in self.frame.columns]

    @property
    def rows(self) -> list[list[str]]:
        kinds = [column.kind for column in self.frame.columns]
        return [[shown(value, kind) for value, kind in zip(row, kinds, strict=True)] for row in self.frame.rows]

    @property
    def notes(self) -> list[str]:
        return [*noted(self.frame), *(["Some of the answer is still awaited."] if not self.reading.complete else [])]

    @property
    def trouble(self) -> str:
        """What has gone wrong since the figures were taken, '' when nothing has."""
        return self.reading.trouble.message if self.reading.trouble else ""

    @property
    def legend(self) -> list[tuple[str, str]]:
        """Headings too short to be understood, and what is counted there."""
        return [(column.heading, column.about) for column in self.frame.columns if column.about]

    @property
    def asked(self) -> str:
        """Whom, and how often: `Google Analytics and the networks, every 5 min`."""
        seconds = self.report.pace.total_seconds()
        pace = "minute" if seconds == 60 else ago(seconds) if seconds > 60 else f"{seconds:g} s"
        words = f"{' and '.join(self.sources)}, every {pace}"
        return words[:1].upper() + words[1:]

    @property
    def awaits(self) -> bool:
        """Whether more is on its way, so that it is worth looking again soon."""
        return self.state is State.WAITING or not self.reading.complete


def look(report: Report, latest: Reading | None, now: datetime, sources: Sources) -> Look:
    reading = latest or Reading(report.name)
    age = reading.age(now)
    words = "" if age is None else ago(age.total_seconds())
    titles = tuple(sources.title(source) for source in report.sources)
    return Look(report, reading, reading.state(now, report.pace, report.limit), words, titles)


def query(said: Mapping[str, str]) -> str:
    return f"?{urlencode(said)}" if said else ""


class ReportHandler(BaseHandler):
    """What the pages of one report share."""

    def look(self, name: str) -> Look:
        """The report as it is in memory, and the wish that it be kept fresh; never waits. 404 when there is none."""
        report = self.services.reports.get(name)
        if report is None:
            raise HTTPError(404)
        if said := self.said(report):
            reading = self.variant(report, said)
        else:
            self.services.refresher.want(name)
            reading = self.services.store.latest(name)
        seen = look(report, reading, self.services.clock(), self.services.sources)
        return replace(seen, said=query(said), periods=tuple(self.periods(report, said)))

    def periods(self, report: Report, said: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Links to other times, for what else was asked; none for a report of this moment."""
        if self.services.variants is not None and "from" in self.services.variants.parameters(report):
            for words, first, last in () if report.pulse else PERIODS:
                yield words, query({**said, "from": first, "to": last})

    def said(self, report: Report) -> dict[str, str]:
        """The parameters of the request that mean something to this report."""
        variants = self.services.variants
        names = variants.parameters(report) if variants is not None else ()
        return {name: value for name in names if (value := self.get_query_argument(name, ""))}

    def variant(self, report: Report, said: Mapping[str, str]) -> Reading | None:
        """The reading with these parameters; 400 when they cannot be understood, 503 when there are too many."""
        try:
            return cast(Variants, self.services.variants).look(report, said)
        except ParameterError as error:
            raise Refusal(400, f"{str(error)[0].upper()}{str(error)[1:]}.") from error
        except Overrun as error:
            raise Refusal(503, str(error), {"Retry-After": RETRY}) from error


class ReportList(BaseHandler):
    """Every report, how fresh it is, and what is left of the quotas."""

    def get(self) -> None:
        now, latest = self.services.clock(), self.services.store.latest
        reports = sorted(self.services.reports.values(), key=lambda report: report.title.casefold())
        sources = self.services.sources
        looks = [look(report, latest(report.name), now, sources) for report in reports]
        health = {sources.title(name): source.health() for name, source in sources.opened.items()}
        self.page("reports.html", here="/reports", looks=looks, quotas=list(quotas(health)))


class ReportPage(ReportHandler):
    """One report with all its rows; loads itself anew while figures are awaited."""

    def get(self, name: str) -> None:
        self.page("report.html", here="/reports", look=self.look(name), again=LOOK_AGAIN)


class ReportJson(ReportHandler):
    """One report for programs; always 200, `state` says what the figures are worth."""

    def get(self, name: str) -> None:
        self.finish(document(self.look(name)))


class ReportCsv(ReportHandler):
    """One report for spreadsheets."""

    def get(self, name: str) -> None:
        text = csv_of(self.look(name).frame)
        self.set_header("Content-Type", "text/csv; charset=UTF-8")
        self.set_header("Content-Disposition", f'attachment; filename="{name}.csv"')
        self.finish(text)


def document(look: Look) -> dict[str, Any]:
    """The contract of `/reports/<report>.json`: raw values, times in UTC."""
    taken = look.reading.taken_at
    return {
        "report": look.report.name,
        "title": look.report.title,
        "state": look.state,
        "taken_at": taken.isoformat() if taken else None,
        "columns": [{"key": each.key, "heading": each.heading, "kind": each.kind} for each in look.frame.columns],
        "rows": look.frame.rows,
        "notes": [*look.notes, *([look.trouble] if look.trouble else [])],
    }


def quotas(health: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """By source and kind of question what runs out first: `Google Analytics: 199,998 of 200,000 tokens left today`."""
    for source, facts in health.items():
        for kind, buckets in facts.get("quota", {}).items():
            left = {name: each["remaining"] / max(each["limit"], 1) for name, each in buckets.items()}
            if left:
                name = min(left, key=left.__getitem__)
                words = LEFT.get(name) or re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower() + " left"
                which = QUESTIONS.get(kind, f", {kind}")
                yield f"{source}{which}: {buckets[name]['remaining']:,} of {buckets[name]['limit']:,} {words}"
