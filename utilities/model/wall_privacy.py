"""Takes out of figures for walls what nobody in a room may read: queries, e-mail and network addresses, tokens.

Visitors of a site choose paths, titles, referrers and campaigns, so a wall shows what strangers and other sites write.
"""

import ipaddress
import re
from dataclasses import replace

from utilities.model.frames import Frame, Note, Value

MAIL_MASK, ADDRESS_MASK, TOKEN_MASK = "(e-mail)", "(address)", "(token)"
SUSPECT = re.compile(r"[@?#;&:=]|%40|%3f|\d\.\d|eyJ|[A-Za-z0-9_~-]{20}", re.IGNORECASE)
"""Without a match nothing below can match: most names are looked at once."""

# All of them take linear time: strangers choose the texts.
QUERY = re.compile(r"(?:(?<=\S)[?#]|%3f)[^\s?#=]*=\S*|(?<=\S)[;&][\w.-]{1,60}=\S*", re.IGNORECASE)  # of any text
QUERY_OF_ADDRESS = re.compile(r"(?<!\S)(?P<address>[(\[<\"']?(?:\w{1,20}://|/|[\w.-]{1,253}/)[^\s?#;]*)[?#;]\S*")
USER_OF_ADDRESS = re.compile(r"(?<=://)[^\s/@]+@")
MAIL = re.compile(r"[\w.+'-]{1,64}(?:@|%40)[\w-]{1,63}(?:\.[\w-]{1,63})*", re.IGNORECASE)
NUMBERS = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?!\.?\d)")
COLONS = re.compile(
    r"\[?(?<![\w:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:\.\d{1,3}){0,3}(?:%\w{1,20})?(?![\w:])\]?", re.IGNORECASE
)
SIGNED = re.compile(r"eyJ[\w-]{6,}(?:\.[\w-]*){0,4}")  # JSON web tokens, also cut ones
UUID = re.compile(r"(?<![0-9a-f])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-f])", re.IGNORECASE)
LONG_WORD = re.compile(r"[A-Za-z0-9_~.-]{20,}")
PART_OF_SLUG = re.compile(r"[-.~_]")
MAX_WALL_NAME_CHARS = 2000  # no wall has room for more
MAX_MIXED_WORD_CHARS = 16  # of a part of a slug that has digits and letters; longer ones are nobody's words


def mask_personal(text: str) -> str:
    """Returns a name for a wall: without queries, e-mail and network addresses, and tokens."""
    if not SUSPECT.search(text):
        return text
    text = text[:MAX_WALL_NAME_CHARS]
    masked = QUERY_OF_ADDRESS.sub(lambda match: match["address"], USER_OF_ADDRESS.sub("", text))
    masked = MAIL.sub(MAIL_MASK, QUERY.sub("", masked))
    masked = NUMBERS.sub(_mask_address, COLONS.sub(_mask_address, masked))
    masked = UUID.sub(TOKEN_MASK, SIGNED.sub(TOKEN_MASK, masked))
    return LONG_WORD.sub(_mask_long_word, masked)


def mask_frame(frame: Frame) -> Frame:
    """Returns the frame with masked texts; the same object where nothing has to be masked."""
    rows = tuple(_mask_row(row) for row in frame.rows)
    notes = tuple(_mask_note(note) for note in frame.notes)
    is_same = all(new is old for new, old in zip((*rows, *notes), (*frame.rows, *frame.notes), strict=True))
    return frame if is_same else replace(frame, rows=rows, notes=notes)


def mask_ends(frame: Frame, most: int) -> Frame:
    """Returns the frame with masked texts in its first and last `most` rows, for a table that shows no others."""
    if len(frame.rows) <= 2 * most:
        return mask_frame(frame)
    ends = mask_frame(replace(frame, rows=frame.rows[:most] + frame.rows[-most:]))
    return replace(ends, rows=ends.rows[:most] + frame.rows[most:-most] + ends.rows[most:])


def _mask_row(row: tuple[Value, ...]) -> tuple[Value, ...]:
    if not any(isinstance(value, str) and SUSPECT.search(value) for value in row):
        return row
    masked = tuple(mask_personal(value) if isinstance(value, str) else value for value in row)
    return row if masked == row else masked


def _mask_note(note: Note) -> Note:
    text, row = mask_personal(note.text), note.row and mask_personal(note.row)
    return note if (text, row) == (note.text, note.row) else replace(note, text=text, row=row)


def _mask_address(match: re.Match[str]) -> str:
    """Returns the mask for an address, and text that only looks like one, such as a time, as it is."""
    try:
        address = ipaddress.ip_address(match[0].strip("[]"))
    except ValueError:
        return match[0]
    return ADDRESS_MASK if address.version == 4 or any(letter.isdigit() for letter in match[0]) else match[0]


def _mask_long_word(match: re.Match[str]) -> str:
    """Returns the mask for a word that no person writes: long, with letters and digits mixed."""
    parts = PART_OF_SLUG.split(match[0])
    return TOKEN_MASK if any(len(part) > MAX_MIXED_WORD_CHARS and _is_mixed(part) for part in parts) else match[0]


def _is_mixed(word: str) -> bool:
    digits = sum(letter.isdigit() for letter in word)
    return digits >= 2 and len(word) - digits >= 2
