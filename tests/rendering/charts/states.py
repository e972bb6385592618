"""Frames in every state a chart must survive; the same figures each time."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from utilities.model.frames import Column, DateRange, Frame, Value, ValueKind

FIRST = date(2026, 10, 24)
LONG = "why-we-left-kubernetes-" * 13
NASTY = (
    "{a} {b|bold} {c}",
    "line\nbreak\r\nand\ttab",
    "<script>alert(1)</script>&amp;\"'",
    "\N{RIGHT-TO-LEFT OVERRIDE}right to left \N{HEBREW LETTER SHIN}\N{HEBREW LETTER LAMED}",
    "family \N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}",
    "\x00\x08\x1b control \ud800 \uffff",
    "__proto__",
    "constructor",
    "",
    "%s ${x} {{y}}",
)
SOURCES = ("google", "(direct)", "news.ycombinator.com", "newsletter", "linkedin.com", "t.co", "github.com", "bing")
WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def drawn(place: int, most: int = 1000) -> int:
    """Figures that look as if by chance."""
    return (place * 7919 + place * place * 104_729) % most


def of(
    kinds: Sequence[tuple[str, ValueKind]], rows: Sequence[tuple[Value, ...]], covers: DateRange | None = None
) -> Frame:
    return Frame(tuple(Column(name.lower(), name, kind) for name, kind in kinds), tuple(rows), (), covers)


def days(count: int, say: Callable[[int], Value], *more: str, kind: ValueKind = ValueKind.INTEGER) -> Frame:
    kinds = [("Day", ValueKind.DATE), ("Visits", kind), *((name, kind) for name in more)]
    first = FIRST - timedelta(days=max(0, count - 28))
    rows = [(first + timedelta(days=at), *(say(at + 31 * n) for n in range(len(more) + 1))) for at in range(count)]
    return of(kinds, [(row[0].isoformat(), *row[1:]) for row in rows])


def names(label: Sequence[str], say: Callable[[int], Value], *more: str, kind: ValueKind = ValueKind.INTEGER) -> Frame:
    kinds = [("Source", ValueKind.TEXT), ("Visits", kind), *((name, kind) for name in more)]
    return of(kinds, [(name, *(say(at + 11 * n) for n in range(len(more) + 1))) for at, name in enumerate(label)])


def cells(down: Sequence[str], across: Sequence[str], say: Callable[[int], Value]) -> Frame:
    kinds = [("Weekday", ValueKind.TEXT), ("Hour", ValueKind.TEXT), ("Views", ValueKind.INTEGER)]
    return of(kinds, [(y, x, say(n * len(across) + m)) for n, y in enumerate(down) for m, x in enumerate(across)])


def goal(value: Value) -> Frame:
    return of([("Visits", ValueKind.INTEGER)], [(value,)], DateRange(date(2026, 11, 1), date(2026, 11, 19), "UTC"))


def before() -> Frame:
    columns = (
        Column("day", "Day", ValueKind.DATE),
        Column("visits", "Visits", ValueKind.INTEGER),
        Column("visits:previous", "Visits before", ValueKind.INTEGER),
    )
    rows = [((FIRST + timedelta(days=at)).isoformat(), 300 + drawn(at), 200 + drawn(at + 50)) for at in range(28)]
    return Frame(columns, tuple(rows))


def spread(kinds: Sequence[str], count: int) -> Frame:
    rows = [(kinds[at % len(kinds)], (drawn(at) / 100) ** 2.2) for at in range(count)]
    return of([("Device", ValueKind.TEXT), ("Time on page", ValueKind.SECONDS)], rows)


def gap(at: int) -> int | None:
    return None if 5 < at % 31 < 12 else drawn(at)


def so_far() -> Frame:
    """Until today, which is not over."""
    last = FIRST + timedelta(days=27)
    frame = days(28, lambda at: 120 if at == 27 else 300 + drawn(at))
    return replace(frame, date_range=DateRange(FIRST, last, "UTC", has_ended=False))


DAYS = {
    "28 days": days(28, lambda at: 300 + drawn(at)),
    "empty": days(0, drawn),
    "one point": days(1, lambda at: 1234),
    "all zero": days(28, lambda at: 0),
    "negative": days(28, lambda at: drawn(at) - 400),
    "gaps": days(28, gap),
    "10,000 points": days(10_000, lambda at: drawn(at, 100) + at // 100),
}
NAMES = {
    "names": names(SOURCES, lambda at: 90 + drawn(at * 3) // (at + 1)),
    "empty": names((), drawn),
    "one point": names(SOURCES[:1], lambda at: 523),
    "all zero": names(SOURCES[:4], lambda at: 0),
    "negative": names(SOURCES, lambda at: drawn(at) - 400),
    "gaps": names(SOURCES, lambda at: None if at in (0, 3) else 40 + drawn(at)),
    "10,000 points": names([f"page {at}" for at in range(10_000)], drawn),
    "300 characters": names([f"/blog/{LONG[:290]}{at}" for at in range(6)], lambda at: 100 + drawn(at)),
    "nasty names": names(NASTY, lambda at: 100 + drawn(at)),
}
SEVERAL = {
    "several": days(28, lambda at: 200 + drawn(at, 300) * (at // 31 + 1), "Visitors", "Views"),
    "nasty names": days(20, lambda at: drawn(at), *NASTY[:3]),
    "300 characters": days(20, lambda at: drawn(at), f"{LONG}1", f"{LONG}2"),
}
LANDS = (("Germany", 4210), ("United States", 3120), ("Britain (UK)", 1900), ("France", 1200), ("India", 990))
MORE_LANDS = (
    ("South Korea", 610),
    ("Brazil", 280),
    ("AU", 140),
    ("Luxembourg", 120),
    ("Singapore", 77),
    ("(not set)", 31),
)


def countries(*rows: tuple[str, Value]) -> Frame:
    return of([("Country", ValueKind.TEXT), ("Visits", ValueKind.INTEGER)], rows)


BY_VIEW: dict[str, dict[str, Frame]] = {
    "line": DAYS
    | SEVERAL
    | {"period before": before(), "time": days(28, lambda at: 40 + drawn(at, 110), kind=ValueKind.SECONDS)},
    "area": DAYS | {"period before": before(), "not over": so_far()},
    "bar": NAMES | {"days": DAYS["28 days"], "days, several": SEVERAL["several"]},
    "stacked": SEVERAL
    | {"names": names(SOURCES, drawn, "Mobile", "Tablet")}
    | {k: NAMES[k] for k in ("empty", "one point", "all zero")},
    "pie": NAMES | {"small parts": names(SOURCES, lambda at: (100_000, 40_000, 300, 200, 100, 50, 20, 3)[at])},
    "box": {
        "times": spread(("desktop", "mobile", "tablet"), 300),
        "empty": spread((), 0),
        "one point": spread(("desktop",), 1),
        "all zero": names(("a", "a", "b"), lambda at: 0),
        "negative": names(("a", "b", "c") * 9, lambda at: drawn(at) - 500),
        "10,000 points": spread([f"page {at}" for at in range(40)], 10_000),
        "300 characters": names([f"{LONG[:290]}{at}" for at in range(3)] * 9, drawn),
        "nasty names": names(NASTY * 9, drawn),
    },
    "meter": {
        "goal": goal(6180),
        "nothing": goal(0),
        "negative": goal(-400),
        "beyond": goal(14_000),
        "unknown": goal(None),
    },
    "heatmap": {
        "week": cells(
            WEEK, [f"{hour:02d}:00" for hour in range(24)], lambda at: drawn(at, 90) if 7 < at % 24 < 20 else 0
        ),
        "empty": cells((), (), drawn),
        "one point": cells(WEEK[:1], ("08:00",), lambda at: 4),
        "all zero": cells(WEEK, [f"{hour:02d}:00" for hour in range(0, 24, 2)], lambda at: 0),
        "negative": cells(WEEK, SOURCES[:3], lambda at: drawn(at) - 400),
        "gaps": cells(WEEK, SOURCES[:3], gap),
        "300 characters": cells([f"{LONG}{at}" for at in range(4)], [f"{LONG}{at}" for at in range(3)], drawn),
        "nasty names": cells(NASTY[:6], NASTY[5:], drawn),
    },
    "calendar": DAYS,
    "map": {
        "countries": countries(*LANDS, *MORE_LANDS),
        "empty": countries(),
        "nasty names": countries(*((n, 3) for n in NASTY)),
    },
}
PAGES = ("/", "/blog", "/pricing", "/docs", "/about")


def flow(names: Sequence[str], most: int) -> Frame:
    kinds = [("Landing", ValueKind.TEXT), ("Exit", ValueKind.TEXT), ("Visits", ValueKind.INTEGER)]
    return of(kinds, [(a, b, 1 + drawn(n * 7 + m, most)) for n, a in enumerate(names) for m, b in enumerate(names)])


BY_VIEW["sankey"] = {
    "pages": flow(PAGES, 300),
    "empty": flow((), 1),
    "one point": flow(PAGES[:1], 9),
    "300 characters": flow([f"/{LONG[:290]}{at}" for at in range(3)], 90),
    "nasty names": flow(NASTY, 90),
}
BY_VIEW["number"] = DAYS | {"not over": so_far()}
OPTIONS = {"meter": {"goal": 9000, "of": "month"}}
