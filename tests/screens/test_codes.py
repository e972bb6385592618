"""Pairing codes: compared without case and punctuation, and never out of another alphabet."""

from datetime import UTC, datetime, timedelta

import pytest

from utilities.screens.codes import CODE_LETTERS, derive_code, format_code, hash_code, normalize_code

UNTIL = datetime(2026, 11, 28, 9, 50, tzinfo=UTC)


@pytest.mark.parametrize("typed", ["WDJB-MJHT", "wdjbmjht", " wdjb mjht ", "W.D.J.B_M J-H-T", "WDJB–MJHT"])
def test_code_is_compared_without_case_and_punctuation(typed: str):
    assert normalize_code(typed) == "WDJBMJHT"


@pytest.mark.parametrize(
    "typed", ["", "WDJB", "WDJB-MJHTT", "WDJB-MJHA", "WDJB-MJH1", "ẆDJB-MJHT", "-" * 41, "W" * 9000]
)
def test_what_cannot_be_a_code_is_none(typed: str):
    assert normalize_code(typed) == ""


def test_code_is_the_same_for_one_device_and_time_and_another_for_every_other():
    codes = {derive_code(secret, UNTIL + timedelta(minutes=n)) for secret in ("one", "two") for n in range(200)}
    assert len(codes) == 400
    assert derive_code("one", UNTIL) == derive_code("one", UNTIL)
    assert set("".join(codes)) == set(CODE_LETTERS)
    assert all(normalize_code(format_code(code)) == code for code in codes)


def test_stored_code_depends_on_the_key():
    assert hash_code(b"one", "WDJBMJHT") != hash_code(b"two", "WDJBMJHT")
    assert "WDJBMJHT" not in hash_code(b"one", "WDJBMJHT")
