"""What hangs when: each rule of docs/playlists.md, word for word."""

from datetime import datetime, timedelta

import pytest

from tests.playlists.rooms import BERLIN, at, board, schedule
from utilities.playlists.dry_run import describe_schedule
from utilities.playlists.model import BoardTrouble
from utilities.playlists.schedule import NO_TROUBLES, LastShown, Light, PlaylistSchedule, Slot, SlotReason

OFFICE, VISITS, CAFE = ({"board": name} for name in ("office", "visits", "cafe"))
FRIDAY_NIGHT = {"board": "office", "days": "Fri", "from": "22:00", "to": "02:00"}


@pytest.mark.parametrize(
    ("item", "moment", "hangs"),
    [
        ({"from": "07:30", "to": "18:00"}, "2026-11-26 07:29:59", False),
        ({"from": "07:30", "to": "18:00"}, "2026-11-26 07:30", True),
        ({"from": "07:30", "to": "18:00"}, "2026-11-26 17:59:59", True),
        ({"from": "07:30", "to": "18:00"}, "2026-11-26 18:00", False),
        ({"from": "18:00"}, "2026-11-26 23:59:59", True),
        ({"to": "18:00"}, "2026-11-26 00:00", True),
        (FRIDAY_NIGHT, "2026-11-27 01:00", False),  # a Friday
        (FRIDAY_NIGHT, "2026-11-27 22:00", True),
        (FRIDAY_NIGHT, "2026-11-28 01:59:59", True),
        (FRIDAY_NIGHT, "2026-11-28 02:00", False),
        (FRIDAY_NIGHT, "2026-11-28 22:30", False),
        ({"days": "Sat-Mon"}, "2026-11-29 12:00", True),
        ({"days": "Sat-Mon"}, "2026-12-01 12:00", False),
        ({"dates": "2026-12-24", "from": "22:00", "to": "02:00"}, "2026-12-25 01:00", True),
        ({"dates": "2026-12-24", "from": "22:00", "to": "02:00"}, "2026-12-24 01:00", False),
        ({"dates": {"first": "2026-11-30", "last": "2026-12-04"}}, "2026-12-04 23:59", True),
        ({"dates": {"first": "2026-11-30", "last": "2026-12-04"}}, "2026-12-05 00:00", False),
        ({"dates": {"first": "2026-11-30", "last": "2026-12-04"}, "days": "Tue"}, "2026-12-02 12:00", False),
    ],
)
def test_window_is_from_its_start_to_before_its_end_on_the_day_it_starts(item, moment: str, hangs: bool):
    assert board(schedule({"board": "office", **item}), at(moment)) == ("office" if hangs else "")


NOON = at("2026-11-26 12:00")


@pytest.mark.parametrize(
    ("items", "hangs"),
    [
        ([OFFICE, VISITS | {"priority": 5}], "visits"),
        ([OFFICE | {"priority": -1}, VISITS], "visits"),
        ([OFFICE | {"priority": 9}, VISITS | {"dates": "2026-11-26"}], "visits"),  # a dated one beats a recurring one
        ([OFFICE | {"dates": "2026-11-26"}, VISITS | {"dates": ["2026-11-26"], "priority": 1}], "visits"),
        ([OFFICE, VISITS | {"priority": 5, "to": "12:00"}], "office"),  # it is over
    ],
)
def test_dated_item_and_then_the_higher_priority_wins(items, hangs: str):
    plan = schedule(*items)
    assert board(plan, NOON) == hangs
    assert plan.find_slot(NOON).reason is SlotReason.ALONE


def boards_of(plan: PlaylistSchedule, start: datetime, seconds: list[int]) -> list[str]:
    return [board(plan, start + timedelta(seconds=after)) for after in seconds]


def test_equal_priorities_alternate_each_for_its_seconds():
    plan = schedule(OFFICE | {"seconds": 60}, VISITS | {"seconds": 20}, CAFE | {"priority": -1})
    midnight = at("2026-11-26 00:00")
    assert boards_of(plan, midnight, [0, 59, 60, 79, 80, 139, 140]) == [
        *("office", "office", "visits", "visits", "office", "office", "visits"),
    ]
    slot = plan.find_slot(midnight + timedelta(seconds=65))
    assert slot == Slot(
        *(Light.FULL, SlotReason.IN_TURN, 1, (0, 1)),
        since=midnight + timedelta(seconds=60),
        until=midnight + timedelta(seconds=80),
    )


def test_turn_begins_with_its_first_item_when_its_items_come_together():
    plan = schedule(OFFICE | {"seconds": 50}, VISITS | {"from": "11:59", "seconds": 50})
    opens = at("2026-11-26 11:59")
    assert boards_of(plan, opens, [-1, 0, 49, 50, 99, 100]) == [*["office"] * 3, "visits", "visits", "office"]


def test_change_takes_effect_now_and_not_after_the_item():
    plan = schedule(OFFICE | {"seconds": 3600, "to": "12:30"}, VISITS | {"seconds": 3600}, CAFE | {"from": "12:30"})
    slot = plan.find_slot(at("2026-11-26 12:00"))
    assert (slot.item, slot.until) == (0, at("2026-11-26 12:30"))
    assert board(plan, at("2026-11-26 12:30")) == "visits"
    edited = schedule(CAFE | {"seconds": 3600})
    assert board(edited, at("2026-11-26 12:00:01")) == "cafe"


STALE, FAILED, EMPTY, MISSING = BoardTrouble.STALE, BoardTrouble.FAILED, BoardTrouble.EMPTY, BoardTrouble.MISSING


def test_skipped_item_gives_way_at_once_and_the_others_keep_their_turn():
    plan = schedule(OFFICE, VISITS | {"skip": ["stale"]}, CAFE)
    begins = at("2026-11-26 00:00")
    shown = LastShown(1, begins + timedelta(seconds=60))
    moment = begins + timedelta(seconds=70)
    slot = plan.find_slot(moment, {"visits": STALE}, shown)
    assert (slot.item, slot.since, slot.until) == (2, moment, moment + timedelta(seconds=60))
    again = plan.find_slot(moment + timedelta(seconds=30), {}, slot.last_shown)  # visits is well again: nothing jumps
    assert (again.item, again.until) == (2, slot.until)
    assert plan.find_slot(moment, {"visits": FAILED}, shown).item == 1  # only what the item names


def test_skipped_item_makes_room_for_one_of_lower_precedence():
    plan = schedule(OFFICE, VISITS | {"priority": 5, "skip": ["empty", "failed"]})
    assert [board(plan, NOON, visits=trouble) for trouble in (STALE, EMPTY, FAILED)] == ["visits", "office", "office"]


def test_last_board_stays_when_every_item_is_skipped_and_the_slot_says_so():
    plan = schedule(OFFICE | {"skip": "stale"}, VISITS | {"skip": "failed"})
    troubles = {"office": STALE, "visits": FAILED}
    shown = LastShown(1, NOON - timedelta(seconds=30))
    slot = plan.find_slot(NOON, troubles, shown)
    assert (slot.item, slot.since, slot.light, slot.reason) == (1, shown.since, Light.FULL, SlotReason.ALL_SKIPPED)
    assert plan.find_slot(NOON, troubles).item == 0  # nothing hung before
    assert plan.find_slot(NOON, {"office": MISSING, "visits": FAILED}).item == 1  # rather a board that exists


@pytest.mark.parametrize(
    ("quiet", "light", "reason"),
    [
        ([{"from": "12:00", "to": "13:00"}], Light.BLACK, SlotReason.QUIET),
        ([{"from": "11:00", "to": "12:00"}], Light.FULL, SlotReason.ALONE),
        ([{"from": "22:00", "to": "13:00", "mode": "dim"}], Light.DIM, SlotReason.ALONE),
        ([{"days": "Thu", "mode": "dim"}, {"days": "Thu", "mode": "black"}], Light.BLACK, SlotReason.QUIET),
        ([{"dates": "2026-11-26", "mode": "dim"}], Light.DIM, SlotReason.ALONE),
    ],
)
def test_quiet_hours_come_before_every_item(quiet, light: Light, reason: SlotReason):
    slot = schedule(OFFICE | {"dates": "2026-11-26"}, quiet=quiet).find_slot(NOON)
    assert (slot.light, slot.reason) == (light, reason)
    assert (slot.item is None) == (light is Light.BLACK)


def test_screen_is_black_where_nothing_is_scheduled_until_the_next_window():
    plan = schedule(
        OFFICE | {"days": "Mon-Fri", "from": "07:30", "to": "18:00"}, quiet=[{"days": "Tue", "mode": "dim"}]
    )
    slot = plan.find_slot(at("2026-11-27 18:00"))  # a Friday
    assert (slot.light, slot.reason, slot.until) == (Light.BLACK, SlotReason.NOTHING, at("2026-11-30 07:30"))
    assert plan.find_slot(at("2026-12-01 05:00")).reason is SlotReason.NOTHING


def test_dry_run_says_what_hangs_and_what_changes_in_a_day():
    plan = schedule(
        *(OFFICE | {"days": "Mon-Fri", "to": "18:00"}, VISITS | {"days": "Mon-Fri", "to": "22:00"}),
        quiet=[{"from": "20:00", "to": "07:00", "mode": "dim"}],
    )
    answer, changes = describe_schedule(
        plan.playlist, BERLIN, at("2026-11-27 17:45"), {"office": "Office", "visits": "Visits"}
    )
    assert answer == "Visits hangs until 17:46, in turn with Office."
    assert [f"{time}  {what}" for time, what in changes] == [
        "17:45  Office and Visits, in turn",
        "18:00  Visits",
        "20:00  Visits, dimmed",
        "22:00  black: nothing is scheduled",
    ]


@pytest.mark.parametrize(
    ("page_seconds", "hangs"),
    [
        ({"visits": 48.0}, ["office", "office", "visits", "visits", "visits", "visits", "office"]),
        ({"visits": 12.0}, ["office", "office", "visits", "office", "office", "visits", "office"]),
        ({}, ["office", "office", "visits", "visits", "visits", "visits", "visits"]),  # as long as usual
    ],
)
def test_item_with_pages_stays_until_they_are_through(page_seconds: dict[str, float], hangs: list[str]):
    plan = schedule({"board": "office", "seconds": 24}, {"board": "visits", "seconds": "pages"})
    begin, shown, last = at("2026-11-23 00:00"), [], None
    for step in range(7):
        slot = plan.find_slot(begin + timedelta(seconds=12 * step), NO_TROUBLES, last, page_seconds)
        last = slot.last_shown
        shown.append(plan.playlist.items[slot.item or 0].board)
    assert shown == hangs


def test_dry_run_says_that_pages_decide():
    plan = schedule({"board": "office", "seconds": 24}, {"board": "visits", "seconds": "pages"})
    words, _ = describe_schedule(plan.playlist, BERLIN, at("2026-11-23 00:00:30"), {"visits": "Visits"})
    assert words == "Visits hangs until its pages are through, in turn with office."
