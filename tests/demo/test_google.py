"""What is around the reports: who may ask, how much, and how Google says no."""

import asyncio
import gzip
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from google.analytics.data_v1beta import BetaAnalyticsDataClient
from google.analytics.data_v1beta.services.beta_analytics_data.transports import BetaAnalyticsDataRestTransport
from google.analytics.data_v1beta.types import DateRange, Dimension, Metric, MetricType, RunReportRequest
from google.auth.exceptions import RefreshError
from googleapiclient.errors import HttpError
from tornado.httpclient import HTTPResponse

from demo.faults import Fault
from demo.google.numbers import format_number
from demo.internet import Internet
from tests.demo.client import Client, columns, named, week

Fetch = Callable[..., Awaitable[HTTPResponse]]
COUNT = {"metrics": named("sessions"), **week(), "returnPropertyQuota": True}


def path(internet: Internet, verb: str = "runReport") -> str:
    return f"{internet.address}/v1beta/properties/{internet.environment['GA4_PROPERTY_ID']}:{verb}"


async def bearer(client: Client) -> dict[str, str]:
    """A header with a good token."""
    await client.report(**COUNT)
    return {"Authorization": f"Bearer {client.credentials.token}"}


async def test_a_broken_body_without_a_token_is_a_401(internet: Internet, fetch: Fetch):
    answer = await fetch(path(internet), method="POST", body="{")
    assert answer.code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="https://accounts.google.com/"'
    assert json.loads(answer.body)["error"]["details"][0]["reason"] == "CREDENTIALS_MISSING"


async def test_a_broken_body_with_a_token_is_a_400(internet: Internet, client: Client, fetch: Fetch):
    answer = await fetch(path(internet), method="POST", body="{", headers=await bearer(client))
    assert answer.code == 400
    assert json.loads(answer.body)["error"]["status"] == "INVALID_ARGUMENT"


@pytest.mark.parametrize(
    ("verb", "method"), [("runReport", "GET"), ("runReports", "POST"), ("runFunnelReport", "POST")]
)
async def test_wrong_paths_and_methods_are_a_page_that_says_404(
    verb: str, method: str, internet: Internet, fetch: Fetch
):
    answer = await fetch(path(internet, verb), method=method, body=None if method == "GET" else "{}")
    assert answer.code == 404
    assert b"<title>Error 404 (Not Found)!!1</title>" in answer.body
    assert answer.headers["Content-Type"].startswith("text/html")


async def test_wrong_method_on_the_token_endpoint_is_a_page_too(internet: Internet, fetch: Fetch):
    assert (await fetch(f"{internet.address}/token")).code == 404


async def test_somebody_elses_property_is_refused(client: Client):
    client.property = "properties/1"
    with pytest.raises(HttpError, match="sufficient permissions for this property") as refused:
        await client.report(**COUNT)
    assert refused.value.status_code == 403
    client.property = "properties/abc"
    with pytest.raises(HttpError, match="Invalid property ID: abc"):
        await client.report(**COUNT)


async def test_a_token_without_the_scope_is_refused(client: Client):
    client.credentials = client.credentials.with_scopes(["https://www.googleapis.com/auth/webmasters.readonly"])
    with pytest.raises(HttpError, match="insufficient authentication scopes"):
        await client.report(**COUNT)


async def test_an_old_token_is_refused_and_the_client_fetches_a_new_one(client: Client, internet: Internet):
    await client.report(**COUNT)
    internet.clock.shift(timedelta(hours=2))
    await client.report(**COUNT)
    assert internet.faults.count_requests("/token") == 2


async def test_bodies_are_pretty_or_compact_and_squeezed_when_asked(internet: Internet, client: Client, fetch: Fetch):
    head = {**await bearer(client), "Accept-Encoding": "gzip"}
    body = json.dumps({"dimensions": named("pagePath"), "metrics": named("sessions"), **week()})
    pretty = await fetch(path(internet), method="POST", body=body, headers=head, decompress_response=False)
    assert pretty.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(pretty.body).startswith(b'{\n  "dimensionHeaders"')
    compact = await fetch(path(internet) + "?prettyPrint=false", method="POST", body=body, headers=head)
    assert compact.body.startswith(b'{"dimensionHeaders"')


async def test_the_official_client_gets_numbers_for_enums(internet: Internet, client: Client, fetch: Fetch):
    url = path(internet) + "?%24alt=json%3Benum-encoding%3Dint"
    answer = await fetch(url, method="POST", body=json.dumps(COUNT), headers=await bearer(client))
    assert json.loads(answer.body)["metricHeaders"] == [{"name": "sessions", "type": 1}]


async def test_googles_other_client_reads_the_answers(client: Client):
    transport = BetaAnalyticsDataRestTransport(
        host=client.environment["GA4_API_ENDPOINT"].removeprefix("http://"),
        url_scheme="http",
        credentials=client.credentials,
    )
    request = RunReportRequest(
        property=client.property,
        dimensions=[Dimension(name="country")],
        metrics=[Metric(name="sessions"), Metric(name="averageSessionDuration")],
        date_ranges=[DateRange(start_date="7daysAgo", end_date="yesterday")],
        return_property_quota=True,
    )
    loop = asyncio.get_running_loop()
    with BetaAnalyticsDataClient(transport=transport) as other:
        found = await loop.run_in_executor(client.pool, lambda: other.run_report(request, timeout=10))
    assert found.metric_headers[1].type_ == MetricType.TYPE_SECONDS
    assert found.rows[0].dimension_values[0].value == "United States"
    assert found.property_quota.tokens_per_day.consumed == 1


async def test_several_reports_in_one_call(client: Client):
    batch = client.data.properties().batchRunReports
    body = await client.execute(batch(property=client.property, body={"requests": [COUNT, COUNT]}))
    assert [report["kind"] for report in body["reports"]] == ["analyticsData#runReport"] * 2
    with pytest.raises(HttpError, match="Batch requests are limited to 5 requests"):
        await client.execute(batch(property=client.property, body={"requests": [COUNT] * 6}))


async def test_fields_are_listed_and_checked(client: Client):
    properties = client.data.properties()
    listed = await client.execute(properties.getMetadata(name=f"{client.property}/metadata"))
    assert {"sessionSource", "pagePath"} <= {one["apiName"] for one in listed["dimensions"]}
    assert {one["apiName"]: one["type"] for one in listed["metrics"]}["averageSessionDuration"] == "TYPE_SECONDS"
    asked = {"metrics": named("screenPageViews"), "compatibilityFilter": "INCOMPATIBLE"}
    clash = await client.execute(properties.checkCompatibility(property=client.property, body=asked))
    assert "source" in [one["dimensionMetadata"]["apiName"] for one in clash["dimensionCompatibilities"]]
    with pytest.raises(HttpError, match="not implemented"):
        await client.execute(properties.runPivotReport(property=client.property, body={}))


async def test_tokens_are_spent_and_come_back_with_the_hour(client: Client, internet: Internet):
    first = (await client.report(**COUNT))["propertyQuota"]
    assert first["tokensPerHour"] == {"consumed": 1, "remaining": 39_999}
    assert (await client.report(**COUNT))["propertyQuota"]["tokensPerProjectPerHour"]["remaining"] == 13_998
    internet.google.quotas["core"].left["tokensPerProjectPerHour"] = 0
    with pytest.raises(HttpError, match="Exhausted property tokens for a project per hour") as refused:
        await client.report(**COUNT)
    assert refused.value.status_code == 429
    assert (await client.realtime(metrics=named("activeUsers")))["rows"]
    internet.clock.shift(timedelta(hours=1))
    assert (await client.report(**COUNT))["propertyQuota"]["tokensPerHour"]["remaining"] == 39_999


async def test_an_eleventh_call_at_a_time_is_refused(client: Client, internet: Internet):
    await client.report(**COUNT)
    internet.faults.inject("/v1beta", Fault("latency", seconds=0.5))
    found = await asyncio.gather(*(client.report(**COUNT) for _ in range(11)), return_exceptions=True)
    refused = [one for one in found if isinstance(one, HttpError)]
    assert [one.status_code for one in refused] == [429]
    assert internet.google.quotas["core"].running == 0


async def test_ten_errors_of_its_own_an_hour_and_then_only_429(client: Client, internet: Internet):
    internet.faults.inject("/v1beta", Fault("status", status=503))
    statuses = []
    for _ in range(12):
        with pytest.raises(HttpError) as refused:
            await client.report(**COUNT)
        statuses.append(refused.value.status_code)
    assert statuses == [503] * 10 + [429] * 2
    assert "The service is currently unavailable." in str(refused.value) or refused.value.status_code == 429


@pytest.mark.slow
async def test_injected_tokens_and_bodies(client: Client, internet: Internet):
    internet.faults.inject("/token", Fault("merge", body='{"access_token": null, "id_token": "x"}'))
    with pytest.raises(RefreshError, match="No access token"):
        await client.report(**COUNT)
    internet.faults.inject("/token", Fault("merge", body='{"expires_in": 100}'))
    internet.faults.inject("/v1beta", Fault("swell"))
    swollen = await client.report(dimensions=named("pagePath"), metrics=named("sessions"), **week())
    assert len(swollen["rows"]) == 10_000
    await client.report(**COUNT)
    assert internet.faults.count_requests("/token") > 2
    internet.faults.inject("/v1beta", Fault("merge", body='{"metadata": {"dataLossFromOtherRow": true}}'))
    assert (await client.report(**COUNT))["metadata"]["dataLossFromOtherRow"] is True


async def test_realtime_counts_the_last_half_hour_and_moves(client: Client, internet: Internet):
    body = await client.realtime(metrics=named("activeUsers"))
    assert "metadata" not in body
    before = int(columns(body)["activeUsers"][0])
    assert 10 < before < 200
    pages = columns(await client.realtime(dimensions=named("unifiedScreenName"), metrics=named("activeUsers")))
    assert sum(map(int, pages["activeUsers"])) > before
    minutes = columns(await client.realtime(dimensions=named("minutesAgo"), metrics=named("screenPageViews")))
    assert {*minutes["minutesAgo"]} <= {f"{minute:02d}" for minute in range(30)}
    internet.clock.shift(timedelta(minutes=10))
    later = columns(await client.realtime(dimensions=named("minutesAgo"), metrics=named("screenPageViews")))
    assert later != minutes


async def test_realtime_knows_titles_but_no_paths(client: Client):
    with pytest.raises(HttpError, match="Field pagePath is not a valid dimension"):
        await client.realtime(dimensions=named("pagePath"), metrics=named("activeUsers"))


async def test_searches_have_numbers_and_keep_some_words_back(client: Client, internet: Internet):
    today = internet.world.today()
    span = {"startDate": str(today - timedelta(days=10)), "endDate": str(today)}
    by_query = (await client.searches(**span, dimensions=["query"], rowLimit=5))["rows"]
    assert [type(by_query[0][name]) for name in ("clicks", "impressions", "ctr", "position")] == [
        int,
        int,
        float,
        float,
    ]
    assert len(by_query) == 5
    every = (await client.searches(**span))["rows"][0]
    shown = (await client.searches(**span, dimensions=["query"]))["rows"]
    assert every["clicks"] > sum(row["clicks"] for row in shown)
    days = (await client.searches(**span, dimensions=["date"]))["rows"]
    assert max(row["keys"][0] for row in days) == str(today - timedelta(days=3))
    fresh = await client.searches(**span, dimensions=["date"], dataState="all")
    assert fresh["metadata"] == {"firstIncompleteDate": str(today - timedelta(days=2))}


async def test_search_console_lists_its_errors_and_gives_no_status(client: Client, internet: Internet):
    internet.faults.inject("/webmasters", Fault("status", status=503))
    with pytest.raises(HttpError) as refused:
        await client.searches(startDate="2026-01-01", endDate="2026-01-02")
    error = json.loads(refused.value.content)["error"]
    assert list(error) == ["code", "message", "errors"]
    assert error["errors"][0]["reason"] == "backendError"
    assert internet.google.quotas["core"].left["serverErrorsPerProjectPerHour"] == 10


async def test_somebody_elses_site_is_refused(client: Client):
    client.environment = {**client.environment, "SEARCH_CONSOLE_SITE": "sc-domain:example.org"}
    with pytest.raises(HttpError, match=r"permission for site 'sc-domain:example\.org'"):
        await client.searches(startDate="2026-01-01", endDate="2026-01-02")


def test_numbers_are_written_as_protobuf_writes_them():
    assert [format_number(value) for value in (12, 51.253264323326739, 0.0)] == ["12", "51.253264323326739", "0"]
    assert [format_number(value) for value in (2.0, 0.1)] == ["2", "0.1"]
