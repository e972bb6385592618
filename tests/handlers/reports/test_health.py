"""What is said to whoever keeps an eye on Foyer."""

import json

from utilities.model.errors import Unavailable


async def health(desk, fetch, **options) -> dict:
    response = await fetch(f"{desk.address}/healthz", **options)
    assert response.code == 200
    return json.loads(response.body)


async def test_health_is_ok_while_first_answers_are_awaited(desk, fetch):
    told = await health(desk, fetch)
    assert told["status"] == "ok"
    assert told["readings"] == {"pages": {"state": "waiting", "age": None, "trouble": None}}
    assert told["store"]["kind"] == "memory"
    assert "page_views" in told


async def test_health_tells_the_age_of_readings_and_what_is_left_of_quotas(desk, fetch):
    desk.oracle.facts = {"quota": {"core": {"tokensPerDay": {"remaining": 1, "limit": 2}}}}
    await desk.answered("pages")
    desk.clock.pass_by(seconds=90)
    told = await health(desk, fetch)
    assert told["readings"]["pages"] == {"state": "live", "age": 90.0, "trouble": None}
    assert told["sources"]["oracle"] == desk.oracle.facts


async def test_health_is_degraded_when_a_report_has_no_figures_and_keeps_its_words_to_itself(desk, fetch):
    desk.oracle.answers["pages"] = Unavailable("the answer of property 12345 did not come")
    await desk.answered("pages")
    told = await health(desk, fetch)
    assert told["status"] == "degraded"
    assert told["readings"]["pages"] == {"state": "failed", "age": None, "trouble": "Unavailable"}
    assert "12345" not in json.dumps(told)


async def test_health_is_degraded_when_a_board_was_edited_badly(desk, fetch):
    (desk.boards / "office.yaml").write_text("title: [")
    desk.services.boards.poll()
    told = await health(desk, fetch)
    assert (told["status"], told["boards"]["shown"], told["boards"]["faults"]) == ("degraded", 1, ["office"])


async def test_health_answers_under_any_name_without_sign_in_and_sets_no_cookie(desk, fetch):
    response = await fetch(f"{desk.address}/healthz", headers={"Host": "10.0.0.7"})
    assert response.code == 200
    assert "Set-Cookie" not in response.headers
    assert (await fetch(f"{desk.address}/healthz", method="HEAD")).code == 200
