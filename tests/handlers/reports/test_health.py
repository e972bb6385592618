"""/healthz, for monitoring."""

import json

from utilities.model.errors import Unavailable


async def health(server, fetch, **options) -> dict:
    response = await fetch(f"{server.address}/healthz", **options)
    assert response.code == 200
    return json.loads(response.body)


async def test_health_is_ok_before_the_first_readings(server, fetch):
    document = await health(server, fetch)
    assert document["status"] == "ok"
    assert document["readings"] == {"pages": {"state": "waiting", "age": None, "trouble": None}}
    assert document["store"]["kind"] == "memory"
    assert "page_views" in document


async def test_health_has_the_age_of_readings_and_the_quotas(server, fetch):
    server.source.facts = {"quota": {"core": {"tokensPerDay": {"remaining": 1, "limit": 2}}}}
    await server.wait_for_reading("pages")
    server.clock.advance(seconds=90)
    document = await health(server, fetch)
    assert document["readings"]["pages"] == {"state": "live", "age": 90.0, "trouble": None}
    assert document["sources"]["fake"] == server.source.facts


async def test_health_is_degraded_by_a_failed_report_and_hides_its_message(server, fetch):
    server.source.answers["pages"] = Unavailable("the answer of property 12345 did not come")
    await server.wait_for_reading("pages")
    document = await health(server, fetch)
    assert document["status"] == "degraded"
    assert document["readings"]["pages"] == {"state": "failed", "age": None, "trouble": "Unavailable"}
    assert "12345" not in json.dumps(document)


async def test_health_is_degraded_by_an_error_in_a_board_file(server, fetch):
    (server.boards / "office.yaml").write_text("title: [")
    server.services.boards.poll()
    document = await health(server, fetch)
    assert (document["status"], document["boards"]["shown"], document["boards"]["faults"]) == (
        "degraded",
        1,
        ["office"],
    )


async def test_health_needs_no_host_name_sign_in_or_cookie(server, fetch):
    response = await fetch(f"{server.address}/healthz", headers={"Host": "10.0.0.7"})
    assert response.code == 200
    assert "Set-Cookie" not in response.headers
    assert (await fetch(f"{server.address}/healthz", method="HEAD")).code == 200
