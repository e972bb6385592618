"""Sessions: how long they last, how they end, and that what has ended stays ended; on either database."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from demo.clock import VirtualClock
from utilities.accounts.database.connection import StateDatabase, open_state_database
from utilities.accounts.database.sessions import Sessions
from utilities.accounts.database.tables import people, sessions
from utilities.config.settings import Settings
from utilities.model.errors import StateDown
from utilities.model.principals import Person

SESSION = "__Host-foyer"
ADA = Person("https://issuer.example", "1", "ada@example.com", "Ada Lovelace")
EVE = Person("https://issuer.example", "2", "ada@example.com", "Not Ada")


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
async def state(settings: Callable[..., Settings], database_url: str) -> AsyncIterator[StateDatabase]:
    opened = await open_state_database(settings(database_url=database_url))
    yield opened
    await opened.close()


@pytest.fixture
def kept(state: StateDatabase, clock: VirtualClock) -> Sessions:
    return Sessions(state, clock)


async def test_session_says_whose_it_is(kept: Sessions):
    found = await kept.find_person(await kept.start_session(ADA))
    assert found is not None
    assert (found.issuer, found.subject, found.email, found.name) == (ADA.issuer, "1", ADA.email, ADA.name)


async def test_only_a_hash_of_the_session_is_kept(kept: Sessions, state: StateDatabase):
    session = await kept.start_session(ADA)
    rows = await state.run(lambda connection: connection.execute(select(sessions)).all())
    assert len(rows) == 1
    assert session not in str(rows)
    assert await kept.find_person(rows[0].key) is None


async def test_person_is_known_by_issuer_and_subject_and_not_by_address(kept: Sessions, state: StateDatabase):
    first, second = await kept.start_session(ADA), await kept.start_session(EVE)
    one, two = await kept.find_person(first), await kept.find_person(second)
    assert one and two and one.number != two.number
    renamed = Person(ADA.issuer, ADA.subject, "countess@example.com", "Ada King")
    again = await kept.find_person(await kept.start_session(renamed))
    assert again is not None
    assert (again.number, again.email) == (one.number, "countess@example.com")
    assert len(await state.run(lambda connection: connection.execute(select(people)).all())) == 2


async def test_same_person_may_sign_in_for_the_first_time_twice_at_once(kept: Sessions):
    started = await asyncio.gather(*(kept.start_session(ADA) for _ in range(8)))
    found = [await kept.find_person(session) for session in started]
    assert len({person.number for person in found if person}) == 1
    assert all(found)


async def test_session_ends_when_nobody_comes(kept: Sessions, clock: VirtualClock):
    session = await kept.start_session(ADA)
    clock.shift(timedelta(hours=4, seconds=1))
    assert await kept.find_person(session) is None


async def test_session_lives_while_somebody_comes_but_never_longer_than_a_working_day(
    kept: Sessions, clock: VirtualClock
):
    session = await kept.start_session(ADA)
    for _ in range(11):
        clock.shift(timedelta(hours=1))
        assert await kept.find_person(session)
    clock.shift(timedelta(hours=1))
    assert await kept.find_person(session) is None


async def test_session_that_was_looked_up_a_moment_ago_still_ends_on_time(kept: Sessions, clock: VirtualClock):
    session = await kept.start_session(ADA)
    for _ in range(4):
        clock.shift(timedelta(hours=3) - timedelta(seconds=0.5))
        assert await kept.find_person(session)
    clock.shift(timedelta(seconds=3))
    assert await kept.find_person(session) is None


async def test_ended_session_is_over_at_once_here_and_within_five_seconds_elsewhere(
    kept: Sessions, state: StateDatabase, clock: VirtualClock
):
    session, elsewhere = await kept.start_session(ADA), Sessions(state, clock)
    assert await elsewhere.find_person(session)
    await kept.end_session(session)
    assert await kept.find_person(session) is None
    clock.shift(timedelta(seconds=5.1))
    assert await elsewhere.find_person(session) is None


async def test_all_sessions_of_one_person_end_together_and_nobody_elses(kept: Sessions):
    hers, hers_too, other = await kept.start_session(ADA), await kept.start_session(ADA), await kept.start_session(EVE)
    ada = await kept.find_person(hers)
    assert ada
    await kept.end_all_sessions(ada)
    assert [await kept.find_person(each) for each in (hers, hers_too)] == [None, None]
    assert await kept.find_person(other)


async def test_open_stream_hears_that_its_session_has_ended(kept: Sessions):
    session, other = await kept.start_session(ADA), await kept.start_session(ADA)
    hers, theirs = kept.watch_session(session), kept.watch_session(other)
    await kept.end_session(session)
    assert hers.is_set()
    assert not theirs.is_set()


async def test_open_stream_hears_of_an_end_in_another_process(
    kept: Sessions, state: StateDatabase, clock: VirtualClock
):
    session = await kept.start_session(ADA)
    elsewhere = Sessions(state, clock)
    event = elsewhere.watch_session(session)
    await elsewhere.end_expired_streams()
    assert not event.is_set()
    await kept.end_session(session)
    await elsewhere.end_expired_streams()
    assert event.is_set()


async def test_open_stream_keeps_a_session_from_going_idle_but_not_from_ending(kept: Sessions, clock: VirtualClock):
    session = await kept.start_session(ADA)
    event = kept.watch_session(session)
    for _ in range(11):
        clock.shift(timedelta(hours=1))
        await kept.end_expired_streams()
    assert not event.is_set()
    clock.shift(timedelta(hours=1))
    await kept.end_expired_streams()
    assert event.is_set()


async def test_attempt_can_be_spent_once(kept: Sessions, state: StateDatabase, clock: VirtualClock):
    later = clock() + timedelta(minutes=10)
    assert await kept.spend_attempt("state", later)
    assert not await Sessions(state, clock).spend_attempt("state", later)
    assert await kept.spend_attempt("another", later)


async def test_state_outlives_the_process(settings: Callable[..., Settings], database_url: str, clock: VirtualClock):
    made = settings(database_url=database_url)
    first = await open_state_database(made)
    session = await Sessions(first, clock).start_session(ADA)
    await first.close()
    second = await open_state_database(made)
    assert await Sessions(second, clock).find_person(session)
    await second.close()


async def test_database_that_does_not_answer_is_said_so(settings: Callable[..., Settings]):
    with pytest.raises(StateDown, match="DATABASE_URL"):
        await open_state_database(settings(database_url="postgresql://nobody@127.0.0.1:1/none"))
