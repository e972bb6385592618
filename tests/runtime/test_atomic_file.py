"""Files are replaced in one step, and nothing stays behind after a failure."""

from pathlib import Path

import pytest

from utilities.runtime.atomic_file import PRIVATE_MODE, create_file_atomically, replace_file_atomically, write_draft


@pytest.mark.parametrize("sync", [False, True])
def test_content_is_replaced_and_no_draft_is_left(tmp_path: Path, sync: bool):
    path = tmp_path / "new" / "file.json"
    replace_file_atomically(path, b"one", sync=sync)
    replace_file_atomically(path, b"two", sync=sync, mode=PRIVATE_MODE)
    assert path.read_bytes() == b"two"
    assert path.stat().st_mode & 0o777 == PRIVATE_MODE
    assert list(path.parent.iterdir()) == [path]


def test_failure_leaves_the_old_content(tmp_path: Path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(ValueError, match="bad"), write_draft(path) as draft:
        draft.write_bytes(b"half")
        raise ValueError("bad")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_folder_that_cannot_be_made_is_an_error_of_the_system(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        replace_file_atomically(tmp_path / "file" / "below", b"")


def test_existing_file_is_not_replaced_when_it_is_to_be_created(tmp_path: Path):
    path = tmp_path / "file"
    assert create_file_atomically(path, b"one", mode=PRIVATE_MODE, sync=True)
    assert not create_file_atomically(path, b"two")
    assert path.read_bytes() == b"one"
    assert path.stat().st_mode & 0o777 == PRIVATE_MODE
    assert list(tmp_path.iterdir()) == [path]
