"""Reports with parameters: one query for all processes, and a bounded number of reports."""

from contextlib import AsyncExitStack

import pytest

from tests.refresh.fake_source import FakeClock, FakeSource, figure_of, make_report, make_sources
from tests.waiting import wait_until
from utilities.model.errors import Overloaded
from utilities.refresh.parameterized_reports import ParameterizedReports, open_parameterized_reports

REPORT = make_report(query="a range")


@pytest.mark.parametrize("kind", ["memory", "redis"])
async def test_many_requests_cost_one_query(settings, request, kind):
    url = request.getfixturevalue("redis_server").url if kind == "redis" else ""
    source = FakeSource()
    async with open_parameterized_reports(make_sources(fake=source), settings(redis_url=url), FakeClock()) as reports:
        (name,) = {reports.keep_fresh(REPORT, {}) for _ in range(100)}
        await wait_until(lambda: figure_of(reports.store.latest(name)) == 1)
        assert figure_of(reports.latest_by_name(name)) == 1
    assert source.query_count == 1


async def test_the_reading_of_one_process_answers_another(settings, redis_server):
    source, clock = FakeSource(), FakeClock()
    async with AsyncExitStack() as opened:
        one, other = [
            await opened.enter_async_context(
                open_parameterized_reports(make_sources(fake=source), settings(redis_url=redis_server.url), clock)
            )
            for _ in range(2)
        ]
        name = one.keep_fresh(REPORT, {})
        await wait_until(lambda: figure_of(one.store.latest(name)) == 1)
        assert other.keep_fresh(REPORT, {}) == name
        await wait_until(lambda: other.store.latest(name) == one.store.latest(name))
        assert source.query_count == 1
        assert other.store.count_rows() == 1


async def test_the_report_idle_for_longest_is_evicted_and_none_in_use():
    clock = FakeClock()
    reports = ParameterizedReports(make_sources(fake=FakeSource()), clock, max_reports=2, monotonic=clock.monotonic)
    first = reports.keep_fresh(make_report(query=1), {})
    clock.advance(11)
    second = reports.keep_fresh(make_report(query=2), {})
    third = reports.keep_fresh(make_report(query=3), {})
    assert set(reports.reports) == {second, third}
    assert reports.latest_by_name(first) is None
    with pytest.raises(Overloaded):
        reports.keep_fresh(make_report(query=4), {})
