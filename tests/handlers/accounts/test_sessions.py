"""Sessions: how long they last, how they end, and that what has ended stays ended; on either database."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from demo.clock import VirtualClock
from utilities.accounts.database.connection import State, open_state
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
async def state(settings: Callable[..., Settings], database_url: str) -> AsyncIterator[State]:
    opened = await open_state(settings(database_url=database_url))
    yield opened
    await opened.close()


@pytest.fixture
def kept(state: State, clock: VirtualClock) -> Sessions:
    return Sessions(state, clock)


async def test_session_says_whose_it_is(kept: Sessions):
    found = await kept.person(await kept.start(ADA))
    assert found is not None
    assert (found.issuer, found.subject, found.email, found.name) == (ADA.issuer, "1", ADA.email, ADA.name)


async def test_only_a_hash_of_the_session_is_kept(kept: Sessions, state: State):
    session = await kept.start(ADA)
    rows = await state.run(lambda connection: connection.execute(select(sessions)).all())
    assert len(rows) == 1
    assert session not in str(rows)
    assert await kept.person(rows[0].key) is None


async def test_person_is_known_by_issuer_and_subject_and_not_by_address(kept: Sessions, state: State):
    first, second = await kept.start(ADA), await kept.start(EVE)
    one, two = await kept.person(first), await kept.person(second)
    assert one and two and one.number != two.number
    renamed = Person(ADA.issuer, ADA.subject, "countess@example.com", "Ada King")
    again = await kept.person(await kept.start(renamed))
    assert again is not None
    assert (again.number, again.email) == (one.number, "countess@example.com")
    assert len(await state.run(lambda connection: connection.execute(select(people)).all())) == 2


async def test_same_person_may_sign_in_for_the_first_time_twice_at_once(kept: Sessions):
    started = await asyncio.gather(*(kept.start(ADA) for _ in range(8)))
    found = [await kept.person(session) for session in started]
    assert len({person.number for person in found if person}) == 1
    assert all(found)


async def test_session_ends_when_nobody_comes(kept: Sessions, clock: VirtualClock):
    session = await kept.start(ADA)
    clock.shift(timedelta(hours=4, seconds=1))
    assert await kept.person(session) is None


async def test_session_lives_while_somebody_comes_but_never_longer_than_a_working_day(
    kept: Sessions, clock: VirtualClock
):
    session = await kept.start(ADA)
    for _ in range(11):
        clock.shift(timedelta(hours=1))
        assert await kept.person(session)
    clock.shift(timedelta(hours=1))
    assert await kept.person(session) is None


async def test_session_that_was_looked_up_a_moment_ago_still_ends_on_time(kept: Sessions, clock: VirtualClock):
    session = await kept.start(ADA)
    for _ in range(4):
        clock.shift(timedelta(hours=3) - timedelta(seconds=0.5))
        assert await kept.person(session)
    clock.shift(timedelta(seconds=3))
    assert await kept.person(session) is None


async def test_ended_session_is_over_at_once_here_and_within_five_seconds_elsewhere(
    kept: Sessions, state: State, clock: VirtualClock
):
    session, elsewhere = await kept.start(ADA), Sessions(state, clock)
    assert await elsewhere.person(session)
    await kept.end(session)
    assert await kept.person(session) is None
    clock.shift(timedelta(seconds=5.1))
    assert await elsewhere.person(session) is None


async def test_all_sessions_of_one_person_end_together_and_nobody_elses(kept: Sessions):
    hers, hers_too, other = await kept.start(ADA), await kept.start(ADA), await kept.start(EVE)
    ada = await kept.person(hers)
    assert ada
    await kept.end_all(ada)
    assert [await kept.person(each) for each in (hers, hers_too)] == [None, None]
    assert await kept.person(other)


async def test_open_stream_hears_that_its_session_has_ended(kept: Sessions):
    session, other = await kept.start(ADA), await kept.start(ADA)
    hers, theirs = kept.watch(session), kept.watch(other)
    await kept.end(session)
    assert hers.is_set()
    assert not theirs.is_set()


async def test_open_stream_hears_of_an_end_in_another_process(kept: Sessions, state: State, clock: VirtualClock):
    session = await kept.start(ADA)
    elsewhere = Sessions(state, clock)
    event = elsewhere.watch(session)
    await elsewhere.look()
    assert not event.is_set()
    await kept.end(session)
    await elsewhere.look()
    assert event.is_set()


async def test_open_stream_keeps_a_session_from_going_idle_but_not_from_ending(kept: Sessions, clock: VirtualClock):
    session = await kept.start(ADA)
    event = kept.watch(session)
    for _ in range(11):
        clock.shift(timedelta(hours=1))
        await kept.look()
    assert not event.is_set()
    clock.shift(timedelta(hours=1))
    await kept.look()
    assert event.is_set()


async def test_attempt_can_be_spent_once(kept: Sessions, state: State, clock: VirtualClock):
    later = clock() + timedelta(minutes=10)
    assert await kept.spend("state", later)
    assert not await Sessions(state, clock).spend("state", later)
    assert await kept.spend("another", later)


async def test_state_outlives_the_process(settings: Callable[..., Settings], database_url: str, clock: VirtualClock):
    made = settings(database_url=database_url)
    first = await open_state(made)
    session = await Sessions(first, clock).start(ADA)
    await first.close()
    second = await open_state(made)
    assert await Sessions(second, clock).person(session)
    await second.close()


async def test_database_that_does_not_answer_is_said_so(settings: Callable[..., Settings]):
    with pytest.raises(StateDown, match="DATABASE_URL"):
        await open_state(settings(database_url="postgresql://nobody@127.0.0.1:1/none"))
