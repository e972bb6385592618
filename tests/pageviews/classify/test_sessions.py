"""Visits against a plainer way to tell them, which sees all hits at once and needs neither salts nor memory."""

from collections import defaultdict
from datetime import UTC, datetime

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.pageviews.classify.conftest import CHROME, FIREFOX, make_hit
from utilities.pageviews import PageView
from utilities.pageviews.classify.classifier import HitClassifier
from utilities.pageviews.classify.daily_salts import DailySalts
from utilities.pageviews.classify.geoip import CountryDatabase
from utilities.pageviews.classify.sessions import SESSION_TIMEOUT_SECONDS
from utilities.pageviews.classify.visitor_ids import DerivedSalts

EVENING = int(datetime(2026, 10, 24, 19, tzinfo=UTC).timestamp())  # 21:00 in Berlin; the next day has 25 hours
PEOPLE = [("192.0.2.1", CHROME), ("192.0.2.1", FIREFOX), ("192.0.2.2", CHROME)]

TimedHit = tuple[int, int, str]  # seconds after EVENING, which of PEOPLE, campaign

any_hits = st.lists(
    st.tuples(st.integers(0, 40 * 3600), st.integers(0, 2), st.sampled_from(["", "", "", "may", "june"])), max_size=60
)
together = st.lists(st.integers(0, 2 * SESSION_TIMEOUT_SECONDS), max_size=40).map(
    lambda gaps: [(sum(gaps[: n + 1]), n % 2, "") for n in range(len(gaps))]
)


def plainly(hits: list[TimedHit]) -> list[int]:
    """A visit's number for each hit in order of time: another one after silence, or for another campaign."""
    last: dict[int, tuple[int, str, int]] = {}
    numbers = []
    for at, who, campaign in hits:
        before = last.get(who)
        same = before and at - before[0] <= SESSION_TIMEOUT_SECONDS and campaign in ("", before[1])
        number = before[2] if before and same else len(numbers)
        last[who] = (at, before[1] if before and same else campaign, number)
        numbers.append(number)
    return numbers


def classify_all(classifier: HitClassifier, hits: list[TimedHit]) -> list[PageView]:
    rows = []
    for at, who, campaign in hits:
        address, agent = PEOPLE[who]
        url = "https://example.com/" + (f"?utm_source=news&utm_campaign={campaign}" if campaign else "")
        row = classifier.classify_hit(
            make_hit(at=datetime.fromtimestamp(EVENING + at, UTC), url=url, address=address, agent=agent)
        )
        assert isinstance(row, PageView)
        rows.append(row)
    return rows


@settings(max_examples=150)
@given(any_hits | together)
@example([(3 * 3600 - 60, 0, ""), (3 * 3600 + 60, 0, ""), (3 * 3600 + 60 + SESSION_TIMEOUT_SECONDS, 0, "")])
def test_visits_are_separated_by_timeouts_and_campaigns(visits: list[TimedHit]):
    hits = sorted(visits)
    rows = classify_all(HitClassifier(DerivedSalts(b"k"), CountryDatabase(None)), hits)
    numbers: dict[int, set[int]] = defaultdict(set)
    for number, row in zip(plainly(hits), rows, strict=True):
        numbers[number].add(row.visit)
    assert all(len(visits) == 1 for visits in numbers.values())
    assert len(numbers) == len({row.visit for row in rows})
    assert len({(row.visit, row.visitor) for row in rows}) == len(numbers)  # a visit has one visitor
    assert len({(row.visit, row.source, row.campaign) for row in rows}) == len(numbers)  # and came from one place


def test_salts_on_disk_part_visits_as_one_key_does(tmp_path_factory):
    @settings(max_examples=25)
    @given(together)
    def same(visits: list[TimedHit]):
        folder = tmp_path_factory.mktemp("salts")
        live = classify_all(HitClassifier(DailySalts(folder, EVENING), CountryDatabase(None)), visits)
        later = classify_all(HitClassifier(DerivedSalts(b"k"), CountryDatabase(None)), visits)
        first = {row.visit: n for n, row in reversed(list(enumerate(live)))}
        again = {row.visit: n for n, row in reversed(list(enumerate(later)))}
        assert [first[row.visit] for row in live] == [again[row.visit] for row in later]

    same()
