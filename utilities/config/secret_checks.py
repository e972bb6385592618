"""Recognises secrets in the wrong place, and signing keys that everybody can guess."""

import re
import zlib
from itertools import pairwise

from utilities.redaction import decode_base64, parse_json_object

MIN_KEY_CHARS = 32
MIN_DISTINCT_CHARS = 8
MAX_VALUE_CHARS = 1000
PLACEHOLDER_KEY = re.compile(
    r"change.?me|replace.?me|placeholder|example|insert.?here|your.?(secret|key)|secret.?key|not.?(a|so).?secret"
    r"|super.?secret|token_urlsafe|import secrets|openssl rand|\$\(|\$\{|^<.*>$|…|\.\.\.|^#|://|^\{|-----BEGIN",
    re.IGNORECASE,
)
KEY_MATERIAL = re.compile(r"-----BEGIN|private_key|^(GOCSPX-|ya29\.|AIza|eyJ|gh[pousr]_|xox[abp]-|AKIA|sk[-_])")
CHARACTER_CLASSES = (re.compile("[a-z]"), re.compile("[A-Z]"), re.compile("[0-9]"))


def is_key_material(value: str) -> bool:
    """Whether a value is a key in one of the usual forms: JSON, PEM, base64 of these, or with a known prefix."""
    if KEY_MATERIAL.search(value) or parse_json_object(value) is not None or value.lstrip().startswith("{"):
        return True
    decoded = decode_base64(value)
    return decoded is not None and (decoded.lstrip().startswith("{") or "-----BEGIN" in decoded)


def looks_like_secret(value: str) -> bool:
    """Whether a value that should be public looks like a secret: a key, a URL with a password, or a random token."""
    if is_key_material(value) or re.search(r"://[^/\s]*@", value) or re.search(r"[\x00-\x1f\x7f]", value):
        return True
    return len(value) > MAX_VALUE_CHARS or is_random_token(value)


def is_random_token(value: str) -> bool:
    """Whether a value is one long word of small letters, capitals and digits, as no path, host or name is."""
    one_word = re.fullmatch(r"[\w+=-]{20,}", value, re.ASCII) is not None
    return one_word and all(letters.search(value) for letters in CHARACTER_CLASSES)


def signing_key_fault(keys: tuple[str, ...]) -> str:
    """Returns what is wrong with the keys of SECRET_KEY, as the end of a sentence; '' when nothing is."""
    if not keys:
        return "not set"
    if any(PLACEHOLDER_KEY.search(key) or len(set(key)) == 1 for key in keys):
        return "a placeholder"
    if any(len(key) < MIN_KEY_CHARS for key in keys):
        return "too short"
    return "too easy to guess" if any(is_regular(key) for key in keys) else ""


def is_regular(key: str) -> bool:
    """Whether a key repeats itself, counts up, or uses a few characters only."""
    if len(set(key)) < MIN_DISTINCT_CHARS or len(zlib.compress(key.encode(), 9)) - 8 < len(key) * 0.6:
        return True
    steps = [ord(after) - ord(before) for before, after in pairwise(key)]
    return sum(step in (-1, 0, 1) for step in steps) > len(steps) / 2
