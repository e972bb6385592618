"""Visitor ids: from a salt of the site's day, which survives midnight and a restart and is then deleted."""

import os
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.pageviews.classify.conftest import CHROME, FIREFOX, MINUTE, NOON, RunningClassifier
from utilities.model.errors import SettingsError
from utilities.pageviews.classify.classifier import open_classifier
from utilities.pageviews.classify.daily_salts import DailySalts
from utilities.pageviews.classify.site_clock import midnight_epoch, site_time
from utilities.pageviews.classify.visitor_ids import MAX_EARLIER_DAYS, DerivedSalts, visitor_id

StartClassifier = Callable[..., RunningClassifier]
BERLIN = ZoneInfo("Europe/Berlin")
FALL_BACK = datetime(2026, 10, 24, 20, tzinfo=BERLIN).astimezone(UTC)
DIRECT = ("(direct)", "(none)", "Direct", "", "", "")
LAST_MINUTE = datetime(2026, 11, 20, 23, 59, tzinfo=BERLIN).astimezone(UTC)


def test_same_browser_is_the_same_visitor_all_day(start: StartClassifier):
    running = start()
    assert running.classify_view().visitor == running.classify_view(at=NOON + 11 * 60 * MINUTE).visitor


def test_one_address_with_two_browsers_is_two_visitors(start: StartClassifier):
    running = start()
    assert running.classify_view(agent=CHROME).visitor != running.classify_view(agent=FIREFOX).visitor


def test_a_visitor_of_two_sites_is_two_visitors(start: StartClassifier):
    running = start()
    assert running.classify_view().visitor != running.classify_view(site="other", url="https://other.example/").visitor


def test_visitor_has_63_bits(start: StartClassifier):
    running = start()
    ids = [running.classify_view(address=f"192.0.2.{n}").visitor for n in range(200)]
    assert len(set(ids)) == 200
    assert all(0 <= each < 2**63 for each in ids)
    assert max(ids) >= 2**61


@given(st.text(max_size=5), st.text(max_size=5), st.text(max_size=5), st.text(max_size=5))
def test_no_two_pairs_of_address_and_agent_run_into_each_other(a: str, b: str, c: str, d: str):
    salt = bytes(16)
    assert (visitor_id(salt, "s", a, b) == visitor_id(salt, "s", c, d)) == ((a, b) == (c, d))


def test_next_day_the_same_browser_is_another_visitor(start: StartClassifier):
    running = start()
    assert running.classify_view().visitor != running.classify_view(at=NOON + timedelta(days=1)).visitor


def test_day_turns_at_the_midnight_of_the_site_and_not_at_another(start: StartClassifier):
    running = start()
    before, after = LAST_MINUTE - 90 * MINUTE, LAST_MINUTE + 40 * MINUTE  # 31 minutes of silence and more between
    for zone, turned in (("Europe/Berlin", True), ("America/New_York", False), ("UTC", False)):
        first = running.classify_view(site=zone, zone=zone, at=before).visitor
        assert (running.classify_view(site=zone, zone=zone, at=after).visitor != first) is turned


def test_visit_survives_midnight_as_long_as_it_goes_on(start: StartClassifier):
    running = start()
    first = running.classify_view(at=LAST_MINUTE)
    for minutes in (5, 30, 55, 80):
        later = running.classify_view(at=LAST_MINUTE + minutes * MINUTE)
        assert (later.visitor, later.visit) == (first.visitor, first.visit)
    assert running.classify_view(at=LAST_MINUTE + 111 * MINUTE).visitor != first.visitor


@pytest.mark.parametrize("hours", [10, 26, 49, 150])
@pytest.mark.parametrize("restarts", [False, True])
def test_visit_over_several_midnights_is_one_visit(start: StartClassifier, hours: int, restarts: bool):
    """Hits are 20 minutes apart. The clock of Berlin changes on the night before the second day."""
    running, at = start(now=FALL_BACK), FALL_BACK
    first = running.classify_view(at=at)
    for _ in range(hours * 3):
        at += 20 * MINUTE
        if restarts and at.minute == 40:
            running = start(now=at)
            running.classifier.restore_visits([(first.visitor, first.visit, at - 20 * MINUTE, *DIRECT)])
        later = running.classify_view(at=at)
        assert (later.visitor, later.visit) == (first.visitor, first.visit)
        running.classify_view(at=at, address="192.0.2.8", url=f"https://example.com/?utm_source={at:%H}")
        running.classifier.purge_expired(at)
    last_day = (at + 31 * MINUTE).astimezone(BERLIN).date()
    running.classify_view(at=at + 31 * MINUTE)
    running.classifier.purge_expired(at + timedelta(hours=1))
    assert running.salt_days()[-1] == last_day.isoformat()
    running.classifier.purge_expired(at + timedelta(days=2))
    assert running.salt_days() == []


def test_no_page_keeps_a_salt_for_ever(start: StartClassifier):
    """A page that reports something every 20 minutes, for a fortnight."""
    running = start()
    visitors = {running.classify_view(at=NOON + n * 20 * MINUTE).visitor for n in range(14 * 24 * 3)}
    assert len(visitors) == 2
    assert running.salt_days()[0] >= (NOON + timedelta(days=14 - MAX_EARLIER_DAYS - 1)).date().isoformat()


def test_salt_of_yesterday_is_destroyed_when_nobody_needs_it(start: StartClassifier):
    running = start()
    running.classify_view(at=LAST_MINUTE)
    running.classify_view(at=LAST_MINUTE + 2 * MINUTE)
    assert running.salt_days() == ["2026-11-20", "2026-11-21"]
    running.classifier.purge_expired(LAST_MINUTE + 20 * MINUTE)
    assert running.salt_days() == ["2026-11-20", "2026-11-21"]
    running.classifier.purge_expired(LAST_MINUTE + 33 * MINUTE)
    assert running.salt_days() == ["2026-11-21"]


def test_salt_of_yesterday_is_of_no_use_after_half_past_midnight(start: StartClassifier):
    running = start()
    running.classify_view(at=LAST_MINUTE)
    running.classify_view(at=LAST_MINUTE + 32 * MINUTE, address="192.0.2.8")
    assert running.salt_days() == ["2026-11-21"]


def test_salt_is_destroyed_though_nobody_comes_any_more(start: StartClassifier):
    running = start()
    running.classify_view()
    running.classifier.purge_expired(LAST_MINUTE + 20 * MINUTE)
    assert running.salt_days() == ["2026-11-20"]
    running.classifier.purge_expired(LAST_MINUTE + 32 * MINUTE)
    assert running.salt_days() == []


def test_salt_is_destroyed_though_the_process_was_down_when_it_was_due(start: StartClassifier):
    start().classify_view()
    assert start(now=NOON + timedelta(days=1)).salt_days() == []


@pytest.mark.parametrize("restarts", [False, True])
def test_salt_of_a_clock_that_was_wrong_is_destroyed(start: StartClassifier, restarts: bool):
    running = start()
    running.classify_view(at=NOON + timedelta(days=4000))
    running = start() if restarts else running
    first = running.classify_view()
    assert running.salt_days() == ["2026-11-20"]
    assert running.classify_view(at=NOON + timedelta(days=1)).visitor != first.visitor


def test_a_restart_knows_people_again(start: StartClassifier):
    assert start().classify_view().visitor == start().classify_view(at=NOON + MINUTE).visitor


def test_a_restart_after_midnight_still_knows_whose_visit_goes_on(start: StartClassifier):
    first = start().classify_view(at=LAST_MINUTE)
    again = start(now=LAST_MINUTE + 2 * MINUTE)
    again.classifier.restore_visits([(first.visitor, first.visit, first.at.replace(tzinfo=None), *DIRECT)])
    later = again.classify_view(at=LAST_MINUTE + 3 * MINUTE)
    assert (later.visitor, later.visit) == (first.visitor, first.visit)


def test_processes_that_share_a_folder_share_the_salts(tmp_path: Path):
    salts = [DailySalts(tmp_path, NOON.timestamp()) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        pairs = list(pool.map(lambda each: each.salts_at("a", "UTC", NOON.timestamp()), salts))
    assert len({pair.salt for pair in pairs}) == 1


def test_salts_are_random_and_only_their_owner_reads_them(start: StartClassifier):
    running = start()
    running.classify_view()
    running.classify_view(site="other")
    files = list((running.folder / "salts").iterdir())
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE((running.folder / "salts").stat().st_mode) == 0o700
    salts = {file.read_text().split()[0] for file in files}
    assert len(salts) == 2
    assert {len(bytes.fromhex(salt)) for salt in salts} == {16}


def test_address_is_written_nowhere(start: StartClassifier):
    running = start()
    row = running.classify_view(address="198.51.100.23")
    assert "198.51.100.23" not in repr(row)
    assert all("198.51.100.23" not in file.read_text() for file in (running.folder / "salts").iterdir())


def test_a_spoilt_salt_is_made_anew(start: StartClassifier):
    running = start()
    running.classify_view()
    for file in (running.folder / "salts").iterdir():
        file.write_text("nonsense")
    assert start().salt_days() == []


def test_a_draft_that_was_left_behind_is_destroyed(start: StartClassifier):
    running = start()
    draft = running.folder / "salts" / "2026-11-20-0123456789abcdef.1234abcd"
    draft.write_text("00" * 16)
    os.utime(draft, (0, 0))
    assert start().salt_days() == []


def test_a_folder_that_cannot_be_used_is_a_sentence(tmp_path: Path):
    (tmp_path / "salts").write_text("no folder")
    with pytest.raises(SettingsError, match=r"The visitors' salts cannot be stored in DATA_DIR .* belong to the user"):
        open_classifier(tmp_path, None, NOON)


def test_one_key_gives_the_same_people_in_whatever_order_days_come():
    days = [NOON.timestamp() + each * 86_400 for each in (0, 3, 1, 0)]
    first, second = DerivedSalts(b"k" * 32), DerivedSalts(b"k" * 32)
    salts = [first.salts_at("a", "UTC", at).salt for at in days]
    assert salts == [second.salts_at("a", "UTC", at).salt for at in days]
    assert len(set(salts)) == 3
    assert DerivedSalts(b"x" * 32).salts_at("a", "UTC", days[0]).salt != salts[0]


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 11, 20), 24)]
)
def test_day_of_the_site_is_as_long_as_its_clock_says(day: date, hours: int):
    begins = midnight_epoch("Europe/Berlin", day)
    inside = [begins + minutes * 60 for minutes in range(0, hours * 60, 15)]
    assert {site_time("Europe/Berlin", at).day for at in inside} == {day}
    assert site_time("Europe/Berlin", begins - 1).day < day < site_time("Europe/Berlin", begins + hours * 3600).day
    assert len({site_time("Europe/Berlin", at).offset for at in inside}) == (1 if hours == 24 else 2)


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Cairo", "America/St_Johns"])
def test_clocks_that_stand_elsewhere_are_right_to_the_second(zone: str):
    for hours in range(0, 366 * 24, 5):
        at = 1_767_225_600 + hours * 3600 + 59
        there = datetime.fromtimestamp(at, ZoneInfo(zone))
        offset = there.utcoffset()
        assert offset is not None
        assert (site_time(zone, at).day, site_time(zone, at).offset) == (there.date(), offset.total_seconds() / 60)
