"""The page on which a person answers a television."""

import pytest

from tests.handlers.accounts.conftest import StartFoyer
from tests.handlers.screens.conftest import approve, read_code


async def test_code_of_the_address_survives_the_sign_in(start_foyer: StartFoyer):
    foyer = await start_foyer()
    television, person = foyer.new_browser(), foyer.new_browser()
    code = await read_code(television)
    asked = await person.open(f"/pair?code={code}")
    assert asked.code == 302
    assert asked.headers["Location"].startswith("/login-page?next=")
    answer = await person.sign_in(f"/pair%3Fcode%3D{code}")
    assert answer.headers["Location"] == f"/pair?code={code}"
    assert code in (await person.open(answer.headers["Location"])).body.decode()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": ""}, "name"),
        ({"board": "nothing"}, "board"),
        ({"diagonal": "large"}, "diagonal"),
        ({"distance": "1e9"}, "distance"),
        ({"replaces": "99"}, "replaces"),
        ({"replaces": "-1"}, "replaces"),
    ],
)
async def test_form_that_is_not_right_keeps_what_was_filled_in(
    start_foyer: StartFoyer, fields: dict[str, str], words: str
):
    foyer = await start_foyer()
    television, person = foyer.new_browser(), foyer.new_browser()
    await person.sign_in()
    code = await read_code(television)
    form = "&".join(
        f"{name}={value}"
        for name, value in (
            {"name": "Hall", "diagonal": "55", "distance": "3", "board": "office", "code": code} | fields
        ).items()
    )
    answer = await person.open("/pair", "POST", form, Origin=person.site)
    assert answer.code == 422
    page = answer.body.decode()
    assert f'id="fault-{words}"' in page
    assert ('value="Hall"' in page) == ("name" not in fields)
    assert "nothing" not in page.split("<form")[-1] or "board" not in fields
    assert await approve(person, code) == 303


async def test_sixth_wrong_code_is_refused_for_ten_minutes(start_foyer: StartFoyer):
    foyer = await start_foyer()
    person = foyer.new_browser()
    await person.sign_in()
    answers = [await person.open("/pair?code=BBBB-BBBB") for _ in range(6)]
    assert [answer.code for answer in answers] == [422, 422, 422, 422, 429, 429]
    assert "4 more times" in answers[0].body.decode()
    assert "You can try again at" in answers[5].body.decode()
    assert (await person.open("/pair?code=hello")).code == 422
