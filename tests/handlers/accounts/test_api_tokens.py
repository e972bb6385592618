"""API tokens: stored as hashes in both databases, cached for seconds."""

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, insert, select

from utilities.accounts.admission import Admission
from utilities.accounts.database.connection import StateDatabase, open_state_database
from utilities.accounts.database.tables import tokens as table
from utilities.accounts.database.tokens import MAX_TOKENS, TOKEN_CACHE_TIME, UNKNOWN_TOKEN_CACHE_TIME, TokenStore
from utilities.config.settings import Settings
from utilities.model.errors import Overloaded, ParameterError
from utilities.model.principals import LOCAL_PERSON


@dataclass
class Clock:
    """A clock that moves only when `advance` is called."""

    now: datetime = datetime(2026, 11, 20, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> None:
        self.now += by


@pytest.fixture
async def database(settings: Callable[..., Settings], database_url: str) -> AsyncIterator[StateDatabase]:
    opened = await open_state_database(settings(database_url=database_url))
    yield opened
    await opened.close()


async def test_token_is_stored_as_a_hash_and_shown_once(database: StateDatabase):
    tokens = TokenStore(database, Clock(), Admission())
    secret = await tokens.create_token("Deploys", ["read", "push"], LOCAL_PERSON)
    assert re.fullmatch(r"foyer_[\w-]{43}", secret)
    found = await tokens.find_token(secret)
    assert found is not None
    assert (found.name, found.scopes) == ("Deploys", {"read", "push"})
    [row] = await database.run(lambda connection: connection.execute(select(table)).all())
    assert secret not in str(row)
    assert secret.removeprefix("foyer_")[:39] not in str(row)
    for wrong in (secret[:-1], secret + "x", secret.upper(), secret.removeprefix("foyer_"), "foyer_", ""):
        assert await tokens.find_token(wrong) is None


async def test_created_and_revoked_tokens_reach_another_process_in_seconds(database: StateDatabase):
    clock = Clock()
    here, there = TokenStore(database, clock, Admission()), TokenStore(database, clock, Admission())
    first = await here.create_token("first", ["read"], LOCAL_PERSON)
    assert await there.find_token(first)
    second = await here.create_token("second", ["read"], LOCAL_PERSON)
    clock.advance(UNKNOWN_TOKEN_CACHE_TIME + timedelta(milliseconds=1))
    made = await there.find_token(second)
    assert made is not None
    assert await here.revoke_token(made.number)
    assert await here.find_token(second) is None
    clock.advance(TOKEN_CACHE_TIME + timedelta(milliseconds=1))
    assert await there.find_token(second) is None
    assert await there.find_token(first) is not None
    assert not await here.revoke_token(made.number)


async def test_guesses_cost_the_database_one_query_a_second(database: StateDatabase):
    clock = Clock()
    tokens = TokenStore(database, clock, Admission())
    asked = []
    event.listen(database.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    for number in range(50):
        assert await tokens.find_token(f"foyer_{number:043}") is None
    assert len(asked) == 1


async def test_last_use_is_recorded_once_a_minute(database: StateDatabase):
    clock = Clock()
    tokens = TokenStore(database, clock, Admission())
    secret = await tokens.create_token("a", ["read"], LOCAL_PERSON)
    assert (await tokens.list_tokens())[0].last_used is None
    began = clock()
    await tokens.find_token(secret)
    clock.advance(timedelta(seconds=30))
    await tokens.find_token(secret)
    assert (await tokens.list_tokens())[0].last_used == began
    clock.advance(timedelta(seconds=30))
    await tokens.find_token(secret)
    assert (await tokens.list_tokens())[0].last_used == clock()


async def test_id_of_a_revoked_token_is_never_reused(database: StateDatabase):
    tokens = TokenStore(database, Clock(), Admission())
    await tokens.create_token("a", ["read"], LOCAL_PERSON)
    [gone] = await tokens.list_tokens()
    await tokens.revoke_token(gone.number)
    await tokens.create_token("b", ["read"], LOCAL_PERSON)
    assert (await tokens.list_tokens())[0].number > gone.number


@pytest.mark.parametrize(
    ("name", "scopes"), [("", ["read"]), ("x" * 101, ["read"]), ("a\nb", ["read"]), ("a", []), ("a", ["write"])]
)
async def test_token_needs_a_name_and_valid_scopes(database: StateDatabase, name: str, scopes: list[str]):
    with pytest.raises(ParameterError):
        await TokenStore(database, Clock(), Admission()).create_token(name, scopes, LOCAL_PERSON)


async def test_number_of_tokens_is_limited(database: StateDatabase):
    clock = Clock()
    row = {"name": "a", "scopes": "read", "hint": "abcd", "made_by": "ada", "made_at": clock()}
    rows = [{"key": str(number), **row} for number in range(MAX_TOKENS)]
    await database.run(lambda connection: connection.execute(insert(table), rows))
    with pytest.raises(Overloaded):
        await TokenStore(database, clock, Admission()).create_token("one more", ["read"], LOCAL_PERSON)
