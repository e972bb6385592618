"""Core reports through Google's own client, and their bodies through Google's own messages."""

import json
from datetime import timedelta

import pytest
from google.analytics.data_v1beta.types import RunReportRequest, RunReportResponse
from googleapiclient.errors import HttpError

from demo.internet import Internet
from tests.demo.client import Client, columns, named, week

REQUESTS = {
    "sources": {
        "dimensions": named("sessionSource", "sessionMedium"),
        "metrics": named("sessions", "screenPageViews", "averageSessionDuration"),
        "dateRanges": [{"startDate": "7daysAgo", "endDate": "yesterday"}],
        "orderBys": [{"metric": {"metricName": "sessions"}, "desc": True}],
        "limit": "10",
        "returnPropertyQuota": True,
    },
    "pages": {
        "dimensions": named("hostName", "pagePath", "pageTitle"),
        "metrics": named("screenPageViews", "sessions", "userEngagementDuration", "activeUsers", "bounceRate"),
        "dateRanges": [{"startDate": "30daysAgo", "endDate": "yesterday"}],
    },
    "change": {
        "metrics": named("totalUsers"),
        "dateRanges": [
            {"startDate": "7daysAgo", "endDate": "yesterday", "name": "now"},
            {"startDate": "14daysAgo", "endDate": "8daysAgo", "name": "before"},
        ],
    },
    "aggregates": {
        "dimensions": named("country"),
        "metrics": named("totalUsers", "engagementRate", "keyEvents"),
        "dateRanges": [{"startDate": "yesterday", "endDate": "yesterday"}],
        "metricAggregations": ["TOTAL", "MINIMUM", "MAXIMUM"],
        "keepEmptyRows": True,
        "limit": 3,
        "offset": 2,
    },
    "events": {
        "dimensions": named("eventName", "hour"),
        "metrics": named("eventCount"),
        "dateRanges": [{"startDate": "2daysAgo", "endDate": "yesterday"}],
        "orderBys": [{"dimension": {"dimensionName": "hour", "orderType": "NUMERIC"}}],
        "dimensionFilter": {
            "orGroup": {
                "expressions": [
                    {"filter": {"fieldName": "eventName", "inListFilter": {"values": ["Scroll"]}}},
                    {"notExpression": {"filter": {"fieldName": "hour", "numericFilter": {
                        "operation": "GREATER_THAN", "value": {"int64Value": "3"}}}}},
                ]
            }
        },
        "metricFilter": {"filter": {"fieldName": "eventCount", "betweenFilter": {
            "fromValue": {"int64Value": 2}, "toValue": {"doubleValue": 1e6}}}},
    },
    "withheld": {
        "dimensions": named("userAgeBracket"),
        "metrics": named("activeUsers"),
        "dateRanges": [{"startDate": "7daysAgo", "endDate": "today"}],
    },
    "only names": {
        "dimensions": named("browser"),
        "dateRanges": [{"startDate": "7daysAgo", "endDate": "today"}],
    },
}  # fmt: skip


@pytest.mark.parametrize(
    "name", [pytest.param(each, marks=pytest.mark.slow) if each == "pages" else each for each in REQUESTS]
)
async def test_every_body_is_one_of_googles_messages(name: str, client: Client):
    RunReportRequest.from_json(json.dumps(REQUESTS[name]))
    RunReportResponse.from_json(json.dumps(await client.report(**REQUESTS[name])))


async def test_sources_come_in_order_with_text_for_every_value(client: Client):
    body = await client.report(**REQUESTS["sources"])
    assert body["kind"] == "analyticsData#runReport"
    assert list(body) == ["dimensionHeaders", "metricHeaders", "rows", "rowCount", "metadata", "propertyQuota", "kind"]
    assert len(body["rows"]) == 10 < body["rowCount"]
    sessions = [int(value) for value in columns(body)["sessions"]]
    assert sessions == sorted(sessions, reverse=True)
    assert columns(body)["sessionSource"][:2] == ["google", "(direct)"]


async def test_people_and_visits_do_not_add_up_over_rows(client: Client):
    by_page = columns(
        await client.report(dimensions=named("pagePath"), metrics=named("sessions", "totalUsers"), **week())
    )
    whole = columns(await client.report(metrics=named("sessions", "totalUsers"), **week()))
    for metric in ("sessions", "totalUsers"):
        assert sum(map(int, by_page[metric])) > int(whole[metric][0]) > 1000


async def test_total_counts_everybody_once(client: Client):
    asked = {"dimensions": named("pagePath"), "metrics": named("totalUsers"), "metricAggregations": ["TOTAL"]}
    body = await client.report(**asked, **week())
    whole = await client.report(metrics=named("totalUsers"), **week())
    assert body["totals"] == [{"dimensionValues": [{"value": "RESERVED_TOTAL"}], **whole["rows"][0]}]


async def test_views_add_up_over_days_and_grow(client: Client):
    by_day = await client.report(dimensions=named("date"), metrics=named("screenPageViews"), **week())
    whole = await client.report(metrics=named("screenPageViews"), **week())
    assert sum(map(int, columns(by_day)["screenPageViews"])) == int(columns(whole)["screenPageViews"][0])
    users = columns(await client.report(**REQUESTS["change"]))
    now, before = (int(value) for value in users["totalUsers"])
    assert users["dateRange"] == ["now", "before"]
    assert 1.01 < now / before < 1.25


async def test_ties_are_broken_by_dimensions_from_left_to_right(client: Client):
    body = columns(await client.report(dimensions=named("city", "browser"), metrics=named("keyEvents"), **week()))
    rows = list(zip((-float(value) for value in body["keyEvents"]), body["city"], body["browser"], strict=True))
    assert rows == sorted(rows)
    assert len({row[0] for row in rows}) < len(rows)


async def test_rows_of_noughts_are_there_only_when_asked_for(client: Client):
    asked = {"dimensions": named("pagePath"), "metrics": named("keyEvents"), **week()}
    assert columns(await client.report(**asked))["pagePath"] == ["/signup/thanks"]
    kept = columns(await client.report(**asked, keepEmptyRows=True))
    assert len(kept["pagePath"]) > 40
    assert kept["keyEvents"][1] == "0"


async def test_a_report_without_data_has_no_rows_and_no_count(client: Client):
    body = await client.report(
        dimensions=named("country"), metrics=named("sessions"),
        dateRanges=[{"startDate": "2016-01-01", "endDate": "2016-02-01"}],
    )  # fmt: skip
    assert list(body) == ["dimensionHeaders", "metricHeaders", "metadata", "kind"]


async def test_withheld_rows_are_absent_and_flagged(client: Client):
    body = await client.report(**REQUESTS["withheld"])
    assert body["metadata"]["subjectToThresholding"] is True
    assert "rows" not in body


async def test_landings_join_pages_and_some_visits_landed_nowhere(client: Client):
    landings = columns(await client.report(dimensions=named("landingPage"), metrics=named("sessions"), **week()))
    pages = columns(await client.report(dimensions=named("pagePath"), metrics=named("sessions"), **week()))
    assert "(not set)" in landings["landingPage"]
    assert {*landings["landingPage"]} <= {"(not set)", *pages["pagePath"]}


async def test_events_are_counted_alike_with_and_without_their_names(client: Client):
    named_events = columns(await client.report(dimensions=named("eventName"), metrics=named("eventCount"), **week()))
    whole = columns(await client.report(metrics=named("eventCount", "screenPageViews"), **week()))
    assert sum(map(int, named_events["eventCount"])) == int(whole["eventCount"][0])
    assert named_events["eventCount"][named_events["eventName"].index("page_view")] == whole["screenPageViews"][0]


async def test_yesterday_is_the_propertys_not_utc(client: Client, internet: Internet):
    internet.clock.set_time(internet.clock().replace(hour=3, minute=0))  # already tomorrow in UTC, still today there
    range_ = {"dateRanges": [{"startDate": "yesterday", "endDate": "yesterday"}]}
    body = await client.report(dimensions=named("date"), metrics=named("sessions"), **range_)
    utc_yesterday = internet.clock().date() - timedelta(days=1)
    assert columns(body)["date"] == [(utc_yesterday - timedelta(days=1)).strftime("%Y%m%d")]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"dateRanges": []}, "A dateRange is required."),
        ({"dimensions": named("exitPage")}, "Field exitPage is not a valid dimension. For a list of valid dimensions "
         "and metrics, see https://developers.google.com/analytics/devguides/reporting/data/v1/api-schema"),
        ({"dimensions": named("pagePth")}, "Did you mean pagePath? Field pagePth is not a valid dimension."),
        ({"metrics": named("bounces")}, "see  https://developers.google.com"),
        ({"limit": -1}, "limit must be positive. The API received limit = -1"),
        ({"dimensions": named("country", "country")}, "Found duplicate dimensions: country"),
        ({"dimensions": named("source"), "metrics": named("screenPageViews")}, "Please remove source to make"),
        ({"dimensions": [], "metrics": []}, "Requests require dimensions and/or metrics."),
        ({"metricAggregations": ["COUNT"]}, "Metric aggregation Count is not supported in ReportRequest."),
        ({"orderBys": [{"metric": {"metricName": "newUsers"}}]}, "Field newUsers exists in OrderBy but"),
        ({"samplingLevel": "X"}, 'Invalid JSON payload received. Unknown name "samplingLevel": Cannot find field.'),
        ({"dateRanges": [{"start": "1"}]}, 'Unknown name "start" at \'date_ranges[0]\': Cannot find field.'),
        ({"dateRanges": [{"startDate": "today", "endDate": "yesterday"}]}, "start_date must be less than or equal to"),
        ({"dateRanges": [{"startDate": "gestern", "endDate": "today"}]}, "Invalid startDate : gestern. startDate must"),
        ({"metrics": named("organicGoogleSearchClicks")}, "Search Console fields require an active link to be used."),
    ],
)  # fmt: skip
async def test_a_wrong_question_is_refused_in_googles_words(change: dict, sentence: str, client: Client):
    with pytest.raises(HttpError) as refused:
        await client.report(**{"dimensions": named("country"), "metrics": named("sessions"), **week(), **change})
    assert refused.value.status_code == 400
    assert sentence in json.loads(refused.value.content)["error"]["message"]
