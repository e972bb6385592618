"""What is sent zipped, and what never is."""

import gzip

import pytest

from handlers.site.static_files import static_url
from tests.handlers.accounts.conftest import Open
from tests.handlers.accounts.wire import knock

HOST = ("Host", "localhost")
ZIPS = ("Accept-Encoding", "gzip, deflate, br")


@pytest.mark.parametrize("path", ["/boards/office", static_url("wall.js"), static_url("wall.css")])
async def test_wall_is_the_same_zipped_for_those_who_can_unzip(local: Open, path: str):
    usual = await local()
    plain = await knock(usual.address, path, headers=[HOST], body=True)
    zipped = await knock(usual.address, path, headers=[HOST, ZIPS], body=True)
    assert zipped.headers["content-encoding"] == "gzip"
    assert len(zipped.body) < len(plain.body) * 0.6
    assert gzip.decompress(zipped.body) == plain.body
    assert plain.headers["content-type"] == zipped.headers["content-type"]
    assert "content-encoding" not in plain.headers


async def test_file_that_has_not_changed_is_not_sent_again_zipped_or_not(local: Open):
    usual = await local()
    known = (await knock(usual.address, "/static/wall.js", headers=[HOST, ZIPS])).headers
    assert known["vary"] == "Accept-Encoding"
    for headers in ([HOST], [HOST, ZIPS]):
        again = await knock(usual.address, "/static/wall.js", headers=[*headers, ("If-None-Match", known["etag"])])
        assert again.status == 304


@pytest.mark.parametrize(
    "path", ["/reports", "/reports/top-pages?q=secret", "/reports/top-pages.json", "/tokens", "/links"]
)
async def test_page_with_words_of_its_request_is_never_zipped(local: Open, path: str):
    usual = await local()
    head = await knock(usual.address, path, headers=[HOST, ZIPS])
    assert (head.status, head.headers.get("content-encoding")) == (200, None)
