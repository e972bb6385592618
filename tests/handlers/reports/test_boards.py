"""The list of boards, with the errors in board files."""

import logging

from handlers.boards.thumbnail import build_thumbnail
from tests.waiting import wait_until
from utilities.config.boards import read_board
from utilities.model.frames import Column, Frame, ValueKind

BAD = "title: Office\ngrid: {colums: 12}\ntiles: [{report: pages, view: table, place: [1, 1, 12, 12]}]\n"

HALL = """title: Hall
tiles:
  - {report: site-titles, view: table, place: [1, 1, 12, 6]}
  - {report: site-totals, view: number, place: [1, 7, 12, 6]}
"""


async def open_default_wall(server, fetch) -> str:
    response = await fetch(f"{server.address}/wall", follow_redirects=False)
    return response.headers.get("Location", "") or response.body.decode()


async def wait_for_fault(server, board: str) -> None:
    await wait_until(lambda: board in server.services.boards.faults)


async def test_default_wall_is_the_only_board(server, fetch):
    assert await open_default_wall(server, fetch) == "/boards/office"


async def test_desk_of_a_board_refuses_a_mistake_in_the_address_and_keeps_the_form_of_wrong_days(server, fetch):
    misspelt = await fetch(f"{server.address}/boards/office/desk?form=now/d")
    assert (misspelt.code, "perhaps it should be <code>from</code>" in misspelt.body.decode()) == (400, True)
    assert (await fetch(f"{server.address}/boards/office/desk?compare=ture")).code == 400


async def test_boards_with_the_same_title_are_told_apart_by_name(server, fetch):
    folder = server.services.settings.boards_dir
    (folder / "copy.yaml").write_text((folder / "office.yaml").read_text())
    await wait_until(lambda: server.services.boards.get("copy") is not None)
    page = (await fetch(f"{server.address}/boards")).body.decode()
    assert '<span class="quiet"><bdi>copy</bdi></span>' in page
    assert '<span class="quiet"><bdi>office</bdi></span>' in page


def test_picture_of_a_board_has_its_latest_figures_and_invents_none(tmp_path):
    (tmp_path / "hall.yaml").write_text(HALL)
    board = read_board(tmp_path / "hall.yaml")
    title, views = Column("title", "Title", ValueKind.TEXT), Column("views", "Views", ValueKind.INTEGER)
    frames = {
        "site-titles": Frame((title, views), (("A | Example", 2400), ("B | Example", 600))),
        "site-totals": Frame((views,), ((5200,),)),
    }
    table, number = build_thumbnail(board, {}, frames.get).tiles
    assert (table.rows, table.shares) == ((("A", "2,400"), ("B", "600")), (100, 25))
    assert (number.figure, number.points) == ("5,200", "")
    assert [(each.figure, each.rows, each.points) for each in build_thumbnail(board, {}, {}.get).tiles] == [
        ("", (), "")
    ] * 2


async def test_error_in_a_board_file_is_on_the_list_and_once_in_the_log(server, fetch, caplog):
    with caplog.at_level(logging.WARNING):
        (server.boards / "office.yaml").write_text(BAD)
        await wait_for_fault(server, "office")
        (server.boards / "hall.yaml").write_text("title: <b>")
        await wait_for_fault(server, "hall")
    page = await open_default_wall(server, fetch)
    assert "The last edit of the board office is wrong, so its last good version is shown:" in page
    assert "line 2: grid.colums is unknown here; did you mean columns?" in page
    assert "The last edit of the board hall is wrong, so it is not shown:" in page
    assert 'href="/boards/office"' in page
    lines = [
        record.getMessage() for record in caplog.records if record.getMessage().startswith(("office.yaml", "hall.yaml"))
    ]
    assert len(lines) == 2
    assert lines[0].startswith("office.yaml, line ")
    assert "did you mean columns?" in lines[0]
    assert lines[0].endswith("(the last good version is used)")
    assert lines[1].endswith("(it is not used)")
