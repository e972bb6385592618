"""Tokens on their page and in the API: shown once, listed, revoked, and never made by programs."""

import re
from collections.abc import Awaitable, Callable

from tests.handlers.accounts.browser import Browser
from tests.handlers.accounts.conftest import StartFoyer
from tests.handlers.api.conftest import Program

Programs = Callable[..., Awaitable[Program]]


async def submit_form(one: Browser, form: str) -> str:
    """Returns the page that answers the form."""
    return (await one.open("/tokens", "POST", form)).body.decode()


async def test_person_makes_a_token_sees_it_once_and_revokes_it(start_foyer: StartFoyer, program: Programs):
    asking = await program()
    one = asking.foyer.new_browser()
    await one.sign_in()
    page = await submit_form(one, "name=Deploys&scope=read")
    asking.token = re.findall(r"foyer_[\w-]{43}", page)[0]
    assert (await asking.ask("/api/v1/boards")).code == 200
    page = (await one.open("/tokens")).body.decode()
    assert asking.token not in page
    assert asking.token[-4:] in page
    for words in ("Deploys", "by <bdi>ada@example.com</bdi>", ">now<"):
        assert words in page
    number = re.findall(r"/tokens/(\d+)/revoke", page)[0]
    assert (await one.open(f"/tokens/{number}/revoke", "POST")).code == 303
    assert (await asking.ask("/api/v1/boards")).code == 401
    assert "There is no token yet." in (await one.open("/tokens")).body.decode()


async def test_incomplete_form_is_shown_again_with_its_values(program: Programs):
    one = (await program()).foyer.new_browser()
    await one.sign_in()
    page = await submit_form(one, "name=%3Cb%3EDeploys")
    assert "<code>scope</code> must be at least one of read, push, screens, admin" in page.replace("&#39;", "'")
    assert 'value="&lt;b&gt;Deploys"' in page
    assert "foyer_" not in page


async def test_program_with_admin_lists_and_revokes_but_cannot_make(program: Programs):
    one = await program("admin")
    other = await one.another("read")
    listing = (await one.ask("/api/v1/tokens")).body.decode()
    assert other.token not in listing
    number = re.findall(r'"number":(\d+)', listing)[0]
    assert (await one.ask("/api/v1/tokens", "POST")).code == 405
    assert (await one.ask(f"/api/v1/tokens/{number}", "DELETE")).code == 204
    assert (await one.ask(f"/api/v1/tokens/{number}", "DELETE")).code == 404
    assert (await other.ask("/api/v1/boards")).code == 401
