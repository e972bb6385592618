"""Paths as they may stand in a log."""

import re

SHARE_LINK = re.compile(r"^(/+s/+).+", re.IGNORECASE)
RANDOM_WORD = re.compile(r"[\w%~=+.-]{20,}", re.ASCII)
DIGIT, LETTER = re.compile("[0-9]"), re.compile("[A-Za-z]")


def loggable_path(path: str) -> str:
    """Returns a path without what can be a token: a share link's, or a long random word at any other address."""
    path = SHARE_LINK.sub(r"\1***", path)
    return RANDOM_WORD.sub(lambda word: "***" if DIGIT.search(word[0]) and LETTER.search(word[0]) else word[0], path)
