"""Text from outside is made fit to be shown."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from utilities.model.text import clean_text


def test_bidi_and_control_characters_are_taken_out() -> None:
    assert clean_text("\ufeffinvoice\u202efdp.exe\x00\x1b[31m\u2066") == "invoicefdp.exe[31m"


def test_line_breaks_and_runs_of_spaces_become_one_space() -> None:
    assert clean_text("  Two\r\nlines\t\u00a0and\u2028more ") == "Two lines and more"


def test_markup_is_left_for_whoever_escapes() -> None:
    assert clean_text('<b onclick="x">&amp;</b>') == '<b onclick="x">&amp;</b>'


def test_decomposed_letters_are_composed() -> None:
    assert clean_text("Co\u0302te d'Ivoire") == "Côte d'Ivoire"


def test_emoji_families_and_persian_spelling_keep_their_joiners() -> None:
    assert clean_text("\U0001f469\u200d\U0001f467 می\u200cخواهم") == "\U0001f469\u200d\U0001f467 می\u200cخواهم"


def test_characters_newer_than_the_table_of_python_are_kept_and_noncharacters_are_not() -> None:
    assert clean_text("Love \U0001fa77 \U0001faea\uffff\ufdd0\U000e0fff!") == "Love \U0001fa77 \U0001faea!"


def test_long_text_ends_in_an_ellipsis() -> None:
    assert clean_text("a" * 400, limit=300) == "a" * 299 + "…"


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_cleaned_text_is_bounded_and_clean_already(text: str, limit: int) -> None:
    once = clean_text(text, limit)
    assert len(once) <= limit
    assert clean_text(once, limit) == once
    assert not any(unicodedata.category(c) in {"Cc", "Cs"} for c in once)
