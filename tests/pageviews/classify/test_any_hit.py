"""Hits of any texts are classified or dropped."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pageviews.classify.conftest import CHROME, FIREFOX
from utilities.pageviews import Hit, PageView
from utilities.pageviews.classify.classifier import HitClassifier
from utilities.pageviews.classify.geoip import CountryDatabase
from utilities.pageviews.classify.visitor_ids import DerivedSalts

anything = st.text(max_size=60)
hits = st.builds(
    Hit,
    site=st.sampled_from(["a", "b"]),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "Pacific/Apia"]),
    at=st.floats(1.5e9, 2e9).map(lambda at: datetime.fromtimestamp(at, UTC)),
    url=anything | anything.map("https://example.com/{}".format),
    referrer=anything | anything.map("https://{}/".format),
    title=anything,
    address=anything | st.ip_addresses().map(str),
    agent=anything | st.sampled_from([CHROME, FIREFOX]),
    language=anything,
    screen=st.none() | st.integers(),
    name=anything,
    props=st.dictionaries(anything, anything, max_size=3),
    headers=st.dictionaries(st.sampled_from(["dnt", "sec-gpc", "sec-purpose", "accept-language"]), anything),
)


@pytest.mark.slow
@settings(max_examples=50)
@given(st.lists(hits, max_size=5))
def test_any_hit_is_classified_or_dropped(listed: list[Hit]):
    classifier = HitClassifier(DerivedSalts(b"k"), CountryDatabase(None))
    for each in listed:
        row = classifier.classify_hit(each)
        if isinstance(row, PageView):
            assert 0 <= row.visitor < 2**63 > row.visit >= 0
            assert not [text for text in row if isinstance(text, str) and "\0" in text]
