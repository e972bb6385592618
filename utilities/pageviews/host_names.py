"""Host names in both spellings: ASCII, as requests contain them, and Unicode, as people read them."""

import re
from functools import lru_cache

import idna

MAX_HOST_CHARS = 253
MAX_LABEL_CHARS = 63
PUNYCODE_PREFIX = "xn--"
FORBIDDEN_CHARACTER = re.compile(r"[\x00-\x20#%/:<>?@\[\\\]^|\x7f]")
"""What no browser accepts in a host (URL Standard, forbidden domain code points)."""


@lru_cache(maxsize=4096)
def to_ascii_host(host: str) -> str:
    """Returns the host in lower case and punycode, without a dot at its end, as browsers do (UTS 46, not transitional).

    `straße.example` and `strasse.example` are two hosts, unlike in IDNA 2003. Raises ValueError for an invalid host.
    """
    if not host.isascii():
        try:
            host = idna.uts46_remap(host, std3_rules=False, transitional=False)
        except UnicodeError:  # the message of the library would repeat the host
            raise ValueError("the host is not valid") from None
    labels = [to_ascii_label(label) for label in host.lower().removesuffix(".").split(".")]
    plain = ".".join(labels)
    if FORBIDDEN_CHARACTER.search(plain):
        raise ValueError("the host is not valid")
    if len(plain) > MAX_HOST_CHARS or not all(0 < len(label) <= MAX_LABEL_CHARS for label in labels):
        raise ValueError("the host is not valid")
    return plain


def to_ascii_label(label: str) -> str:
    """Returns one label of a host; UTS 46 has mapped it already."""
    return label if label.isascii() else PUNYCODE_PREFIX + label.encode("punycode").decode("ascii")


@lru_cache(maxsize=4096)
def to_unicode_host(host: str) -> str:
    """Returns the host as people read it; labels that are not valid punycode stay as they are."""
    if not host.isascii():
        try:
            return ".".join(map(to_unicode_label, to_ascii_host(host).split(".")))
        except ValueError:
            return host.lower()
    return ".".join(map(to_unicode_label, host.split("."))) if PUNYCODE_PREFIX in host else host


def to_unicode_label(label: str) -> str:
    """Returns a label of punycode in Unicode, if that is the label's only spelling."""
    if not label.startswith(PUNYCODE_PREFIX):
        return label
    try:
        text = label.removeprefix(PUNYCODE_PREFIX).encode("ascii").decode("punycode")
        return text if to_ascii_host(text) == label else label
    except ValueError:
        return label
