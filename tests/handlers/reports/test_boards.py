"""The list of boards: what is wrong with a board file is told to those inside, and once to the log."""

import asyncio
import logging

BAD = "title: Office\ngrid: {colums: 12}\ntiles: [{report: pages, view: table, place: [1, 1, 12, 12]}]\n"


async def begins(desk, fetch) -> str:
    response = await fetch(f"{desk.address}/", follow_redirects=False)
    return response.headers.get("Location", "") or response.body.decode()


async def until_polled(desk, name: str) -> None:
    async with asyncio.timeout(10):
        while name not in desk.services.boards.faults:  # noqa: ASYNC110 (the hub looks now and then)
            await asyncio.sleep(0.05)


async def test_the_only_board_is_where_people_begin(desk, fetch):
    assert await begins(desk, fetch) == "/boards/office"


async def test_bad_edit_is_told_to_those_who_begin_and_once_to_the_log(desk, fetch, caplog):
    with caplog.at_level(logging.WARNING):
        (desk.boards / "office.yaml").write_text(BAD)
        await until_polled(desk, "office")
        (desk.boards / "hall.yaml").write_text("title: <b>")
        await until_polled(desk, "hall")
    shown = await begins(desk, fetch)
    assert "The last edit of the board office is wrong, so its last good version is shown:" in shown
    assert "line 2: grid.colums is not known here; did you mean columns?" in shown
    assert "The last edit of the board hall is wrong, so it is not shown:" in shown
    assert 'href="/boards/office"' in shown
    told = [record.getMessage() for record in caplog.records if "is not shown" in record.getMessage()]
    assert len(told) == 2
    assert told[0].startswith("the last edit of board office is not shown: ")
    assert "did you mean columns?" in told[0]
