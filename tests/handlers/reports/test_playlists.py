"""/playlists: what hangs when, and a dry run."""

PLAYLISTS = """\
playlists:
  weekdays:
    title: <Weekdays>
    items:
      - {board: office, days: Mon-Fri, from: 07:30, to: 18:00, skip: empty}
      - {board: offise, priority: -1}
"""


async def test_playlist_page_says_what_hangs_now_and_at_any_moment(server, fetch):
    (server.boards / "playlists.yaml").write_text(PLAYLISTS)
    server.services.playlists.poll()
    listed = (await fetch(f"{server.address}/playlists")).body.decode()
    assert "&lt;Weekdays&gt;" in listed and "<Weekdays>" not in listed
    assert "there is no board &#39;offise&#39;; did you mean office?" in listed
    page = (await fetch(f"{server.address}/playlists/weekdays?at=2026-11-23+17:59")).body.decode()
    assert "Mon 23 Nov, 17:59.</b> Office hangs until 18:00" in page
    assert '07:30–18:00 Office. 18:00–24:00 offise, or what hung before: every board is skipped. "' in page


async def test_playlist_page_refuses_a_mistake_in_the_address_and_says_how_to_write_a_moment(server, fetch):
    (server.boards / "playlists.yaml").write_text(PLAYLISTS)
    server.services.playlists.poll()
    wrong = await fetch(f"{server.address}/playlists/weekdays?at=Tus+17:45")
    assert (wrong.code, "must be a moment" in wrong.body.decode()) == (422, True)
    codes = [
        (await fetch(f"{server.address}/playlists/{rest}")).code
        for rest in ("weekdays?when=now", "weekdays?week=soon", "weekday", "weekdays?week=0001-01-01")
    ]
    assert codes == [400, 400, 404, 200]


async def test_fault_of_the_playlists_is_on_their_page_and_in_the_health(server, fetch):
    (server.boards / "playlists.yaml").write_text(PLAYLISTS)
    server.services.playlists.poll()
    (server.boards / "playlists.yaml").write_text(PLAYLISTS.replace("skip: empty", "skip: emty"))
    server.services.playlists.poll()
    page = (await fetch(f"{server.address}/playlists")).body.decode()
    assert (
        "line 5: playlists.weekdays.items.1.skip: &#39;emty&#39; is nothing that can be skipped; did you mean empty?"
        in page
    )
    assert "the last good playlists are used" in page
    health = (await fetch(f"{server.address}/healthz")).body.decode()
    assert '"file_usable": false' in health
