"""Whatever one file raises is that file's fault, with its line; the other files go on."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.config.test_boards import GOOD
from tests.loop_watch import CallbackTimes, watch_callbacks
from utilities.checkup import check_boards
from utilities.config.boards import Board, Boards
from utilities.config.settings import Settings
from utilities.model.clock import utc_now
from utilities.model.errors import BoardError
from utilities.pageviews.sites.registry import SiteRegistry
from utilities.runtime.watched_files import FILE_GRACE_SECONDS, WatchedFiles
from utilities.services import load_catalogue

REPEATED = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]\n" for level in range(1, 9)
)
TILES = "title: x\ntiles:\n" + "- {report: a, view: b, place: [1, 1, 1, 1]}\n" * 5_000
WRONG_TEXTS = {
    "title: {{ title }}": ", line 1: a key must be a word; {{ … }} is a template that nobody filled in",
    "title: x\n? [a, b]\n": ", line 2: a key must be a word",
    "title: x\nzone: !!python/object:os.system x": ", line 2: has a tag that means nothing here",
    "title: x\nzone: !!binary aGk=": ", line 2: has a tag that means nothing here",
    "title: x\nzone: !!bool maybe": ", line 2: has a value that is no bool",
    "title: x\nzone: !!int ''": ", line 2: has a value that is no int",
    "title: x\ngrid: {columns: .nan}": ", line 2: has a number that is not finite",
    f"title: x\ngrid: {{columns: {'9' * 5000}}}": ", line 2: has a number that is too long",
    f"title: x\ngrid: {{columns: 0x{'f' * 500}}}": ", line 2: has a number that is too long",
    f"title: x\ngrid: {{columns: 0x{'f' * 50}}}": ", line 2: has a number that is too large",
    f"title: x\nzone: 1{':59' * 80_000}": ", line 2: has a number that is too long",
    f"title: x\nzone: 1{':59' * 80_000}.5": ", line 2: has a number that is too long",
    f"title: x\nzone: 1{'_' * 200_000}": ", line 2: has a number that is too long",
    "title: 2026-01-01\ntitle: x": ", line 2: 'title' appears twice",
    "on: x\ntitle: x": ", line 1: on is unknown here",
    "title: &a [*a]": ", line 1: is nested too deeply: an alias repeats what it is part of",
    "title: " + "[" * 5000: ", line 1: is nested too deeply",
    "title: x\nzone: \x07": ", line 2: is not YAML: there is a control character",
    "title: x\ntiles:\n\t- {report: a}": ", line 3: is not YAML: there is a tab at the beginning of a value; indent",
    "title: *nothing": ", line 1: is not YAML: found undefined alias",
    "a: 1\n--- \nb: 2": ": is not YAML",
    REPEATED: ", line 4: has more than 10,000 parts",
    TILES: ", line 911: has more than 10,000 parts",
    "title: " + "x" * 300_000: ": cannot be read: it is larger than 262,144 bytes",
}


def accept(board: Board) -> None:
    """Accepts every board."""


@pytest.fixture
def boards(tmp_path: Path) -> Boards:
    (tmp_path / "office.yaml").write_text(GOOD)
    opened = Boards(tmp_path, accept)
    opened.load()
    return opened


@pytest.mark.parametrize("text", WRONG_TEXTS, ids=lambda text: repr(text[:30]))
def test_wrong_text_is_the_fault_of_its_file_only(boards: Boards, text: str):
    (boards.folder / "a.yaml").write_text(text)
    (boards.folder / "z.yaml").write_text(GOOD)
    assert boards.poll()
    assert {board.name for board in boards} == {"office", "z"}
    assert list(boards.faults) == ["a"]
    assert boards.faults["a"].startswith(f"a.yaml{WRONG_TEXTS[text].partition(':')[0]}")
    assert WRONG_TEXTS[text] in boards.faults["a"]
    (boards.folder / "a.yaml").write_text(GOOD)
    assert boards.poll()
    assert not boards.faults
    assert boards.get("a")


def make_folder(path: Path) -> None:
    path.mkdir()


def make_link_to_nothing(path: Path) -> None:
    path.symlink_to("nowhere")


def make_link_to_itself(path: Path) -> None:
    path.symlink_to(path.name)


def make_device_link(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (make_folder, "cannot be read: it is a folder, not a file"),
        (make_link_to_nothing, "is a link to a file that does not exist"),
        (make_link_to_itself, "cannot be read: Too many levels of symbolic links"),
        (make_device_link, "cannot be read: it is not a file"),
        (os.mkfifo, "cannot be read: it is not a file"),
        (lambda path: path.write_bytes(b"title: x\nzone: \xff\xfe"), "line 2: is not UTF-8 text"),
    ],
)
def test_what_is_no_file_is_a_fault_and_does_not_block(boards: Boards, make: Callable[[Path], None], words: str):
    make(boards.folder / "a.yaml")
    assert boards.poll()
    assert [board.name for board in boards] == ["office"]
    assert words in boards.faults["a"]


@pytest.mark.parametrize("error", [KeyError("x"), RecursionError(), UnicodeEncodeError("utf-8", "x", 0, 1, "y")])
def test_any_error_of_the_check_is_the_fault_of_the_file(tmp_path: Path, error: Exception):
    def check(board: Board) -> None:
        if board.title == "Odd":
            raise error

    (tmp_path / "a.yaml").write_text(GOOD.replace("Office", "Odd"))
    (tmp_path / "office.yaml").write_text(GOOD)
    boards = Boards(tmp_path, check)
    boards.load()
    assert [board.name for board in boards] == ["office"]
    assert f"a.yaml: cannot be used: {type(error).__name__}" in boards.faults["a"]


async def test_many_files_that_change_together_leave_the_event_loop_free(tmp_path: Path):
    catalogue, times = load_catalogue(), CallbackTimes()
    boards = Boards(tmp_path, catalogue.add_board, catalogue.remove_board)
    for number in range(60):
        (tmp_path / f"board-{number}.yaml").write_text(GOOD.replace("top-pages", f"top-page-{number}"))
    with watch_callbacks(times):
        await boards.refresh()
    assert "there is no report 'top-page-59'" in boards.faults["board-59"]
    assert len(boards.faults) == 60
    assert not times.slow


@pytest.mark.parametrize("what", ["moved away", "emptied", "replaced by a file"])
async def test_folder_that_cannot_be_read_leaves_the_last_good_boards(
    boards: Boards, what: str, caplog: pytest.LogCaptureFixture
):
    away = boards.folder.with_name("away")
    boards.folder.rename(away)
    if what == "emptied":
        boards.folder.mkdir()
    elif what == "replaced by a file":
        boards.folder.touch()
    with caplog.at_level("INFO"):
        for _ in range(3):
            await boards.refresh()
        assert [board.name for board in boards] == ["office"]
        fault = boards.folder_fault
        assert fault.startswith("the folder of boards: cannot be read: ")
        if what != "moved away":
            boards.folder.rmdir() if what == "emptied" else boards.folder.unlink()
        away.rename(boards.folder)
        for _ in range(3):
            await boards.refresh()
    assert not boards.folder_fault
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 2
    assert lines[0] == f"{fault} (the last good version is used)"
    assert lines[1] == "the folder of boards can be used again"


def test_file_that_the_disk_did_not_give_is_read_again_although_it_did_not_change(tmp_path: Path):
    (tmp_path / "office.yaml").write_text("good")
    answers: list[str | OSError] = [OSError(errno.EMFILE, "Too many open files"), OSError(errno.EIO, "I/O error"), "x"]
    values: list[str] = []

    def read(path: Path) -> str:
        answer = answers.pop(0)
        if isinstance(answer, OSError):
            raise BoardError(f"cannot be read: {answer.strerror}", file=str(path)) from answer
        return answer

    files = WatchedFiles(
        "a folder", list_paths=tmp_path.iterdir, read=read, accept=lambda _, value: values.append(value)
    )
    assert [bool(files.faults) for _ in range(4) if files.poll() or True] == [True, True, False, False]
    assert (values, answers) == (["x"], [])


def test_file_that_is_gone_has_a_minute_to_come_back(tmp_path: Path):
    now = [0.0]
    for name in ("office", "kitchen"):
        (tmp_path / f"{name}.yaml").write_text(GOOD)
    boards = Boards(tmp_path, accept, monotonic=lambda: now[0])
    boards.load()
    for minutes in (0, 1):
        (tmp_path / "kitchen.yaml").unlink()
        boards.poll()
        now[0] += FILE_GRACE_SECONDS * 0.9
        boards.poll()
        assert boards.get("kitchen")
        if not minutes:
            (tmp_path / "kitchen.yaml").write_text(GOOD)
            boards.poll()
    now[0] += FILE_GRACE_SECONDS * 0.2
    assert boards.poll()
    assert not boards.get("kitchen")


SITES = "sites:\n  - {name: blog, domains: [example.com]}\n"


@pytest.mark.parametrize(
    "text", ["", "sites: []\n", "limits: {address: 5}\n", "sites: [", "sites: {{ sites }}", REPEATED, None]
)
async def test_list_of_sites_that_became_empty_or_wrong_leaves_the_last_good_sites(tmp_path: Path, text: str | None):
    file = tmp_path / "sites.yaml"
    file.write_text(SITES)
    sites = SiteRegistry(file, any_host=False)
    sites.load_file()
    if text is None:
        file.unlink()
    else:
        file.write_text(text)
    for _ in range(2):
        await sites.refresh()
        assert sites.fault
        assert sites.find_site("", "www.example.com").name == "blog"
    file.write_text(SITES.replace("blog", "news"))
    await sites.refresh()
    assert not sites.fault
    assert sites.find_site("", "www.example.com").name == "news"


def test_wrong_list_of_sites_is_named_by_a_command(tmp_path: Path):
    (tmp_path / "sites.yaml").write_text("sites: {{ sites }}")
    with pytest.raises(BoardError, match=r"sites\.yaml, line 1: a key must be a word"):
        SiteRegistry(tmp_path / "sites.yaml", any_host=False).load_file()


async def test_check_lists_unreadable_boards_and_what_has_no_room_on_others(
    tmp_path: Path, settings: Callable[..., Settings]
):
    small = "title: Small\ntiles:\n  - {report: top-pages, view: table, place: [1, 1, 1, 1]}\n"
    (tmp_path / "misspelt.yaml").write_text(small.replace("top-pages", "top-page"))
    (tmp_path / "small.yaml").write_text(small)
    with pytest.raises(BoardError) as wrong:
        await check_boards(settings(boards_dir=tmp_path), utc_now)
    assert "there is no report 'top-page'; did you mean top-pages? There are" in str(wrong.value)
    assert "small.yaml: tile top-pages is too small to be read" in str(wrong.value)
