"""What Google answers becomes the right frame, with a note for everything that makes it less than the truth."""

from typing import Any

import pytest

from tests.google.fake_google import SEARCH, FakeGoogle, ManualClock, report
from utilities.google.field_names import field_heading, metric_column
from utilities.model.errors import SourceMisconfigured
from utilities.model.frames import Column, Frame, ValueKind
from utilities.sources.ga4 import Ga4Filter, Ga4Query, Ga4Source
from utilities.sources.search_console import SearchConsoleQuery, SearchConsoleSource

PAGES = Ga4Query(dimensions=("pagePath",), metrics=("sessions",), limit=2)
SESSIONS = [("sessions", "TYPE_INTEGER")]


async def framed(google: FakeGoogle, ga4: Ga4Source, body: dict[str, Any], ask: Ga4Query = PAGES) -> Frame:
    google.reply = lambda _: body
    return await ga4.fetch_frame(ask)


def said(frame: Frame) -> list[str]:
    return [note.text for note in frame.notes]


async def test_absent_rows_are_an_empty_table(google: FakeGoogle, ga4: Ga4Source) -> None:
    body = report(["pagePath"], SESSIONS, [])
    del body["rows"], body["rowCount"]
    frame = await framed(google, ga4, body)
    assert frame.rows == ()
    assert [column.key for column in frame.columns] == ["pagePath", "sessions"]


async def test_absent_row_of_a_single_number_is_no_zero(google: FakeGoogle, ga4: Ga4Source) -> None:
    body = {"metricHeaders": [{"name": "sessions", "type": "TYPE_INTEGER"}], "kind": "analyticsData#runReport"}
    frame = await framed(google, ga4, body, Ga4Query(metrics=("sessions",)))
    assert frame.rows == ()
    assert frame.date_range is None


async def test_rows_that_are_no_thing_to_rank_come_last_with_a_note_each(google: FakeGoogle, ga4: Ga4Source) -> None:
    rows = [["(other)", "4000"], ["/a", "30"], ["(not set)", "20"], ["/b", "10"], ["", "9"], ["/c", "8"]]
    frame = await framed(google, ga4, report(["pagePath"], SESSIONS, rows))
    assert frame.rows == (("/a", 30), ("/b", 10), ("(other)", 4000), ("(not set)", 20), ("(empty)", 9))
    assert said(frame) == [
        "“(other)” collects rows that Google Analytics does not separate and is not ranked: 4,000 visits",
        "“(not set)” collects what Google Analytics has no value for and is not ranked: 20 visits",
        "“(empty)” has an empty value and is not ranked: 9 visits",
    ]
    assert google.asked[-1]["limit"] == "5"


async def test_site_and_page_with_a_page_that_is_not_set_is_not_ranked(google: FakeGoogle, ga4: Ga4Source) -> None:
    rows = [["www.example.org", "(not set)", "50"], ["www.example.org", "/a", "40"]]
    ask = Ga4Query(dimensions=("hostName", "landingPage"), metrics=("sessions",))
    frame = await framed(google, ga4, report(["hostName", "landingPage"], SESSIONS, rows), ask)
    assert frame.rows[0] == ("www.example.org", "/a", 40)


async def test_source_whose_medium_is_not_set_keeps_its_place(google: FakeGoogle, ga4: Ga4Source) -> None:
    rows = [["newsletter", "(not set)", "50"], ["google", "organic", "40"]]
    ask = Ga4Query(dimensions=("sessionSource", "sessionMedium"), metrics=("sessions",))
    frame = await framed(google, ga4, report(["sessionSource", "sessionMedium"], SESSIONS, rows), ask)
    assert frame.rows[0] == ("newsletter", "(not set)", 50)
    assert frame.notes == ()


async def test_days_are_a_sequence_and_keep_their_order(google: FakeGoogle, ga4: Ga4Source) -> None:
    rows = [["20261118", "5"], ["20261119", "6"]]
    ask = Ga4Query(dimensions=("date",), metrics=("sessions",), order="date")
    frame = await framed(google, ga4, report(["date"], SESSIONS, rows), ask)
    assert frame.rows == (*((f"2026-11-{day}", 0) for day in range(13, 18)), ("2026-11-18", 5), ("2026-11-19", 6))


async def test_whatever_google_admits_becomes_a_note(google: FakeGoogle, ga4: Ga4Source) -> None:
    metadata = {
        "timeZone": "Europe/Helsinki",
        "subjectToThresholding": True,
        "dataLossFromOtherRow": True,
        "samplingMetadatas": [{"samplesReadCount": "9917", "samplingSpaceSize": "1000000"}],
        "dataTruncationReasons": [{"dataTruncationMessage": "Older\u202e data is gone."}],
        "schemaRestrictionResponse": {"activeMetricRestrictions": [{"metricName": "purchaseRevenue"}]},
        "emptyReason": "<b>nothing</b>",
    }
    texts = said(await framed(google, ga4, report(["pagePath"], SESSIONS, [], metadata=metadata)))
    assert len(texts) == 6
    for words in ("withheld", "1.0% of the events", "(other)", "Older data is gone.", "purchaseRevenue", "<b>nothing"):
        assert any(words in text for text in texts), words


async def test_titles_are_bounded_and_cleaned_and_keep_their_markup(google: FakeGoogle, ga4: Ga4Source) -> None:
    title = "<script>alert('1')</script>\u202e\x00" + "x" * 400
    ask = Ga4Query(dimensions=("pageTitle",), metrics=("sessions",))
    frame = await framed(google, ga4, report(["pageTitle"], SESSIONS, [[title, "1"]]), ask)
    shown = str(frame.rows[0][0])
    assert len(shown) == 300
    assert shown.startswith("<script>alert('1')</script>xxx")


async def test_long_address_is_not_cut_short(google: FakeGoogle, ga4: Ga4Source) -> None:
    path = "/" + "x" * 900
    frame = await framed(google, ga4, report(["pagePath"], SESSIONS, [[path, "1"]]))
    assert frame.rows == ((path, 1),)


@pytest.mark.parametrize(
    ("name", "type_", "text", "kind", "value"),
    [
        ("sessions", "TYPE_INTEGER", "5", ValueKind.INTEGER, 5),
        ("averageSessionDuration", "TYPE_SECONDS", "206.55369244406589", ValueKind.SECONDS, 206.55369244406589),
        ("bounceRate", "TYPE_FLOAT", "0.25", ValueKind.FRACTION, 0.25),
        ("sessionKeyEventRate:buy", "TYPE_FLOAT", "0.5", ValueKind.FRACTION, 0.5),
        ("dauPerMau", "TYPE_FLOAT", "0.1", ValueKind.FRACTION, 0.1),
        ("screenPageViewsPerSession", "TYPE_FLOAT", "1.5", ValueKind.DECIMAL, 1.5),
        ("purchaseRevenue", "TYPE_CURRENCY", "1e3", ValueKind.DECIMAL, 1000.0),
        ("somethingLong", "TYPE_MINUTES", "2", ValueKind.SECONDS, 120.0),
        ("somethingShort", "TYPE_MILLISECONDS", "500", ValueKind.SECONDS, 0.5),
        ("roas", "TYPE_FLOAT", "Infinity", ValueKind.DECIMAL, None),
        ("roas", "TYPE_FLOAT", "NaN", ValueKind.DECIMAL, None),
        ("roas", "TYPE_FLOAT", "", ValueKind.DECIMAL, None),
    ],
)
async def test_metric_has_its_kind_and_unit(
    name: str, type_: str, text: str, kind: ValueKind, value: object, google: FakeGoogle, ga4: Ga4Source
) -> None:
    frame = await framed(google, ga4, report([], [(name, type_)], [[text]]), Ga4Query(metrics=(name,)))
    assert frame.columns[0].kind is kind
    assert frame.rows == ((value,),)


def test_headings_are_words() -> None:
    assert field_heading("sessions") == "Visits"
    assert field_heading("totalUsers") == "Visitors"
    assert field_heading("cartToViewRate") == "Cart to view rate"
    assert field_heading("customEvent:reading_time") == "Reading time"
    assert metric_column("bounceRate", "TYPE_FLOAT") == (Column("bounceRate", "Bounce rate", ValueKind.FRACTION), 1.0)


async def test_days_covered_end_yesterday_where_the_property_is(
    google: FakeGoogle, ga4: Ga4Source, clock: ManualClock
) -> None:
    clock.now = clock.now.replace(day=20, hour=22, minute=30)  # already the 21st in Helsinki
    covers = (await framed(google, ga4, report(["pagePath"], SESSIONS, []))).date_range
    assert covers is not None
    assert (str(covers.first), str(covers.last), covers.zone) == ("2026-11-14", "2026-11-20", "Europe/Helsinki")


async def test_zone_nobody_knows_leaves_the_days_out(google: FakeGoogle, ga4: Ga4Source) -> None:
    body = report(["pagePath"], SESSIONS, [], metadata={"timeZone": "../../etc/passwd"})
    assert (await framed(google, ga4, body)).date_range is None


async def test_question_says_what_the_ask_says(google: FakeGoogle, ga4: Ga4Source) -> None:
    filters = (Ga4Filter("country", "Finland"), Ga4Filter("pagePath", "/blog", "begins", negate=True))
    ask = Ga4Query(dimensions=("pagePath",), metrics=("sessions",), days=3, order="pagePath", filters=filters)
    await framed(google, ga4, report(["pagePath"], SESSIONS, []), ask)
    begins = {"fieldName": "pagePath", "stringFilter": {"matchType": "BEGINS_WITH", "value": "/blog"}}
    exact = {"fieldName": "country", "stringFilter": {"matchType": "EXACT", "value": "Finland"}}
    assert google.asked[-1] == {
        "dimensions": [{"name": "pagePath"}],
        "metrics": [{"name": "sessions"}],
        "dateRanges": [{"startDate": "3daysAgo", "endDate": "yesterday"}],
        "limit": "13",
        "orderBys": [{"dimension": {"dimensionName": "pagePath"}, "desc": False}],
        "dimensionFilter": {"andGroup": {"expressions": [{"filter": exact}, {"notExpression": {"filter": begins}}]}},
        "returnPropertyQuota": True,
        "metricAggregations": ["TOTAL"],
    }


@pytest.mark.parametrize(
    "ask",
    [
        Ga4Query(metrics=("sessions",), first="last week"),
        Ga4Query(metrics=("activeUsers",), compare=True, realtime=True),
        Ga4Query(metrics=("sessions",), limit=0),
        Ga4Query(metrics=("sessions",), days=-1),
    ],
)
async def test_ask_that_cannot_be_asked_is_refused_without_asking(
    ask: Ga4Query, google: FakeGoogle, ga4: Ga4Source
) -> None:
    with pytest.raises(SourceMisconfigured):
        await ga4.fetch_frame(ask)
    assert google.asked == []


async def test_search_console_figures_are_numbers_already(google: FakeGoogle, searches: SearchConsoleSource) -> None:
    google.reply = lambda _: {
        "rows": [
            {"keys": ["wall\u202e dashboard"], "clicks": 12.0, "impressions": 340.0, "ctr": 0.03, "position": 4.5}
        ],
        "responseAggregationType": "byProperty",
        "metadata": {"firstIncompleteDate": "2026-11-18"},
    }
    frame = await searches.fetch_frame(SearchConsoleQuery())
    assert frame.rows == (("wall dashboard", 12, 340, 0.03, 4.5),)
    assert said(frame) == ["Not yet final from 2026-11-18 on"]
    assert frame.date_range is not None
    assert (str(frame.date_range.first), str(frame.date_range.last)) == ("2026-11-13", "2026-11-19")
    assert google.asked[-1]["startDate"] == "2026-11-13"
    assert set(google.faults.calls) == {"/token", f"{SEARCH}sc-domain%3Aexample.org/searchAnalytics/query"}


async def test_nobody_searched_is_an_empty_table(google: FakeGoogle, searches: SearchConsoleSource) -> None:
    google.reply = lambda _: {"responseAggregationType": "byProperty"}
    assert (await searches.fetch_frame(SearchConsoleQuery())).rows == ()


async def test_question_for_no_empty_value_names_emptiness_as_google_does(google: FakeGoogle, ga4: Ga4Source) -> None:
    ask = Ga4Query(("pageReferrer",), ("totalUsers",), filters=(Ga4Filter("pageReferrer", "", negate=True),))
    await framed(google, ga4, report(["pageReferrer"], [("totalUsers", "TYPE_INTEGER")], []), ask)
    (condition,) = google.asked[-1]["dimensionFilter"]["andGroup"]["expressions"]
    assert condition == {"notExpression": {"filter": {"fieldName": "pageReferrer", "emptyFilter": {}}}}


async def test_figure_nobody_can_count_to_is_nothing(google: FakeGoogle, ga4: Ga4Source) -> None:
    rows = [["/", "9" * 400], ["/a", "inf"], ["/b", "nan"]]
    metrics = [("sessions", "TYPE_INTEGER")], [("bounceRate", "TYPE_FLOAT")], [("bounceRate", "TYPE_FLOAT")]
    for row, named in zip(rows, metrics, strict=True):
        ask = Ga4Query(("pagePath",), (named[0][0],))
        assert (await framed(google, ga4, report(["pagePath"], named, [row]), ask)).rows == ((row[0], None),)
