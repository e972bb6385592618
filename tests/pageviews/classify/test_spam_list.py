"""The operator's own list of referrer spam: what cannot be read is a sentence, not a traceback."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from utilities.model.errors import SettingsError
from utilities.pageviews.classify.classifier import open_classifier
from utilities.pageviews.classify.referrer_spam import SPAM_FILE_NAME

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda file: file.write_bytes("spam.example\nümlaut.example".encode("latin-1")), id="latin-1"),
        pytest.param(lambda file: file.write_bytes("spam.example".encode("utf-16")), id="utf-16"),
        pytest.param(lambda file: file.write_bytes(bytes(range(256))), id="no text"),
        pytest.param(Path.mkdir, id="a folder"),
    ],
)
def test_list_that_cannot_be_read_is_refused_in_words(tmp_path: Path, make: Callable[[Path], object]):
    make(tmp_path / SPAM_FILE_NAME)
    with pytest.raises(SettingsError, match=r"^spammers\.txt in DATA_DIR.*Repair or remove it\.$") as refused:
        open_classifier(tmp_path, None, NOON)
    assert str(tmp_path) not in str(refused.value)


@pytest.mark.parametrize(
    "text", ["\ufeffspam.example\n", "spam.example\r\nother.example\r\n", "# é\n spam.example # x"]
)
def test_list_of_any_editor_is_read(tmp_path: Path, text: str):
    (tmp_path / SPAM_FILE_NAME).write_bytes(text.encode())
    assert open_classifier(tmp_path, None, NOON).spam.is_listed("www.spam.example")
