"""The readings on disk, which may be bad, full or read-only."""

import json
import os
import shutil

import pytest

from tests.store.test_store import reading
from utilities.model.clock import utc_now
from utilities.store import data_scope
from utilities.store.reading_codec import MAX_READING_BYTES, encode_reading


@pytest.fixture
def folder(settings):
    path = settings().data_dir / "readings" / data_scope(settings())
    path.mkdir(parents=True)
    return path


MOMENT = "2026-11-20T10:00:00Z"


def changed(**parts) -> bytes:
    """A good file with some of the reading's parts replaced."""
    whole = json.loads(encode_reading(reading(), 0))
    whole["reading"] |= parts
    return json.dumps(whole).encode()


def frame(**parts) -> dict:
    return json.loads(encode_reading(reading(), 0))["reading"]["frame"] | parts


BAD = {
    "nothing": b"",
    "truncated": encode_reading(reading(), 0)[:-40],
    "not JSON": b"<script>alert(1)</script>",
    "another type": b'"text"',
    "binary": os.urandom(500),
    "deep": b"[" * 100_000,
    "50 MB": b"{" + b" " * 50_000_000 + b"}",
    "of another report": encode_reading(reading("other"), 0),
    "short row": changed(frame=frame(rows=[["/"]])),
    "text for a number": changed(frame=frame(rows=[["/", "<script>", 1]])),
    "a number for text": changed(frame=frame(rows=[[1, 1.0, 1]])),
    "an unknown kind": changed(frame=frame(columns=[{"key": "a", "heading": "A", "kind": "html"}])),
    "no time": changed(taken_at=None),
    "local time": changed(taken_at="2026-11-20T10:00:00+02:00"),
    "no zone": changed(taken_at="2026-11-20T10:00:00"),
    "the far future": changed(taken_at="2999-01-01T00:00:00Z"),
    "no number": changed(frame=frame(rows=[["/", 1.0, "NUMBER"]])).replace(b'"NUMBER"', b"NaN"),
    "endless": changed(frame=frame(rows=[["/", 1.0, "NUMBER"]])).replace(b'"NUMBER"', b"1e999"),
    "nobody could write it down": changed(frame=frame(rows=[["/", 1.0, 10**400]])),
    "never asked again": changed(
        trouble={
            "message": "",
            "kind": "Unavailable",
            "since": MOMENT,
            "attempts": 1,
            "retry_at": "2999-01-01T00:00:00Z",
        }
    ),
    "old schema": json.dumps({"report": "top-pages", "rows": []}).encode(),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
async def test_a_bad_file_is_nothing_and_counted_and_the_others_are_read(folder, open_one, bad):
    (folder / "top-pages.json").write_bytes(bad)
    (folder / "good.json").write_bytes(encode_reading(reading("good"), 0))
    store = await open_one()
    assert store.latest("top-pages") is None
    assert store.latest("good") is not None
    assert store.health()["bad_values"] == 1
    assert await store.write(reading(), await store.acquire_lease("top-pages", 5))


async def test_the_newest_of_many_writes_is_on_disk(folder, open_one):
    store = await open_one()
    lease = await store.acquire_lease("top-pages", 5)
    for _ in range(50):
        last = reading()
        await store.write(last, lease)
    await store.close()
    assert [path.name for path in folder.iterdir()] == ["top-pages.json"]
    assert (await open_one()).latest("top-pages") == last


async def test_a_disk_that_takes_nothing_costs_a_line_in_the_log(folder, open_one, caplog):
    store = await open_one()
    shutil.rmtree(folder)
    folder.write_text("a file where the folder should be")
    lease = await store.acquire_lease("top-pages", 5)
    for _ in range(5):
        assert await store.write(reading(), lease)
    store.disk_cache.writer.submit(int).result()
    assert store.latest("top-pages") is not None
    assert len(caplog.records) == 1
    assert (store.health()["answers"], store.health()["writes"]) == (True, False)
    folder.unlink()
    await store.write(reading(), lease)
    store.disk_cache.writer.submit(int).result()
    assert store.health()["writes"] is True


async def test_a_data_dir_that_cannot_be_made_does_not_stop_the_start(settings, tmp_path, open_one):
    (tmp_path / "file").write_text("")
    store = await open_one(data_dir=tmp_path / "file" / "var")
    assert store.latest("top-pages") is None


async def test_a_reading_too_large_to_keep_is_shown_all_the_same(open_one):
    store = await open_one()
    large = reading(frame=reading().frame.with_column(reading().frame.columns[0], ["x" * MAX_READING_BYTES, ""]))
    assert await store.write(large, await store.acquire_lease("top-pages", 5))
    assert store.latest("top-pages") == large


async def test_old_figures_are_there_with_their_age(folder, open_one):
    (folder / "top-pages.json").write_bytes(changed(taken_at="2026-01-01T00:00:00Z"))
    store = await open_one()
    assert store.latest("top-pages").age_at(utc_now()).days > 200


async def test_what_nobody_has_written_for_two_weeks_is_thrown_away(folder, open_one):
    other = folder.parent / "anotherscope"
    other.mkdir()
    old, new = utc_now().timestamp() - 16 * 86_400, utc_now().timestamp() - 13 * 86_400
    for path, written in (
        (folder / "gone.json", old),
        (folder / "tmpabcdef", old),
        (other / "top-pages.json", old),
        (folder / "top-pages.json", new),
        (other / "people-sources.json", new),
    ):
        path.write_bytes(encode_reading(reading(path.stem), 0))
        os.utime(path, (written, written))
    store = await open_one()
    assert store.latest("top-pages") is not None
    kept = {path.relative_to(folder.parent).as_posix() for path in folder.parent.glob("*/*")}
    assert kept == {f"{folder.name}/top-pages.json", "anotherscope/people-sources.json"}
