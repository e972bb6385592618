"""A file is noticed when it changes, appears or goes."""

import os
from pathlib import Path

from utilities.runtime.watched_file import WatchedFile


def test_file_that_appears_changes_and_goes_is_noticed_once_each_time(tmp_path: Path):
    path = tmp_path / "file"
    watched = WatchedFile(path)
    assert not watched.poll()
    path.write_text("one")
    assert [watched.poll(), watched.poll()] == [True, False]
    path.write_text("longer")
    assert [watched.poll(), watched.poll()] == [True, False]
    path.unlink()
    assert [watched.poll(), watched.poll()] == [True, False]


def test_file_that_is_replaced_by_one_of_the_same_size_and_time_is_noticed(tmp_path: Path):
    path, other = tmp_path / "file", tmp_path / "other"
    path.write_text("one")
    watched = WatchedFile(path)
    watched.poll()
    other.write_text("two")
    facts = path.stat()
    os.utime(other, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    other.replace(path)
    assert watched.poll()


def test_change_made_by_this_process_is_not_reported(tmp_path: Path):
    watched = WatchedFile(tmp_path / "file")
    watched.path.touch()
    watched.poll()
    assert not watched.poll()
