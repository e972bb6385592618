"""The query of the flow page: parsed from an address, and written back to one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from utilities.model.errors import ParameterError
from utilities.model.near_names import check_param_names
from utilities.pageviews.classify.countries import country_names
from utilities.pageviews.sql.flow import PageDepth
from utilities.sources import check_param_text

OURS, GOOGLE = "ours", "ga4"
PAGES_PER_SIDE = (5, 8, 12, 20)  # that are shown by name
FLOW_PERIODS = {"1": "Today", "7": "7 days", "28": "28 days", "31": "31 days", "90": "90 days"}
FLOW_DEVICES = ("desktop", "mobile", "tablet", "tv", "other")
FLOW_CHANNELS = (
    *("AI Assistant", "Affiliates", "Audio", "Cross-network", "Direct", "Display", "Email"),
    *("Mobile Push Notifications", "Organic Search", "Organic Shopping", "Organic Social", "Organic Video"),
    *("Paid Other", "Paid Search", "Paid Shopping", "Paid Social", "Paid Video", "Referral", "SMS", "Unassigned"),
)
"""GA4's default channel groups; utilities/pageviews/classify/channels.py says which visit belongs to which."""

TEXT_FILTERS = {
    "referrer": "referrer",
    "traffic_source": "source",
    "medium": "medium",
    "campaign": "campaign",
    "only_country": "country",
    "browser": "browser",
    "system": "system",
}
"""The filters of visits by their parameters here, where `source` and `country` have meanings of their own."""

SINGLE_PARAMS = (
    "source",
    "site",
    "days",
    "from",
    "to",
    "by",
    "limit",
    "channel",
    "device",
    "page",
    *TEXT_FILTERS,
    "regions",
    "day",
    "node",
    "nth",
    "span",
    "most",
)
"""The last three are the position and the range of the slider, and the former name of `limit`."""


@dataclass(frozen=True)
class FlowQuery:
    """All that the flow page shows."""

    source: str = OURS
    site: str = ""
    days: str = ""  # the number of days until today; '' with `first`
    first: str = ""
    last: str = ""
    by: PageDepth = PageDepth.SEGMENT
    limit: int = 8
    channel: str = ""
    device: str = ""
    page: str = ""
    text_filters: tuple[tuple[str, str], ...] = ()  # by the names in TEXT_FILTERS
    countries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()  # Google's names; our own page views have countries only
    day: date | None = None  # None for all days of the range
    node: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether there is a range, so that there is something to query."""
        return bool(self.days or self.first)

    @property
    def is_filtered(self) -> bool:
        """Whether the fields under "Filter and compare" are in use."""
        return bool(self.filters or self.has_comparison)

    @property
    def filters(self) -> dict[str, str]:
        """The filters of visits that are set, by their names in all reports."""
        named = {"channel": self.channel, "device": self.device, "page": self.page}
        named |= {TEXT_FILTERS[name]: text for name, text in self.text_filters}
        return {name: text for name, text in named.items() if text}

    def filter_text(self, name: str) -> str:
        """Returns the value of one of TEXT_FILTERS, '' without one."""
        return dict(self.text_filters).get(name, "")

    @property
    def has_comparison(self) -> bool:
        """Whether countries or regions are compared with all others."""
        return bool(self.countries or self.regions)

    def with_day(self, day: date | None) -> "FlowQuery":
        """Returns the query for one day of the range; None for all days."""
        return replace(self, day=day)

    def href(self, **changes: object) -> str:
        """Returns the address of this query with some fields changed; fields with their default are left out."""
        query = replace(self, **changes)  # type: ignore[arg-type]
        default = FlowQuery()
        params = [
            ("source", query.source, default.source),
            ("site", query.site, ""),
            ("days", query.days, ""),
            ("from", query.first, ""),
            ("to", query.last, ""),
            ("by", query.by.value, default.by.value),
            ("limit", str(query.limit), str(default.limit)),
            ("channel", query.channel, ""),
            ("device", query.device, ""),
            ("page", query.page, ""),
            *((name, text, "") for name, text in query.text_filters),
            *(("country", code, "") for code in query.countries),
            ("regions", ", ".join(query.regions), ""),
            ("day", query.day.isoformat() if query.day else "", ""),
            ("node", query.node, ""),
        ]
        encoded = urlencode([(name, value) for name, value, default_value in params if value != default_value])
        return f"/flow?{encoded}" if encoded else "/flow"


def parse_flow_query(params: Mapping[str, Sequence[str]]) -> FlowQuery:
    """Parses the parameters of a request; raises ParameterError naming the one that is wrong."""
    check_param_names(params, (*SINGLE_PARAMS, "country"))
    for name, values in params.items():
        for value in values:
            check_param_text(name, value)
    single = {name: params[name][-1].strip() for name in SINGLE_PARAMS if params.get(name)}
    if single.get("source", "") not in ("", OURS, GOOGLE):  # as in the reports
        single = {"traffic_source": single.pop("source")} | single
    days = "" if single.get("from") else parse_choice("days", single.get("days", ""), ("", *FLOW_PERIODS))
    codes = tuple(sorted({code for code in params.get("country", ()) if code}))
    for code in codes:
        if code not in country_names():
            raise ParameterError("country", "must be a country's two capital letters: DE")
    return FlowQuery(
        source=parse_choice("source", single.get("source") or OURS, (OURS, GOOGLE)),
        site=single.get("site", ""),
        days=days,
        first=single.get("from", ""),
        last=single.get("to", "") if single.get("from") else "",
        by=PageDepth(parse_choice("by", single.get("by") or PageDepth.SEGMENT, tuple(PageDepth))),
        limit=int(
            parse_choice("limit", single.get("limit") or single.get("most") or "8", tuple(map(str, PAGES_PER_SIDE)))
        ),
        channel=parse_choice("channel", single.get("channel", ""), ("", *FLOW_CHANNELS)),
        device=parse_choice("device", single.get("device", ""), ("", *FLOW_DEVICES)),
        page=single.get("page", ""),
        text_filters=tuple((name, single[name]) for name in TEXT_FILTERS if single.get(name)),
        countries=codes,
        regions=parse_regions(single),
        day=parse_day(single.get("day", "")),
        node=single.get("node", ""),
    )


def parse_regions(single: Mapping[str, str]) -> tuple[str, ...]:
    """Parses `Bavaria, California`; raises ParameterError unless the figures are Google's."""
    regions = tuple(sorted({name.strip() for name in single.get("regions", "").split(",")} - {""}))
    if regions and single.get("source") != GOOGLE:
        raise ParameterError("regions", "are for Google's figures only: compare countries, or choose Google's figures")
    return regions


def parse_choice(name: str, value: str, allowed: Sequence[str]) -> str:
    """Returns the value; raises ParameterError unless it is allowed."""
    if value not in allowed:
        raise ParameterError(name, f"must be one of {', '.join(each for each in allowed if each)}")
    return value


def parse_day(text: str) -> date | None:
    """Returns the date, None for an empty text; raises ParameterError."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ParameterError("day", "must be a day: 2026-11-20") from None
