"""The tokens of programs: kept as hashes in either database, and remembered for seconds."""

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, insert, select

from utilities.accounts.database.connection import State, open_state
from utilities.accounts.database.tables import tokens as table
from utilities.accounts.database.tokens import MISSED, MOST, REMEMBERED, Tokens
from utilities.config.settings import Settings
from utilities.model.errors import Overloaded, ParameterError


@dataclass
class Clock:
    """Stands still until it is moved."""

    now: datetime = datetime(2026, 11, 20, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> None:
        self.now += by


@pytest.fixture
async def state(settings: Callable[..., Settings], database_url: str) -> AsyncIterator[State]:
    opened = await open_state(settings(database_url=database_url))
    yield opened
    await opened.close()


async def test_token_is_found_by_what_was_shown_once_and_kept_as_a_hash(state: State):
    tokens = Tokens(state, Clock())
    secret = await tokens.make("Deploys", ["read", "push"], "ada@example.com")
    assert re.fullmatch(r"foyer_[\w-]{43}", secret)
    found = await tokens.find(secret)
    assert found is not None
    assert (found.name, found.scopes) == ("Deploys", {"read", "push"})
    [row] = await state.run(lambda connection: connection.execute(select(table)).all())
    assert secret not in str(row)
    assert secret.removeprefix("foyer_")[:39] not in str(row)
    for wrong in (secret[:-1], secret + "x", secret.upper(), secret.removeprefix("foyer_"), "foyer_", ""):
        assert await tokens.find(wrong) is None


async def test_another_process_knows_in_seconds_what_was_made_and_what_was_revoked(state: State):
    clock = Clock()
    here, there = Tokens(state, clock), Tokens(state, clock)
    first = await here.make("first", ["read"], "ada")
    assert await there.find(first)
    second = await here.make("second", ["read"], "ada")
    clock.advance(MISSED + timedelta(milliseconds=1))
    made = await there.find(second)
    assert made is not None
    assert await here.revoke(made.number)
    assert await here.find(second) is None
    clock.advance(REMEMBERED + timedelta(milliseconds=1))
    assert await there.find(second) is None
    assert await there.find(first) is not None
    assert await here.revoke(made.number) is None


async def test_guesses_cost_the_database_one_question_a_second(state: State):
    clock = Clock()
    tokens = Tokens(state, clock)
    asked = []
    event.listen(state.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    for number in range(50):
        assert await tokens.find(f"foyer_{number:043}") is None
    assert len(asked) == 1


async def test_last_use_is_noted_once_a_minute(state: State):
    clock = Clock()
    tokens = Tokens(state, clock)
    secret = await tokens.make("a", ["read"], "ada")
    assert (await tokens.listed())[0].last_used is None
    began = clock()
    await tokens.find(secret)
    clock.advance(timedelta(seconds=30))
    await tokens.find(secret)
    assert (await tokens.listed())[0].last_used == began
    clock.advance(timedelta(seconds=30))
    await tokens.find(secret)
    assert (await tokens.listed())[0].last_used == clock()


async def test_number_of_a_revoked_token_is_never_another_s(state: State):
    tokens = Tokens(state, Clock())
    await tokens.make("a", ["read"], "ada")
    [gone] = await tokens.listed()
    await tokens.revoke(gone.number)
    await tokens.make("b", ["read"], "ada")
    assert (await tokens.listed())[0].number > gone.number


@pytest.mark.parametrize(
    ("name", "scopes"), [("", ["read"]), ("x" * 101, ["read"]), ("a\nb", ["read"]), ("a", []), ("a", ["write"])]
)
async def test_token_needs_a_name_and_scopes_there_are(state: State, name: str, scopes: list[str]):
    with pytest.raises(ParameterError):
        await Tokens(state, Clock()).make(name, scopes, "ada")


async def test_there_are_not_more_tokens_than_people_can_look_over(state: State):
    clock = Clock()
    row = {"name": "a", "scopes": "read", "hint": "abcd", "made_by": "ada", "made_at": clock()}
    rows = [{"key": str(number), **row} for number in range(MOST)]
    await state.run(lambda connection: connection.execute(insert(table), rows))
    with pytest.raises(Overloaded):
        await Tokens(state, clock).make("one more", ["read"], "ada")
