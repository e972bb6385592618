"""Alarms about dark screens: once when they go dark and once when they are back, from one process, folded by place."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from utilities.alerts.notice import Notice, NoticeState
from utilities.model.formats import format_age
from utilities.screens.beats import ReceivedBeat
from utilities.screens.diagnosis import CAUSE_TITLES, Diagnosis, ScreenCause
from utilities.screens.model import ScreenRecord

FOLD_TIME = timedelta(minutes=2)  # screens of one place that go dark within it are one notice
DARK_KIND = "screen.dark"
NO_MOMENT = datetime(1, 1, 2, tzinfo=UTC)
IsMuted = Callable[[ScreenRecord, datetime], bool]
"""Whether a screen may be dark at a moment, as in its quiet hours."""
FormatMoment = Callable[[datetime], str]


@dataclass(frozen=True)
class ScreenHealth:
    """A paired screen and what is wrong with it."""

    screen: ScreenRecord
    diagnosis: Diagnosis
    is_muted: bool = False
    counted_from: datetime | None = None  # the end of the quiet hours, or of the restart; darkness before is nobody's
    received: ReceivedBeat | None = None  # its last beat

    @property
    def is_dark(self) -> bool:
        return not self.diagnosis.is_fine

    def dark_since(self) -> datetime:
        """Returns from when the alarm counts."""
        since = self.diagnosis.since or self.screen.paired_at
        return since if self.counted_from is None else max(since, self.counted_from)

    def is_due(self, now: datetime) -> bool:
        """Whether it is time for an alarm."""
        minutes = self.screen.alarm_minutes
        if not self.is_dark or self.is_muted or not minutes:
            return False
        return now - self.dark_since() >= timedelta(minutes=minutes)


@dataclass(frozen=True)
class AlarmState:
    """That a notice was made about a screen, and since when it is well again; None while it is dark."""

    cause: str
    since: datetime
    well_since: datetime | None = None


def find_dark(healths: Iterable[ScreenHealth], alarms: Mapping[int, AlarmState], now: datetime) -> list[ScreenHealth]:
    """Returns the screens that a notice is due about now: those that are due, and those that went dark with them."""
    new = [each for each in healths if each.is_dark and not each.is_muted and each.screen.number not in alarms]
    due = [each for each in new if each.is_due(now)]
    latest: dict[str, datetime] = {}
    for each in due:
        if place := fold_key(each.screen):
            latest[place] = max(latest.get(place, each.dark_since()), each.dark_since())
    return [
        each
        for each in new
        if each in due
        or (each.screen.alarm_minutes and each.dark_since() <= latest.get(fold_key(each.screen), NO_MOMENT) + FOLD_TIME)
    ]


def find_back(healths: Iterable[ScreenHealth], alarms: Mapping[int, AlarmState], now: datetime) -> list[ScreenHealth]:
    """Returns the screens that are back, as soon as all of their place are, or after two minutes."""
    listed = [each for each in healths if each.screen.number in alarms]
    still_dark = {fold_key(each.screen) for each in listed if each.is_dark}
    back = []
    for each in listed:
        since = alarms[each.screen.number].well_since
        if not each.is_dark and since is not None:
            is_alone = not fold_key(each.screen) or fold_key(each.screen) not in still_dark
            if is_alone or now - since >= FOLD_TIME:
                back.append(each)
    return back


def fold_key(screen: ScreenRecord) -> str:
    """Returns what screens of one place have in common; '' for a screen without a place."""
    return screen.place.casefold().strip()


def group_by_place(healths: Iterable[ScreenHealth]) -> list[list[ScreenHealth]]:
    """Returns the screens of each place together; one without a place is by itself."""
    groups: defaultdict[str, list[ScreenHealth]] = defaultdict(list)
    for each in healths:
        groups[fold_key(each.screen) or f"\0{each.screen.number}"].append(each)
    return list(groups.values())


def dark_notice(
    group: list[ScreenHealth], healths: list[ScreenHealth], now: datetime, time_text: FormatMoment
) -> Notice:
    """Returns the notice about screens of one place that are dark: `5 of 5 screens in Berlin since 09:12`."""
    first = group[0].screen
    since = min(each.dark_since() for each in group)
    in_place = [each for each in healths if fold_key(each.screen) == fold_key(first)]
    if len(group) > 1:
        dark = sum(each.is_dark for each in in_place)
        title = f"{max(dark, len(group))} of {len(in_place)} screens in {first.place} since {time_text(since)}"
    else:
        where = f", {first.place}" if first.place else ""
        title = f"{first.name}{where}: {group[0].diagnosis.title.lower()} since {time_text(since)}"
    return Notice(
        kind=DARK_KIND,
        key=notice_key(group),
        state=NoticeState.BEGINS,
        title=title[:200],
        sentences=describe_causes(group),
        at=now,
        path=f"/screens/{first.number}" if len(group) == 1 else "/screens",
        place=first.place,
        facts=(("Since", time_text(since)),),
    )


def describe_causes(group: list[ScreenHealth]) -> tuple[str, ...]:
    """Returns a sentence for each cause, with the screens that have it."""
    names: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for each in group:
        names[each.diagnosis.title, each.diagnosis.words].append(each.screen.name)
    return tuple(f"{', '.join(who[:10])}: {title}. {words}"[:400] for (title, words), who in list(names.items())[:4])


def notice_key(group: list[ScreenHealth]) -> str:
    first = group[0].screen
    return f"place {fold_key(first)}" if fold_key(first) else f"screen {first.number}"


def back_notice(
    group: list[ScreenHealth], alarms: Mapping[int, AlarmState], now: datetime, time_text: FormatMoment
) -> Notice:
    """Returns the notice about screens of one place that are back, with how long they were dark."""
    first = group[0].screen
    since = min(alarms[each.screen.number].since for each in group)
    wells = [alarms[each.screen.number].well_since for each in group]
    well = max((each for each in wells if each is not None), default=now)
    who = first.name if len(group) == 1 else f"{len(group)} screens in {first.place}"
    length = format_age(max((well - since).total_seconds(), 60.0))
    causes = sorted({CAUSE_TITLES[ScreenCause(alarms[each.screen.number].cause)].lower() for each in group})
    return Notice(
        kind=DARK_KIND,
        key=notice_key(group),
        state=NoticeState.ENDS,
        title=f"{who} {'is' if len(group) == 1 else 'are'} back after {length}"[:200],
        sentences=(f"Dark from {time_text(since)} to {time_text(well)}: {', '.join(causes)}.",),
        at=now,
        path=f"/screens/{first.number}" if len(group) == 1 else "/screens",
        place=first.place,
        facts=(("Since", time_text(since)), ("Until", time_text(well))),
    )
