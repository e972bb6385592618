"""Pairing codes in the form of RFC 8628, 6.1: eight letters that cannot be mistaken, and are no words."""

import hashlib
import hmac
import re
from datetime import datetime

CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
CODE_LENGTH = 8
MAX_TYPED_CODE_CHARS = 40
CODE_SEPARATORS = re.compile(r"[\s\W_]+")


def derive_code(secret: str, until: datetime) -> str:
    """Returns the code that a device with this secret shows until then.

    It is derived and not stored, so that a page that is loaded again shows the same one.
    """
    digest = hmac.digest(secret.encode(), f"pairing code until {int(until.timestamp())}".encode(), "sha256")
    number, letters = int.from_bytes(digest), ""
    for _ in range(CODE_LENGTH):
        number, index = divmod(number, len(CODE_LETTERS))
        letters += CODE_LETTERS[index]
    return letters


def normalize_code(typed: str) -> str:
    """Returns the code as it is compared, without case and punctuation; '' for what cannot be one."""
    if len(typed) > MAX_TYPED_CODE_CHARS:
        return ""
    letters = CODE_SEPARATORS.sub("", typed).upper()
    return letters if len(letters) == CODE_LENGTH and set(letters) <= set(CODE_LETTERS) else ""


def format_code(code: str) -> str:
    """Returns a code as it is shown: `WDJB-MJHT`."""
    return f"{code[:4]}-{code[4:]}"


def hash_code(key: bytes, code: str) -> str:
    """Returns what is stored of a code. There are few enough codes to try all of them, so it needs a key."""
    return hmac.new(key, b"pairing code " + code.encode(), hashlib.sha256).hexdigest()
