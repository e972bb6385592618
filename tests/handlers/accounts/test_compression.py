"""Which responses are compressed."""

import gzip

import pytest

from handlers.site.static_files import static_url
from tests.handlers.accounts.conftest import StartFoyer
from tests.handlers.accounts.raw_http import send_request

HOST = ("Host", "localhost")
ZIPS = ("Accept-Encoding", "gzip, deflate, br")


async def test_wall_is_compressed_for_clients_that_accept_gzip(
    start_local_foyer: StartFoyer, subtests: pytest.Subtests
):
    foyer = await start_local_foyer()
    for path in (
        "/boards/office",
        static_url("wall.js"),
        static_url("wall.css"),
    ):
        with subtests.test(path=path):
            plain = await send_request(foyer.address, path, headers=[HOST], body=True)
            zipped = await send_request(foyer.address, path, headers=[HOST, ZIPS], body=True)
            assert zipped.headers["content-encoding"] == "gzip"
            assert len(zipped.body) < len(plain.body) * 0.6
            assert gzip.decompress(zipped.body) == plain.body
            assert plain.headers["content-type"] == zipped.headers["content-type"]
            assert "content-encoding" not in plain.headers


async def test_unchanged_file_is_not_sent_again_compressed_or_not(start_local_foyer: StartFoyer):
    foyer = await start_local_foyer()
    known = (await send_request(foyer.address, "/static/wall.js", headers=[HOST, ZIPS])).headers
    assert known["vary"] == "Accept-Encoding"
    for headers in ([HOST], [HOST, ZIPS]):
        again = await send_request(
            foyer.address, "/static/wall.js", headers=[*headers, ("If-None-Match", known["etag"])]
        )
        assert again.status == 304


async def test_page_that_repeats_its_request_is_never_compressed(
    start_local_foyer: StartFoyer, subtests: pytest.Subtests
):
    foyer = await start_local_foyer()
    for path in (
        "/reports",
        "/reports/top-pages?q=secret",
        "/reports/top-pages.json",
        "/tokens",
        "/links",
    ):
        with subtests.test(path=path):
            head = await send_request(foyer.address, path, headers=[HOST, ZIPS])
            assert (head.status, head.headers.get("content-encoding")) == (200, None)
