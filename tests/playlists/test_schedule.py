"""What hangs when: each rule of docs/playlists.md, word for word."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from utilities.playlists.dry_run import describe_schedule
from utilities.playlists.model import BoardTrouble, Playlist
from utilities.playlists.schedule import LastShown, Light, PlaylistSchedule, Slot, SlotReason
from utilities.playlists.windows import WallClock

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str, zone: ZoneInfo = BERLIN, *, fold: int = 0) -> datetime:
    """Returns a moment in UTC by what the clock on the wall shows."""
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


def schedule(*items: dict[str, object], zone: ZoneInfo = BERLIN, **rest: object) -> PlaylistSchedule:
    playlist = Playlist.model_validate({"items": items or ({"board": "office"},), **rest})
    return PlaylistSchedule(playlist, WallClock.of(playlist, zone))


def board(plan: PlaylistSchedule, moment: datetime, **troubles: BoardTrouble) -> str:
    """Returns the board that hangs, '' when the screen is black."""
    item = plan.find_slot(moment, troubles).item
    return "" if item is None else plan.playlist.items[item].board


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


@pytest.mark.parametrize(
    ("window", "moment", "fold", "hangs"),
    [
        (("02:00", "03:00"), "2026-03-29 01:59:59", 0, False),
        (("02:00", "03:00"), "2026-03-29 03:00", 0, False),  # one second later: the hour is not there
        (("02:30", "04:00"), "2026-03-29 03:00", 0, True),
        (("02:00", "03:00"), "2026-10-25 02:30", 0, True),
        (("02:00", "03:00"), "2026-10-25 02:30", 1, True),
        (("02:00", "02:30"), "2026-10-25 02:45", 0, False),
        (("02:00", "02:30"), "2026-10-25 02:15", 1, True),
    ],
)
def test_clock_on_the_wall_decides_when_it_is_changed(window, moment: str, fold: int, hangs: bool):
    plan = schedule({"board": "office", "from": window[0], "to": window[1]})
    assert board(plan, at(moment, fold=fold)) == ("office" if hangs else "")


@pytest.mark.parametrize(
    ("zone", "day", "window", "edges"),
    [
        ("Europe/Berlin", "2026-03-29", ("02:00", "03:00"), []),
        ("Europe/Berlin", "2026-03-29", ("02:30", "04:00"), ["03:00+0200", "04:00+0200"]),
        (
            "Europe/Berlin",
            "2026-10-25",
            ("02:00", "02:30"),
            ["02:00+0200", "02:30+0200", "02:00+0100", "02:30+0100"],
        ),
        ("America/Havana", "2026-03-08", ("00:30", "02:00"), ["01:00-0400", "02:00-0400"]),  # no midnight that day
        ("Australia/Lord_Howe", "2026-10-04", ("02:15", "03:00"), ["02:30+1100", "03:00+1100"]),  # half an hour
    ],
)
def test_changes_of_the_clock_are_boundaries(zone: str, day: str, window, edges: list[str]):
    room = ZoneInfo(zone)
    plan = schedule({"board": "office", "from": window[0], "to": window[1]}, zone=room)
    begin = at(f"{day} 12:00", room) - timedelta(hours=13)
    changes = [moment for moment, _ in plan.changes(begin, begin + timedelta(hours=13))][1:]
    assert [f"{moment.astimezone(room):%H:%M%z}" for moment in changes] == edges


def test_times_are_those_of_the_screens_zone():
    item = {"board": "office", "from": "07:30", "to": "18:00"}
    moment = at("2026-11-26 09:00", BERLIN)
    assert board(schedule(item), moment) == "office"
    assert board(schedule(item, zone=ZoneInfo("America/Los_Angeles")), moment) == ""


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


@pytest.mark.parametrize(
    ("country", "days", "moment", "hangs"),
    [
        ("DE", "Mon-Fri", "2026-12-25 12:00", False),  # a Friday, Christmas
        ("DE", "holiday", "2026-12-25 12:00", True),
        ("DE", "holiday", "2026-12-26 12:00", True),
        ("DE", "Sat", "2026-12-26 12:00", False),  # a holiday is no weekday
        ("US", "holiday", "2026-11-26 12:00", True),  # Thanksgiving
        ("DE", "Mon-Fri", "2026-11-26 12:00", True),
        ("DE-BE", "holiday", "2027-03-08 12:00", True),  # in Berlin only
        ("DE", "holiday", "2027-03-08 12:00", False),
    ],
)
def test_holiday_of_a_country_is_a_day_of_its_own(country: str, days: str, moment: str, hangs: bool):
    plan = schedule(OFFICE | {"days": days}, holidays=country)
    assert board(plan, at(moment)) == ("office" if hangs else "")


def test_window_without_days_holds_on_holidays_and_one_over_midnight_is_of_the_day_it_starts():
    assert board(schedule(OFFICE, holidays="DE"), at("2026-12-25 12:00")) == "office"
    night = schedule(OFFICE | {"days": "holiday", "from": "22:00", "to": "02:00"}, holidays="DE")
    assert [board(night, at(moment)) for moment in ("2026-12-27 01:00", "2026-12-25 01:00")] == ["office", ""]


def test_dry_run_says_what_hangs_and_what_changes_in_a_day():
    plan = schedule(
        *(OFFICE | {"days": "Mon-Fri", "to": "18:00"}, VISITS | {"days": "Mon-Fri", "to": "22:00"}),
        quiet=[{"from": "20:00", "to": "07:00", "mode": "dim"}],
    )
    lines = list(
        describe_schedule(plan.playlist, BERLIN, at("2026-11-27 17:45"), {"office": "Office", "visits": "Visits"})
    )
    assert lines[0] == "Visits hangs until 17:46, in turn with Office."
    assert [line.strip() for line in lines[3:]] == [
        "17:45  Office and Visits, in turn",
        "18:00  Visits",
        "20:00  Visits, dimmed",
        "22:00  black: nothing is scheduled",
    ]
