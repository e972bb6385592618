"""Each use of a cookie, a token or a share link is checked against today's settings, from what is stored."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update

from demo.openid import DOMAIN
from tests.handlers.accounts.browser import Browser
from tests.handlers.accounts.conftest import FoyerServer, Provider, StartFoyer
from utilities.accounts.admission import Admission, Maker
from utilities.accounts.database.tables import links, people, sessions, tokens

pytestmark = pytest.mark.slow  # each test starts several servers

LINK_FORM = "report=site-by-day&days=7"
TOKEN_FORM = "name=nightly&scope=read"


@dataclass
class Holder:
    """Somebody with a cookie, a token and a share link, made at one Foyer."""

    browser: Browser
    token: str
    link: str

    @classmethod
    async def create(cls, foyer: FoyerServer) -> "Holder":
        browser = foyer.new_browser()
        if foyer.authenticator.sign_in is not None:
            await browser.sign_in()
        made = await browser.open("/tokens", "POST", TOKEN_FORM, Origin=foyer.site)
        linked = await browser.open("/links", "POST", LINK_FORM, Origin=foyer.site)
        token, link = re.search(rb"foyer_[\w-]{43}", made.body), re.search(rb"/s/[\w-]+\.svg", linked.body)
        assert token and link
        return cls(browser, token[0].decode(), link[0].decode())

    async def statuses_at(self, foyer: FoyerServer) -> list[int]:
        """Returns the status that the cookie, the token and the link get at another Foyer."""
        mine, anybody = foyer.new_browser(), foyer.new_browser()
        mine.cookies = dict(self.browser.cookies)
        return [
            (await mine.open("/reports")).code,
            (await anybody.open("/api/v1/boards", Authorization=f"Bearer {self.token}")).code,
            (await anybody.open(self.link)).code,
        ]


async def test_what_was_made_goes_on_working_after_a_restart(start_foyer: StartFoyer, database_url: str):
    holder = await Holder.create(await start_foyer(database_url=database_url))
    assert await holder.statuses_at(await start_foyer(database_url=database_url)) == [200, 200, 503]


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"allowed_domains": ("other.example",)}, id="domain removed"),
        pytest.param({"google_client_id": "another"}, id="client changed"),
        pytest.param({"oidc_issuer": "https://accounts.google.com"}, id="issuer changed"),
    ],
)
async def test_what_was_made_ends_when_the_settings_change(
    start_foyer: StartFoyer, database_url: str, changed: dict[str, Any]
):
    holder = await Holder.create(await start_foyer(database_url=database_url))
    assert await holder.statuses_at(await start_foyer(database_url=database_url, **changed)) == [302, 401, 404]
    assert await holder.statuses_at(await start_foyer(database_url=database_url)) == [200, 200, 503], "changed back"


async def test_what_was_made_ends_when_the_account_belongs_to_a_removed_domain(
    start_foyer: StartFoyer, provider: Provider
):
    """Checks the domain that manages the account (`hd`), and not only the one in the address."""
    provider.openid.lies.claims = {"hd": "subsidiary.example"}
    both = ("example.com", "subsidiary.example")
    holder = await Holder.create(await start_foyer(allowed_domains=both))
    assert await holder.statuses_at(await start_foyer(allowed_domains=both)) == [200, 200, 503]
    assert await holder.statuses_at(await start_foyer(allowed_domains=(DOMAIN,))) == [302, 401, 404]


async def test_what_was_made_without_sign_in_ends_when_people_sign_in(
    start_foyer: StartFoyer, start_local_foyer: StartFoyer
):
    holder = await Holder.create(await start_local_foyer(tokens_without_sign_in=True))
    assert await holder.statuses_at(await start_foyer()) == [302, 401, 404]


async def test_what_people_made_ends_when_nobody_signs_in(start_foyer: StartFoyer, start_local_foyer: StartFoyer):
    holder = await Holder.create(await start_foyer())
    assert (await holder.statuses_at(await start_local_foyer()))[1:] == [401, 404]


async def test_what_a_removed_person_made_ends_while_foyer_runs(start_foyer: StartFoyer, database_url: str):
    foyer = await start_foyer(database_url=database_url)
    holder = await Holder.create(foyer)
    await foyer.database.run(lambda connection: connection.execute(delete(people)))
    foyer.clock.shift(timedelta(seconds=6))
    assert await holder.statuses_at(foyer) == [302, 401, 404]
    page = await new_session(foyer)
    assert (await page.open("/tokens")).body.count(b"no longer valid") == 1
    assert (await page.open("/links")).body.count(b"no longer valid") == 1
    assert await holder.statuses_at(foyer) == [302, 401, 404], "the person has a new row"


async def new_session(foyer: FoyerServer) -> Browser:
    browser = foyer.new_browser()
    await browser.sign_in()
    return browser


async def test_number_of_a_removed_person_given_to_another_opens_nothing(start_foyer: StartFoyer, provider: Provider):
    """Checks a person removed by hand, without foreign keys: SQLite uses the highest number again."""
    foyer = await start_foyer()
    holder = await Holder.create(foyer)
    foyer.clock.shift(timedelta(minutes=1))

    def replace_person(connection: Any) -> None:
        connection.execute(update(people).values(subject="eve", email="eve@example.com", first_seen=foyer.clock()))

    await foyer.database.run(replace_person)
    foyer.clock.shift(timedelta(seconds=6))
    assert await holder.statuses_at(foyer) == [302, 401, 404]


async def test_rows_of_an_older_foyer_are_adopted_once(start_foyer: StartFoyer, database_url: str):
    first = await start_foyer(database_url=database_url)
    holder = await Holder.create(first)

    def forget(connection: Any) -> None:
        for table in (sessions, tokens, links):
            connection.execute(update(table).values(sign_in=None))
        connection.execute(update(people).values(domain=None))

    await first.database.run(forget)
    assert await holder.statuses_at(await start_foyer(database_url=database_url)) == [200, 200, 503]
    other = await start_foyer(database_url=database_url, google_client_id="another")
    assert await holder.statuses_at(other) == [302, 401, 404]


@pytest.mark.parametrize(
    ("maker", "is_admitted"),
    [
        (Maker("now", "ada@example.com", "example.com"), True),
        (Maker("now", "ada@example.com", None), True),
        (Maker("now", "ADA@EXAMPLE.COM", "example.com"), True),
        (Maker("now", "ada@example.com", "other.example"), False),
        (Maker("now", "ada@example.com.evil", "example.com"), False),
        (Maker("now", "ada@sub.example.com", "example.com"), False),
        (Maker("now", None, None), False),
        (Maker("before", "ada@example.com", "example.com"), False),
        (Maker("", "ada@example.com", "example.com"), False),
        (Maker(None, "ada@example.com", "example.com"), False),
    ],
)
def test_maker_is_admitted_by_sign_in_and_domains(maker: Maker, is_admitted: bool):
    assert Admission("now", ("example.com",)).admits(maker) == is_admitted
    assert Admission().admits(maker) == (maker.sign_in == "")
