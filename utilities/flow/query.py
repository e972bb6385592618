"""What an address of the flow page asks for, checked, and the address of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from utilities.model.errors import ParameterError
from utilities.pageviews.classify.countries import names
from utilities.pageviews.sql.flow import Depth

OURS, GOOGLE = "ours", "ga4"
LONGEST = 2048  # characters of a parameter
MOST = (5, 8, 12, 20)  # pages that are shown by name on each side
PERIODS = {"1": "Today", "7": "7 days", "28": "28 days", "31": "31 days", "90": "90 days"}
DEVICES = ("desktop", "mobile", "tablet", "tv", "other")
CHANNELS = (
    *("AI Assistant", "Affiliates", "Audio", "Cross-network", "Direct", "Display", "Email"),
    *("Mobile Push Notifications", "Organic Search", "Organic Shopping", "Organic Social", "Organic Video"),
    *("Paid Other", "Paid Search", "Paid Shopping", "Paid Social", "Paid Video", "Referral", "SMS", "Unassigned"),
)
"""GA4's default channel groups; utilities/pageviews/classify/channels.py says which visit belongs to which."""

ONCE = (
    "source",
    "site",
    "days",
    "from",
    "to",
    "by",
    "most",
    "channel",
    "device",
    "page",
    "regions",
    "day",
    "node",
    "nth",
    "span",
)


@dataclass(frozen=True)
class Wanted:
    """All that the flow page shows."""

    source: str = OURS
    site: str = ""
    days: str = ""  # so many days until today; '' where `first` says when
    first: str = ""
    last: str = ""
    by: Depth = Depth.SEGMENT
    most: int = 8
    channel: str = ""
    device: str = ""
    page: str = ""
    countries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()  # by Google's names; our own page views know countries only
    day: date | None = None  # None is the whole range
    node: str = ""

    @property
    def asked(self) -> bool:
        """Whether anything is to be fetched at all."""
        return bool(self.days or self.first)

    @property
    def narrowed(self) -> bool:
        return bool(self.channel or self.device or self.page or self.compares)

    @property
    def compares(self) -> bool:
        return bool(self.countries or self.regions)

    def href(self, **changes: object) -> str:
        """The address of this, or of this with something changed."""
        it = replace(self, **changes)  # type: ignore[arg-type]
        usual = Wanted()
        said = [
            ("source", it.source, usual.source),
            ("site", it.site, ""),
            ("days", it.days, ""),
            ("from", it.first, ""),
            ("to", it.last, ""),
            ("by", it.by.value, usual.by.value),
            ("most", str(it.most), str(usual.most)),
            ("channel", it.channel, ""),
            ("device", it.device, ""),
            ("page", it.page, ""),
            *(("country", code, "") for code in it.countries),
            ("regions", ", ".join(it.regions), ""),
            ("day", it.day.isoformat() if it.day else "", ""),
            ("node", it.node, ""),
        ]
        query = urlencode([(name, value) for name, value, default in said if value != default])
        return f"/flow?{query}" if query else "/flow"


def wanted(said: Mapping[str, Sequence[str]]) -> Wanted:
    """From the parameters of a request; raises ParameterError naming the one that cannot be understood."""
    for name, values in said.items():
        if name not in (*ONCE, "country"):
            raise ParameterError(f"there is no parameter `{name}`; there are {', '.join(ONCE[:-2])} and country")
        if any(len(value) > LONGEST or not (value or " ").isprintable() for value in values):
            raise ParameterError(f"`{name}` must be printable and at most {LONGEST} characters long")
    one = {name: said[name][-1].strip() for name in ONCE if said.get(name)}
    days = "" if one.get("from") else choice("days", one.get("days", ""), ("", *PERIODS))
    codes = tuple(sorted({code for code in said.get("country", ()) if code}))
    for code in codes:
        if code not in names():
            raise ParameterError("`country` must be a country's two capital letters: DE")
    return Wanted(
        source=choice("source", one.get("source") or OURS, (OURS, GOOGLE)),
        site=one.get("site", ""),
        days=days,
        first=one.get("from", ""),
        last=one.get("to", "") if one.get("from") else "",
        by=Depth(choice("by", one.get("by") or Depth.SEGMENT, tuple(Depth))),
        most=int(choice("most", one.get("most") or "8", tuple(map(str, MOST)))),
        channel=choice("channel", one.get("channel", ""), ("", *CHANNELS)),
        device=choice("device", one.get("device", ""), ("", *DEVICES)),
        page=one.get("page", ""),
        countries=codes,
        regions=regions_of(one),
        day=day(one.get("day", "")),
        node=one.get("node", ""),
    )


def regions_of(one: Mapping[str, str]) -> tuple[str, ...]:
    """`Bavaria, California`; only Google knows them."""
    found = tuple(sorted({name.strip() for name in one.get("regions", "").split(",")} - {""}))
    if found and one.get("source") != GOOGLE:
        raise ParameterError("`regions` are known to Google only: compare countries, or choose its figures")
    return found


def choice(name: str, value: str, allowed: Sequence[str]) -> str:
    if value not in allowed:
        raise ParameterError(f"`{name}` must be one of {', '.join(each for each in allowed if each)}")
    return value


def day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ParameterError("`day` must be a day: 2026-11-20") from None
