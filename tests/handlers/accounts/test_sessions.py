"""How long sessions last and how they end, on both databases."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from demo.clock import VirtualClock
from tests.noon import start_noon_clock
from utilities.accounts.admission import Admission, sign_in_id
from utilities.accounts.database.connection import StateDatabase, open_state_database
from utilities.accounts.database.sessions import Sessions
from utilities.accounts.database.tables import people, sessions
from utilities.config.settings import Settings
from utilities.model.errors import StateDown
from utilities.model.principals import Person

SESSION = "__Host-foyer"
ADA = Person("https://issuer.example", "1", "ada@example.com", "Ada Lovelace")
ADMISSION = Admission(sign_in_id("https://issuer.example", "a client"), ("example.com",))
EVE = Person("https://issuer.example", "2", "ada@example.com", "Not Ada")


@pytest.fixture
def clock() -> VirtualClock:
    return start_noon_clock()


@pytest.fixture
async def database(settings: Callable[..., Settings], database_url: str) -> AsyncIterator[StateDatabase]:
    opened = await open_state_database(settings(database_url=database_url))
    yield opened
    await opened.close()


@pytest.fixture
def store(database: StateDatabase, clock: VirtualClock) -> Sessions:
    return Sessions(database, clock, ADMISSION)


async def test_session_identifies_its_person(store: Sessions):
    found = await store.find_person(await store.start_session(ADA))
    assert found is not None
    assert (found.issuer, found.subject, found.email, found.name) == (ADA.issuer, "1", ADA.email, ADA.name)


async def test_only_a_hash_of_the_session_is_stored(store: Sessions, database: StateDatabase):
    session = await store.start_session(ADA)
    rows = await database.run(lambda connection: connection.execute(select(sessions)).all())
    assert len(rows) == 1
    assert session not in str(rows)
    assert await store.find_person(rows[0].key) is None


async def test_person_is_identified_by_issuer_and_subject_and_not_by_address(store: Sessions, database: StateDatabase):
    first, second = await store.start_session(ADA), await store.start_session(EVE)
    ada, eve = await store.find_person(first), await store.find_person(second)
    assert ada and eve and ada.number != eve.number
    renamed = Person(ADA.issuer, ADA.subject, "countess@example.com", "Ada King")
    again = await store.find_person(await store.start_session(renamed))
    assert again is not None
    assert (again.number, again.email) == (ada.number, "countess@example.com")
    assert len(await database.run(lambda connection: connection.execute(select(people)).all())) == 2


async def test_two_first_sign_ins_at_once_create_one_person(store: Sessions):
    started = await asyncio.gather(*(store.start_session(ADA) for _ in range(8)))
    found = [await store.find_person(session) for session in started]
    assert len({person.number for person in found if person}) == 1
    assert all(found)


async def test_idle_session_ends(store: Sessions, clock: VirtualClock):
    session = await store.start_session(ADA)
    clock.shift(timedelta(hours=4, seconds=1))
    assert await store.find_person(session) is None


async def test_used_session_lives_at_most_a_working_day(store: Sessions, clock: VirtualClock):
    session = await store.start_session(ADA)
    for _ in range(11):
        clock.shift(timedelta(hours=1))
        assert await store.find_person(session)
    clock.shift(timedelta(hours=1))
    assert await store.find_person(session) is None


async def test_cached_session_still_ends_on_time(store: Sessions, clock: VirtualClock):
    session = await store.start_session(ADA)
    for _ in range(4):
        clock.shift(timedelta(hours=3) - timedelta(seconds=0.5))
        assert await store.find_person(session)
    clock.shift(timedelta(seconds=3))
    assert await store.find_person(session) is None


async def test_ended_session_is_invalid_at_once_here_and_in_five_seconds_elsewhere(
    store: Sessions, database: StateDatabase, clock: VirtualClock
):
    session, elsewhere = await store.start_session(ADA), Sessions(database, clock, ADMISSION)
    assert await elsewhere.find_person(session)
    await store.end_session(session)
    assert await store.find_person(session) is None
    clock.shift(timedelta(seconds=5.1))
    assert await elsewhere.find_person(session) is None


async def test_all_sessions_of_one_person_end_and_no_others(store: Sessions):
    first, second, other = (
        await store.start_session(ADA),
        await store.start_session(ADA),
        await store.start_session(EVE),
    )
    ada = await store.find_person(first)
    assert ada
    await store.end_all_sessions(ada)
    assert [await store.find_person(each) for each in (first, second)] == [None, None]
    assert await store.find_person(other)


async def test_open_stream_is_notified_when_its_session_ends(store: Sessions):
    session, other = await store.start_session(ADA), await store.start_session(ADA)
    ended_event, other_event = store.watch_session(session), store.watch_session(other)
    await store.end_session(session)
    assert ended_event.is_set()
    assert not other_event.is_set()


async def test_open_stream_is_notified_of_an_end_in_another_process(
    store: Sessions, database: StateDatabase, clock: VirtualClock
):
    session = await store.start_session(ADA)
    elsewhere = Sessions(database, clock, ADMISSION)
    event = elsewhere.watch_session(session)
    await elsewhere.end_expired_streams()
    assert not event.is_set()
    await store.end_session(session)
    await elsewhere.end_expired_streams()
    assert event.is_set()


async def test_open_stream_keeps_a_session_from_going_idle_but_not_from_ending(store: Sessions, clock: VirtualClock):
    session = await store.start_session(ADA)
    event = store.watch_session(session)
    for _ in range(11):
        clock.shift(timedelta(hours=1))
        await store.end_expired_streams()
    assert not event.is_set()
    clock.shift(timedelta(hours=1))
    await store.end_expired_streams()
    assert event.is_set()


async def test_sign_in_attempt_can_be_used_once(store: Sessions, database: StateDatabase, clock: VirtualClock):
    later = clock() + timedelta(minutes=10)
    assert await store.spend_attempt("database", later)
    assert not await Sessions(database, clock, ADMISSION).spend_attempt("database", later)
    assert await store.spend_attempt("another", later)


async def test_sessions_survive_a_restart(settings: Callable[..., Settings], database_url: str, clock: VirtualClock):
    made = settings(database_url=database_url)
    first = await open_state_database(made)
    session = await Sessions(first, clock, ADMISSION).start_session(ADA)
    await first.close()
    second = await open_state_database(made)
    assert await Sessions(second, clock, ADMISSION).find_person(session)
    await second.close()


async def test_database_that_does_not_answer_is_reported(settings: Callable[..., Settings]):
    with pytest.raises(StateDown, match="DATABASE_URL"):
        await open_state_database(settings(database_url="postgresql://nobody@127.0.0.1:1/none"))
