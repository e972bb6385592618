"""Each person, token or screen has a share of the reports with parameters, and nobody uses up what is everybody's."""

from contextvars import copy_context

import pytest

from tests.refresh.fake_source import FakeClock, FakeSource, make_report, make_sources
from tests.waiting import wait_until
from utilities.model.errors import Overloaded, ShareUsedUp
from utilities.model.principals import LOCAL_PERSON, NOBODY, ApiClient, Person
from utilities.model.viewers import QUERY_VIEWER, REQUEST_VIEWER, viewer_key
from utilities.refresh.parameterized_reports import ParameterizedReports

ADA, EVE, BOT = "person 1", "person 2", "token 1"


class Office:
    """Reports with parameters, requested by several viewers."""

    def __init__(self, source: FakeSource | None = None, **limits: int) -> None:
        self.clock = FakeClock()
        sources = make_sources(fake=source or FakeSource())
        self.reports = ParameterizedReports(sources, self.clock, monotonic=self.clock.monotonic, **limits)

    def view(self, viewer: str, query: object) -> str:
        """Returns the name of the report that this viewer requests, in a context of its own, as a request has one."""

        def request() -> str:
            REQUEST_VIEWER.set(viewer)
            return self.reports.keep_fresh(make_report(query=query), {})

        return copy_context().run(request)


def test_viewer_with_many_reports_is_refused_and_others_are_not():
    office = Office()
    for number in range(100):
        office.view(BOT, number)
    with pytest.raises(ShareUsedUp, match="You use too many"):
        office.view(BOT, "one more")
    for viewer in (ADA, EVE, ""):
        office.view(viewer, f"of {viewer}")
    assert office.view(BOT, 99) == office.view(BOT, 99), "what is in use goes on"


def test_own_idle_report_makes_room_for_the_next():
    office = Office(max_per_viewer=2)
    first = office.view(ADA, 1)
    other = office.view(EVE, 9)
    office.clock.advance(11)
    second, third = office.view(ADA, 2), office.view(ADA, 3)
    assert set(office.reports.reports) == {other, second, third}
    assert first not in office.reports.viewers


@pytest.mark.parametrize("viewers", [(BOT,), (BOT, ADA), (BOT, ADA, EVE)])
def test_newcomer_finds_room_when_all_is_in_use(viewers: tuple[str, ...]):
    office = Office(max_reports=12, max_per_viewer=12)
    for number in range(12):
        office.view(viewers[number % len(viewers)], number)
    mine = office.view("person 7", "mine")
    assert mine in office.reports.reports
    assert len(office.reports.reports) == 12


def test_equal_shares_are_not_taken_away():
    office = Office(max_reports=4)
    for viewer, query in ((ADA, 1), (ADA, 2), (EVE, 3), (EVE, 4)):
        office.view(viewer, query)
    with pytest.raises(Overloaded):
        office.view(EVE, 5)


def test_report_that_somebody_else_views_too_is_not_lost_to_the_greed_of_the_first():
    office = Office(max_reports=6, max_per_viewer=6)
    shared = office.view(BOT, "shared")
    for number in range(5):
        office.view(BOT, number)
    assert office.view(ADA, "shared") == shared
    office.view(EVE, "new")
    assert shared in office.reports.reports


async def test_query_knows_for_whom_it_is_and_the_scheduled_ones_are_for_nobody():
    seen: list[str | None] = []
    source = FakeSource(on_query=lambda: seen.append(QUERY_VIEWER.get()))
    office = Office(source)
    await office.reports.refresher.start()
    office.view(ADA, 1)
    await wait_until(lambda: len(seen) == 1)
    office.view(BOT, 2)
    await wait_until(lambda: len(seen) == 2)
    await office.reports.refresher.stop()
    assert seen == [ADA, BOT]
    assert QUERY_VIEWER.get() is None


def test_principals_have_shares_of_their_own():
    ada, eve = (Person("", "x", "x@example.com", "x", number=number) for number in (1, 2))
    keys = [viewer_key(each) for each in (ada, eve, ApiClient(1, "a"), ApiClient(2, "b"), LOCAL_PERSON, NOBODY)]
    assert len(set(keys)) == 6
