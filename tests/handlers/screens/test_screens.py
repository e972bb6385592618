"""Televisions from the code to the wall over HTTP: what a screen may read, and how that ends."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from handlers.screens import waiting
from handlers.serving.routes import all_routes
from tests.handlers.accounts.conftest import StartFoyer
from tests.handlers.accounts.raw_http import send_request
from tests.handlers.accounts.test_access import HOST, HTML, ROUTE_CASES, cookie_header, is_answered, is_refused
from tests.handlers.screens.conftest import (
    OLD_TELEVISION,
    SCREEN_COOKIE,
    OpenStream,
    PairTelevision,
    approve,
    read_code,
)
from utilities.accounts.database.tables import screens
from utilities.accounts.signin.attempt_limiter import AttemptLimits
from utilities.screens.model import ScreenPlan, ScreenRecord
from utilities.screens.registry import ScreenRegistry
from utilities.screens.screen_rows import mark_change

STATIC = Path(__file__).parents[3] / "static"


async def test_television_gets_its_wall_and_a_cookie_for_as_long_as_browsers_allow(
    start_foyer: StartFoyer, pair_television: PairTelevision
):
    foyer = await start_foyer()
    waiting_page = (await foyer.new_browser().open("/tv")).body.decode()
    television, person = await pair_television(foyer)
    wall = await television.open("/tv")
    files = set(re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js)\?v=\w+)"', wall.body.decode()))
    assert files
    assert not [file for file in files if file not in waiting_page], (
        "loaded before the approval: see wall_files of tv.html"
    )
    assert 'data-stream="/tv/boards/office/stream' in wall.body.decode()
    assert "way-out" not in wall.body.decode()
    [cookie] = wall.headers.get_list("Set-Cookie")  # renewed at each visit; its flags are checked by Browser
    assert cookie.startswith(f"{SCREEN_COOKIE}={television.cookies[SCREEN_COOKIE]};")
    assert f"Max-Age={400 * 86400}" in cookie
    assert "Reception" in (await person.open("/screens")).body.decode()


@pytest.mark.parametrize("is_paired", [False, True])
async def test_browser_of_a_television_gets_its_wall_or_a_code_and_never_a_sign_in_page(
    start_foyer: StartFoyer, pair_television: PairTelevision, is_paired: bool
):
    foyer = await start_foyer()
    television = (await pair_television(foyer))[0] if is_paired else foyer.new_browser()
    for path in ("/", "/wall", "/boards", "/reports"):
        answer = await television.open(path, User_Agent=OLD_TELEVISION)
        assert (answer.code, answer.headers["Location"]) == (302, "/tv"), path
    assert (b"data-sheet" in (await television.open("/tv")).body) == is_paired


async def test_screen_reaches_what_the_table_allows(start_foyer: StartFoyer, pair_television: PairTelevision):
    foyer = await start_foyer()
    television, _ = await pair_television(foyer)
    for _, row, method in ROUTE_CASES:
        head = await send_request(foyer.address, row[3], method, headers=[HOST, HTML, cookie_header(television)])
        assert is_refused(head) == ("screen" not in row[2]), (row[3], method)
        assert is_answered(head, row[3]), (row[3], method)
        assert not head.location or "nobody" in row[2] or (row[3], head.location) == ("/wall", "/tv"), (row[3], method)


def test_every_route_for_screens_names_a_board_or_is_for_everybody():
    for route in all_routes():
        if "PairedScreen" in {kind.__name__ for kind in route.allow} and "Nobody" not in {
            kind.__name__ for kind in route.allow
        }:
            assert "/boards/([a-z0-9-]+)" in route.pattern or route.any_board


@pytest.mark.slow
@pytest.mark.parametrize("end", ["unpaired", "unpaired elsewhere", "another board"])
async def test_stream_ends_with_the_credential_and_with_the_board(
    start_foyer: StartFoyer, pair_television: PairTelevision, end: str
):
    foyer = await start_foyer()
    television, person = await pair_television(foyer)
    stream = await OpenStream.open(foyer, television, "/tv/boards/office/stream")
    await stream.read_until("event: beat")
    if end == "unpaired":
        answer = await person.open("/screens/1/unpair", "POST", Origin=person.site)
        assert answer.code == 303
    else:  # by another process: this one has only the database to learn it from
        values = {"board": "lobby"} if end == "another board" else {"revoked_at": foyer.clock()}

        def change(connection) -> None:  # type: ignore[no-untyped-def]
            connection.execute(update(screens).values(values))
            mark_change(connection)

        await foyer.database.run(change)
    await stream.read_to_end()
    foyer.clock.shift(timedelta(seconds=3))
    for path in ("/boards/office", "/tv/boards/office", "/tv/boards/office/stream", "/boards/office/stream"):
        assert (await television.open(path, Accept="*/*")).code == (404 if end == "another board" else 401)
    if end == "another board":
        assert "no board to show" in (await television.open("/tv")).body.decode()
    else:
        assert await read_code(television)


async def test_screen_that_is_paired_again_keeps_its_name_and_gets_a_new_credential(
    start_foyer: StartFoyer, pair_television: PairTelevision
):
    foyer = await start_foyer()
    television, person = await pair_television(foyer)
    assert "Welcome back" not in (await television.open("/tv")).body.decode()
    old = television.cookies[SCREEN_COOKIE]
    await person.open("/screens/1/unpair", "POST", Origin=person.site)
    foyer.clock.shift(timedelta(minutes=5))
    code = await read_code(television)
    page = (await person.open(f"/pair?code={code}")).body.decode()
    assert "This was Reception before" in page
    assert re.search(r'<option value="1" selected>Reception, Ground floor', page)
    assert await approve(person, code, replaces="1", name="", board="") == 303
    wall = (await television.open("/tv")).body.decode()
    assert "data-sheet" in wall
    assert "Welcome back, Reception" in wall
    assert television.cookies[SCREEN_COOKIE] != old
    thief = foyer.new_browser()
    thief.cookies[SCREEN_COOKIE] = old
    assert b"data-sheet" not in (await thief.open("/tv")).body
    [screen] = await foyer.authenticator.screens.registry.list_screens()
    assert (screen.number, screen.name, screen.place, screen.board) == (1, "Reception", "Ground floor", "office")


async def test_waiting_television_hears_the_answer_at_once_and_shows_another_code_after_a_refusal(
    start_foyer: StartFoyer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(waiting, "ANSWER_POLL_SECONDS", 3600.0)  # the answer is pushed
    foyer = await start_foyer()
    television, person = foyer.new_browser(), foyer.new_browser()
    await person.sign_in()
    code = await read_code(television)
    assert await read_code(television) == code  # the page loaded again
    stream = await OpenStream.open(foyer, television, "/tv/stream?size=1920x1080")
    await stream.read_until("event: beat")
    page = (await person.open(f"/pair?code={code}")).body.decode()
    assert "1920 × 1080" in page
    assert "127.0.0.1" in page
    assert (await person.open("/pair/refuse", "POST", f"code={code}", Origin=person.site)).code == 303
    await stream.read_until("event: ended")
    await stream.read_to_end()
    foyer.clock.shift(timedelta(seconds=2))
    second = await read_code(television)
    assert second != code
    stream = await OpenStream.open(foyer, television, "/tv/stream")
    await stream.read_until("event: beat")
    assert await approve(person, second) == 303
    await stream.read_until("event: paired")
    await stream.read_to_end()


async def test_waiting_television_hears_that_another_process_has_paired_it(start_foyer: StartFoyer):
    foyer = await start_foyer()
    television = foyer.new_browser()
    code = await read_code(television)
    stream = await OpenStream.open(foyer, television, "/tv/stream")
    await stream.read_until("event: beat")
    own = foyer.authenticator.screens.registry
    elsewhere = ScreenRegistry(foyer.database, foyer.clock, own.requests)
    assert isinstance(await elsewhere.pair_screen(code, "ada", ScreenPlan("Hall", board="office"), "ada"), ScreenRecord)
    await stream.read_until("event: paired")
    await stream.read_to_end()
    assert b"data-sheet" in (await television.open("/tv")).body


async def test_credential_survives_a_restart_and_a_new_secret_key(
    start_foyer: StartFoyer, pair_television: PairTelevision, tmp_path: Path
):
    url = f"sqlite:///{tmp_path}/state.db"
    before = await start_foyer(database_url=url)
    television, _ = await pair_television(before)
    after = await start_foyer(
        database_url=url, secret_key="another-secret-key-of-thirty-two-letters", clock=before.clock
    )
    television.home = after.address
    assert b"data-sheet" in (await television.open("/tv")).body


async def test_new_televisions_are_limited_by_address_and_paired_ones_are_not(
    start_foyer: StartFoyer, pair_television: PairTelevision
):
    foyer = await start_foyer(code_limits=AttemptLimits(per_client=1, in_total=10))
    television, _ = await pair_television(foyer)
    refused = await foyer.new_browser().open("/tv")
    assert (refused.code, refused.headers["Retry-After"]) == (503, "5")
    assert "tries again by itself" in refused.body.decode()
    assert (await television.open("/tv")).code == 200


async def test_without_sign_in_this_machine_pairs_a_television(start_local_foyer: StartFoyer):
    foyer = await start_local_foyer()
    television, person = foyer.new_browser(), foyer.new_browser()
    assert await approve(person, await read_code(television)) == 303
    assert b"data-sheet" in (await television.open("/tv")).body
    assert "foyer-screen" in television.cookies
    await person.open("/screens/1/unpair", "POST", Origin=person.site)
    assert await read_code(television)


async def test_what_a_screen_shows_and_its_zone_are_changed_without_pairing_it_again(
    start_foyer: StartFoyer, pair_television: PairTelevision
):
    foyer = await start_foyer()
    television, person = await pair_television(foyer)
    show = await OpenStream.open(foyer, television, "/tv/show")
    await show.read_until("/tv/boards/office")
    show.writer.close()

    async def change(form: str) -> int:
        return (await person.open("/screens/1/shows", "POST", form, Origin=person.site)).code

    assert await change("shows=nothing") == 422
    wrong = await person.open("/screens/1/shows", "POST", "shows=office&zone=Europe/Berlim", Origin=person.site)
    assert (wrong.code, "did you mean Europe/Berlin?" in wrong.body.decode()) == (422, True)
    assert await change("shows=office&zone=Asia/Tokyo") == 303
    [screen] = await foyer.authenticator.screens.registry.list_screens()
    assert (screen.board, screen.time_zone) == ("office", "Asia/Tokyo")


def test_what_lies_above_a_wall_shares_no_class_with_it():
    above = {name for file in ("screen.css", "show.css") for name in read_classes(STATIC / file)}
    tiles = [STATIC / "wall.css", STATIC / "charts.css", *(STATIC / "views").glob("*.css")]
    assert above and not above & {name for file in tiles for name in read_classes(file)}


def read_classes(file: Path) -> set[str]:
    return set(re.findall(r"\.([a-z][\w-]*)", file.read_text()))
