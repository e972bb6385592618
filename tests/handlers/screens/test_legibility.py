"""A person says how large a screen is and how far away people stand, and the glass follows; edges can be moved."""

import re
from urllib.parse import urlencode

import pytest

from handlers.screens.preview import preview_css
from tests.handlers.accounts.browser import Browser
from tests.handlers.accounts.conftest import StartFoyer
from tests.handlers.screens.conftest import FORM, OpenStream, PairTelevision, approve, read_code
from utilities.board_checks import check_screens
from utilities.model.errors import BoardError, NotConfigured
from utilities.rendering.type_steps import Glass


async def post(person: Browser, path: str, **fields: str) -> int:
    return (await person.open(path, "POST", urlencode(fields), Origin=person.site)).code


def edition(page: str) -> str:
    found = re.search(r'data-sheet="([^"]+)"', page)
    assert found, page
    return found[1]


async def test_type_follows_size_and_distance(start_foyer: StartFoyer, pair_television: PairTelevision):
    foyer = await start_foyer()
    television, person = await pair_television(foyer)
    before = edition((await television.open("/tv")).body.decode())
    stream = await OpenStream.open(foyer, television, "/tv/boards/office/stream")
    await stream.read_until("event: beat")
    assert await post(person, "/screens/1/size", diagonal="50", distance="3") == 303
    await stream.read_to_end()  # the page then loads itself again
    after = edition((await television.open("/tv")).body.decode())
    assert after != before
    own, larger = [(await television.open(f"/boards/office/{each}.css")).body.decode() for each in (before, after)]
    size = [float(found[1]) for css in (own, larger) if (found := re.search(r"body { font-size: ([\d.]+)rem", css))]
    assert size[0] < size[1]
    assert "50 inches, seen from 3 m" in (await person.open("/screens/1")).body.decode()


@pytest.mark.parametrize(("diagonal", "distance"), [("0", "3"), ("55", "far"), ("55", "nan"), ("", "")])
async def test_size_that_no_screen_has_is_refused(
    start_foyer: StartFoyer, pair_television: PairTelevision, diagonal: str, distance: str
):
    _, person = await pair_television(await start_foyer())
    assert await post(person, "/screens/1/size", diagonal=diagonal, distance=distance) == 422


async def test_page_names_what_cannot_be_read(start_foyer: StartFoyer, pair_television: PairTelevision):
    _, person = await pair_television(await start_foyer())
    assert "can be read from 3 m" in (await person.open("/screens/1")).body.decode()
    assert await post(person, "/screens/1/size", diagonal="32", distance="9") == 303
    page = (await person.open("/screens/1")).body.decode()
    assert "not from 9 m" in page
    assert "minutes of arc high on 32 inches seen from 9 m" in page
    assert "Tile " in page


async def test_edges_are_moved_from_a_telephone(start_foyer: StartFoyer, pair_television: PairTelevision):
    foyer = await start_foyer()
    television, person = await pair_television(foyer)
    stream = await OpenStream.open(foyer, television, "/tv/show")
    await stream.read_until("event: show")
    director = foyer.services.director
    await director.follow_commands()  # the server's loops do both
    assert await post(person, "/screens/1/calibration") == 303
    await director.programmes.commands.refresh()
    director.send_changes()
    await stream.read_until("/tv/calibrate/")
    path = re.search(r"/tv/calibrate/\d+", stream.text)
    assert path
    glass = (await television.open(path[0])).body.decode()
    assert "all four sides" in glass
    assert (await person.open(path[0])).code in (401, 403, 404)
    assert await post(person, "/screens/1/calibration", **{"safe-area": "2.5"}) == 303
    await director.follow_commands()
    await stream.read_until('"detail":"2.5 %"')
    assert "2.5 %" in (await person.open("/screens/1/calibration")).body.decode()
    assert 'data-safe="2.5"' in (await television.open("/tv")).body.decode()
    for wrong in ("11", "-1", "nan", "wide"):
        assert await post(person, "/screens/1/calibration", **{"safe-area": wrong}) == 422
    stream.writer.close()


async def test_check_names_screen_board_and_tile(start_foyer: StartFoyer, pair_television: PairTelevision):
    foyer = await start_foyer()
    _, person = await pair_television(foyer)
    settings = foyer.services.settings
    assert await check_screens(settings) == "Reception can be read from where people stand"
    assert await post(person, "/screens/1/size", diagonal="32", distance="9") == 303
    with pytest.raises(
        BoardError, match=r"(?s)Reception, office: text is .* minutes of arc high .*Reception, office: tile"
    ):
        await check_screens(settings)


FAR = {"diagonal": "40", "distance": "9"}
REFUSED = (
    r"cannot be read on 40 inches from 9 m\. .*Office: text is [\d.]+ minutes of arc .*tile total-users leaves no room"
)


async def test_screen_is_not_given_what_cannot_be_read_from_there_unless_a_person_insists(start_foyer: StartFoyer):
    foyer = await start_foyer()
    television, person = foyer.new_browser(), foyer.new_browser()
    await person.sign_in()
    code = await read_code(television)
    refusal = await person.open("/pair", "POST", urlencode(FORM | FAR | {"code": code}), Origin=person.site)
    assert refusal.code == 422
    assert re.search(REFUSED, refusal.body.decode())
    assert "Show it all the same" in refusal.body.decode()
    assert await read_code(television) == code
    assert await approve(person, code, **FAR, anyway="1") == 303
    [screen] = await foyer.authenticator.screens.registry.list_screens()
    assert (screen.insisted_by, screen.insisted_at is not None) == (screen.paired_by, True)
    fleet = (await person.open("/screens")).body.decode()
    assert "▲ Cannot be read from 9 m" in fleet
    assert "shown all the same by" in fleet
    assert "Reception is shown all the same, since " in await check_screens(foyer.services.settings)


@pytest.mark.parametrize(("path", "form"), [("shows", {"shows": "office"}), ("board", {"board": "office"})])
async def test_board_that_cannot_be_read_is_refused_wherever_it_is_given(
    start_foyer: StartFoyer, pair_television: PairTelevision, path: str, form: dict[str, str]
):
    foyer = await start_foyer()
    _, person = await pair_television(foyer)
    assert await post(person, "/screens/1/size", **FAR) == 303
    form |= {"minutes": "5"}
    refusal = await person.open(f"/screens/1/{path}", "POST", urlencode(form), Origin=person.site)
    assert refusal.code == 422
    assert re.search(REFUSED, refusal.body.decode())
    assert await post(person, f"/screens/1/{path}", **form, anyway="1") == 303
    registry = foyer.authenticator.screens.registry
    assert [bool(screen.insisted_by) for screen in await registry.list_screens()] == [path == "shows"]
    assert await post(person, "/screens/1/size", diagonal="55", distance="3") == 303
    assert await post(person, f"/screens/1/{path}", **form) == 303
    assert "Cannot be read" not in (await person.open("/screens")).body.decode()


async def test_check_without_screens_says_which_one_it_assumes(start_foyer: StartFoyer):
    foyer = await start_foyer()
    with pytest.raises(NotConfigured, match="55 inches seen from 3 m"):
        await check_screens(foyer.services.settings)


async def test_preview_has_the_exact_size_type_and_edges_of_the_glass(
    start_foyer: StartFoyer, pair_television: PairTelevision
):
    television, person = await pair_television(await start_foyer())
    assert await post(person, "/screens/1/size", diagonal="50", distance="3") == 303
    glass = edition((await television.open("/tv")).body.decode())
    assert await post(person, "/screens/1/calibration", **{"safe-area": "5"}) == 303
    page = await person.open("/screens/1/preview")
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    assert "style=" not in page.body.decode()
    board = (await person.open("/screens/1/preview/office")).body.decode()
    assert edition(board) == glass
    assert "data-stream" not in board  # nothing on a desk is taken for a wall
    assert (await person.open("/screens/1/preview/nothing")).code == 404
    assert "width: 1728px; height: 972px" in (await person.open("/screens/1/preview.css")).body.decode()


@pytest.mark.parametrize(
    ("glass", "scale"),
    [(Glass(55, 3, 3840, 2160), 0.29630), (Glass(55, 3, 1080, 1920), 0.33333), (Glass(34, 1, 2560, 1080), 0.45312)],
)
def test_preview_fits_the_page_of_a_desk(glass: Glass, scale: float):
    assert f"scale({scale:.5f})" in preview_css(glass, 0).splitlines()[-1]
