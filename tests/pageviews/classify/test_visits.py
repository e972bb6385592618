"""Visits: they end after 30 minutes or with a new campaign, use bounded memory, and are restored after a restart."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.pageviews.classify.conftest import MINUTE, NOON, RunningClassifier
from utilities.pageviews.classify.attribution import DIRECT_VISIT, Attribution
from utilities.pageviews.classify.sessions import RECENT_VISITS_SQL, SessionTracker, epoch_seconds
from utilities.pageviews.storage.duckdb_engine import open_duckdb_store

StartClassifier = Callable[..., RunningClassifier]
SECOND = timedelta(seconds=1)


def test_half_an_hour_to_the_second_is_one_visit(start: StartClassifier):
    running = start()
    first = running.classify_view()
    assert running.classify_view(at=NOON + 30 * MINUTE).visit == first.visit
    assert running.classify_view(at=NOON + 60 * MINUTE + SECOND).visit != first.visit


def test_visit_goes_on_however_long_it_lasts(start: StartClassifier):
    running = start()
    visits = {running.classify_view(at=NOON + n * 29 * MINUTE).visit for n in range(20)}
    assert len(visits) == 1


@pytest.mark.parametrize("hours", [1, 5, 30])
def test_clock_that_is_put_back_makes_one_more_visit_at_most(start: StartClassifier, hours: int):
    running = start()
    running.classify_view()
    views = [running.classify_view(at=NOON + n * MINUTE - timedelta(hours=hours)) for n in range(5)]
    assert len({view.visit for view in views}) == 1


def test_an_event_is_a_sign_of_life(start: StartClassifier):
    running = start()
    first = running.classify_view()
    event = running.classify_view(at=NOON + 20 * MINUTE, name="scrolled")
    assert (event.visit, event.name) == (first.visit, "scrolled")
    assert running.classify_view(at=NOON + 45 * MINUTE).visit == first.visit


def test_a_new_campaign_begins_a_visit(start: StartClassifier):
    running = start()
    first = running.classify_view()
    tagged = running.classify_view(at=NOON + MINUTE, url="https://example.com/?utm_source=news&utm_medium=email")
    assert tagged.visit != first.visit
    assert tagged.visitor == first.visitor


def test_the_same_campaign_again_goes_on(start: StartClassifier):
    running = start()
    url = "https://example.com/?utm_source=news&utm_medium=email&utm_campaign=may"
    first = running.classify_view(url=url)
    assert running.classify_view(at=NOON + MINUTE, url=url).visit == first.visit
    assert running.classify_view(at=NOON + 2 * MINUTE).visit == first.visit
    assert running.classify_view(at=NOON + 3 * MINUTE, url=url.replace("may", "june")).visit != first.visit


def test_a_paid_click_is_a_campaign_and_a_search_is_none(start: StartClassifier):
    running = start()
    first = running.classify_view()
    assert running.classify_view(at=NOON + MINUTE, referrer="https://www.google.com/").visit == first.visit
    assert running.classify_view(at=NOON + MINUTE, url="https://example.com/?gclid=abc").visit != first.visit


def test_a_link_within_the_site_that_says_ref_is_no_campaign(start: StartClassifier):
    running = start()
    first = running.classify_view(referrer="https://www.google.com/")
    inner = running.classify_view(
        at=NOON + MINUTE, url="https://example.com/b?ref=nav", referrer="https://example.com/"
    )
    assert (inner.visit, inner.source) == (first.visit, "Google")


def test_every_page_of_a_visit_has_the_source_of_the_visit(start: StartClassifier):
    running = start()
    running.classify_view(referrer="https://duckduckgo.com/")
    inner = running.classify_view(at=NOON + MINUTE, url="https://example.com/b", referrer="https://www.example.com/")
    assert (inner.source, inner.medium, inner.channel) == ("DuckDuckGo", "organic", "Organic Search")
    assert (inner.referrer, inner.referrer_host) == ("", "")


def test_open_visits_are_bounded_and_the_quietest_goes_first():
    visits = SessionTracker(max_open=3)
    for visitor, at in enumerate([100.0, 101.0, 102.0, 103.0]):
        visits.start_visit(visitor, at, DIRECT_VISIT)
    assert len(visits) == 3
    assert visits.current_visit(0, 104.0) is None
    assert visits.current_visit(1, 104.0) is not None


def test_a_visit_that_goes_on_is_not_the_quietest():
    visits = SessionTracker(max_open=2)
    first = visits.start_visit(0, 100.0, DIRECT_VISIT)
    visits.start_visit(1, 101.0, DIRECT_VISIT)
    visits.extend_visit(0, first, 102.0)
    visits.start_visit(2, 103.0, DIRECT_VISIT)
    assert visits.current_visit(0, 104.0) is first


def test_visits_that_have_ended_are_forgotten():
    visits = SessionTracker()
    visits.start_visit(1, 0.0, DIRECT_VISIT)
    visits.drop_ended(1801.0)
    assert len(visits) == 0


def test_reading_the_same_hits_again_gives_the_same_visits():
    assert (
        SessionTracker().start_visit(7, 1.5, DIRECT_VISIT).id == SessionTracker().start_visit(7, 1.5, DIRECT_VISIT).id
    )
    assert (
        SessionTracker().start_visit(7, 1.5, DIRECT_VISIT).id != SessionTracker().start_visit(7, 1.501, DIRECT_VISIT).id
    )


async def test_a_restart_goes_on_with_the_visits_in_the_store(start: StartClassifier, tmp_path: Path):
    views = await open_duckdb_store(tmp_path / "views.duckdb", lambda: NOON)
    first = start()
    rows = [
        first.classify_view(url="https://example.com/?utm_source=news&utm_medium=email&utm_campaign=may"),
        first.classify_view(at=NOON + MINUTE, url="https://example.com/b"),
        first.classify_view(address="192.0.2.8", at=NOON + MINUTE),
        first.classify_view(address="192.0.2.9", at=NOON - 29 * MINUTE),
    ]
    await views.add_views(rows)
    again = start(now=NOON + 2 * MINUTE)
    again.classifier.restore_visits(
        await views.query(RECENT_VISITS_SQL, {"since": NOON + 2 * MINUTE - timedelta(minutes=30)})
    )
    await views.close()
    assert len(again.classifier.sessions) == 2  # the last one has been silent for too long
    later = again.classify_view(at=NOON + 5 * MINUTE, url="https://example.com/c")
    assert (later.visit, later.source, later.campaign) == (rows[0].visit, "news", "may")
    assert again.classify_view(address="192.0.2.8", at=NOON + 5 * MINUTE).visit == rows[2].visit


def test_moments_of_both_engines_are_the_same():
    assert epoch_seconds(NOON) == epoch_seconds(NOON.replace(tzinfo=None)) == NOON.timestamp()


def test_restored_visits_have_their_attribution():
    visits = SessionTracker()
    visits.restore_visits([(1, 2, NOON, "a", "b", "c", "d", "e", "f")])
    visit = visits.current_visit(1, NOON.timestamp())
    assert visit is not None
    assert (visit.id, visit.attribution) == (2, Attribution("a", "b", "c", "d", "e", "f"))
