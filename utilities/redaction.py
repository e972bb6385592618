"""Masks secret values, and pieces of them, in every text that leaves the process: logs, messages, stored errors."""

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote, quote_plus, unquote

MIN_SECRET_CHARS = 6
"""The shortest piece of a secret that is masked; masking shorter ones would mask ordinary words."""

MASK = "***"
NAMED_SECRET = re.compile(
    r"(?P<name>\b(?:\w*(?:token|secret|password|key)|code|state|nonce|code_verifier|assertion)=)[^&\s\"'<>]+"
    r"|(?P<scheme>\b(?:Bearer|Basic) +)[\w.~+/=-]{6,}"
    r"|(?P<user>://[^/\s:@]*:)[^/\s@]+(?=@)"
    r"|(?P<link>/s/)[^\s?#\"'<>]+"  # a share link: its path is its secret
    r"|(?P<prefix>\b(?:foyer_|GOCSPX-|ya29\.|AIza|eyJ))[\w.-]{20,}",  # our API tokens, keys of Google, signed JSON
    re.IGNORECASE,
)
NAMED_SECRET_HINT = re.compile(
    "=|://|/s/|bearer|basic|foyer_|gocspx-|ya29|aiza|eyj", re.IGNORECASE
)  # without, it cannot match
ADDRESS_WITH_USER = re.compile(r"[a-z][a-z0-9+.-]*://(?P<user>.*)@", re.IGNORECASE | re.DOTALL)
SECRET_PARAMETER = re.compile(r"[?&;]\w*(?:token|secret|password|passwd|key)\w*=([^&;#]+)", re.IGNORECASE)
PEM_BOUNDARY = re.compile(r"-----[A-Z0-9 ]*-----")
PUBLIC_KEY_FIELDS = frozenset(  # of Google's key files: they are the same for everybody, or only names
    {"type", "project_id", "client_email", "client_id", "auth_uri", "token_uri", "universe_domain", "quota_project_id"}
    | {"auth_provider_x509_cert_url", "client_x509_cert_url"}
)
MESSAGE_WORDS = """
    another application change clickhouse client credentials dashboard database default example google localhost
    office password postgresql private production public random secret server service account setting testing
    analytics bearer console country domains endpoint facebook issuer pinterest property provider proxies reddit
    report search session sharedcount source trusted visits visitors website stack_exchange lobsters connection
    refused certificate address
"""
"""Words of messages; a secret that has one of them is still masked around it."""
MAX_DEPTH = 4  # of JSON in base64 in JSON


def _grams(piece: str) -> Iterator[str]:
    """Yields every run of MIN_SECRET_CHARS characters."""
    return (piece[at : at + MIN_SECRET_CHARS] for at in range(len(piece) - MIN_SECRET_CHARS + 1))


WORD_GRAMS = frozenset(gram for word in MESSAGE_WORDS.split() for gram in _grams(word))


class Redactor:
    """Masks every piece of the secrets, and writes `[NAME]` for the other values in `names` (from value to variable).

    Without secrets it still masks every value after `token=`, `code=`, `key=` and the like.
    """

    def __init__(self, secrets: Iterable[str] = (), names: Mapping[str, str] | None = None) -> None:
        self._names = {value: name for value, name in (names or {}).items() if len(value) >= MIN_SECRET_CHARS}
        longest_first = sorted(self._names, key=len, reverse=True)
        self._values = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None
        pieces = {piece.lower() for secret in secrets for piece in _secret_pieces(secret)}
        self._grams = frozenset(gram for piece in pieces for gram in _grams(piece)) - WORD_GRAMS
        self._quads = frozenset(gram[at : at + 4] for gram in self._grams for at in range(3))

    def mask_secrets(self, text: str) -> str:
        """Returns the text without secrets."""
        if self._values and any(value in text for value in self._names):
            text = self._values.sub(lambda match: f"[{self._names[match[0]]}]", text)
        if NAMED_SECRET_HINT.search(text):
            text = NAMED_SECRET.sub(_mask_match, text)
        return self._mask_pieces(text) if self._grams else text

    def _mask_pieces(self, text: str) -> str:
        """Masks every run of characters that also stands in a secret, in any case."""
        lowered = text.lower()
        if len(lowered) != len(text):  # a few letters become two
            lowered = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)
        parts: list[str] = []
        end, grams, quads = 0, self._grams, self._quads
        # Every run of six characters has four that begin at a multiple of three: only around these can it match.
        for near in [at for at in range(0, len(lowered) - 3, 3) if lowered[at : at + 4] in quads]:
            for at in range(max(near - 2, 0), near + 1):
                if lowered[at : at + MIN_SECRET_CHARS] in grams:
                    if at > end or not parts:
                        parts += [text[end:at], MASK]
                    end = at + MIN_SECRET_CHARS
        return "".join([*parts, text[end:]])


def _mask_match(match: re.Match[str]) -> str:
    """Returns what stands before the secret, and the mask."""
    return f"{next(group for group in match.groups() if group)}{MASK}"


def _secret_pieces(secret: str) -> Iterator[str]:
    """Yields what must not be shown of one secret, in each of the forms in which a text can hold it."""
    for part in _secret_parts(secret.strip(), MAX_DEPTH):
        if len(part) < MIN_SECRET_CHARS:
            continue
        decoded = unquote(part)
        for form in {part, decoded}:
            yield form
            yield quote(form, safe="")
            yield quote_plus(form)
            yield json.dumps(form)[1:-1]
            yield repr(form)[1:-1]
            yield from _base64_forms(form)


def _secret_parts(value: str, depth: int) -> Iterator[str]:
    """Yields the parts of a value that are secret: of a URL the password, of JSON its fields, else all of it."""
    if not value or depth == 0:
        return
    fields = parse_json_object(value)
    if fields is not None:
        for name, field in fields.items():
            if name not in PUBLIC_KEY_FIELDS:
                yield from _field_parts(field, depth)
        return
    if "://" in value:
        yield from _address_parts(value)
        return
    yield from PEM_BOUNDARY.split(value)
    decoded = decode_base64(value)
    if decoded is not None:
        yield from _secret_parts(decoded.strip(), depth - 1)


def _field_parts(field: object, depth: int) -> Iterator[str]:
    """Yields the secret parts of one value in JSON."""
    if isinstance(field, str):
        yield from _secret_parts(field, depth - 1)
    elif isinstance(field, list | dict):
        for each in field.values() if isinstance(field, dict) else field:
            yield from _field_parts(each, depth - 1) if depth else ()


def _address_parts(address: str) -> Iterator[str]:
    """Yields the password of a URL, also of one that is written wrongly, and the secrets among its parameters.

    A password with `@`, `/` or `#` in it is read up to the last `@`.
    """
    match = ADDRESS_WITH_USER.match(address)
    if match:
        user, colon, password = match["user"].partition(":")
        yield password if colon else user
    yield from SECRET_PARAMETER.findall(address)


def _base64_forms(text: str) -> Iterator[str]:
    """Yields what the text looks like inside base64, for each of the three places where it can begin."""
    data = text.encode()
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + data).decode("ascii").rstrip("=")
        inner = encoded[(0, 2, 3)[offset] : len(encoded) - (1 if (offset + len(data)) % 3 else 0)]
        if len(inner) > MIN_SECRET_CHARS + 2:
            yield inner
            yield inner.replace("+", "-").replace("/", "_")


def parse_json_object(text: str) -> dict[str, object] | None:
    """Returns the JSON object in the text; None when it is something else. Line breaks inside strings are accepted."""
    if not text.lstrip("\ufeff").lstrip().startswith("{"):
        return None
    try:
        value = json.loads(text.lstrip("\ufeff"), strict=False)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def decode_base64(text: str) -> str | None:
    """Returns the printable text behind base64, of either alphabet; None when it is something else."""
    joined = "".join(text.split()).replace("-", "+").replace("_", "/").rstrip("=")
    if len(joined) < 16:
        return None
    try:
        decoded = base64.b64decode(joined + "=" * (-len(joined) % 4), validate=True).decode("utf-8-sig")
    except ValueError:  # not base64, not text, or not ASCII
        return None
    return decoded if all(letter.isprintable() or letter in "\r\n\t" for letter in decoded) else None
