"""What a notice says; channels turn it into mail and messages."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

NOTICE_KIND = re.compile(r"[a-z]+(\.[a-z_]+)+")


class NoticeState(StrEnum):
    """Which edge a notice reports."""

    BEGINS = "begins"
    ENDS = "ends"
    TEST = "test"


@dataclass(frozen=True)
class Notice:
    """One edge of one trouble. The notices of its begin and of its end have the same `kind` and `key`.

    Two notices with the same kind, key, state and time are the same notice, and are delivered once.
    """

    kind: str  # like `screen.dark`
    key: str  # what it is about, such as a place or the number of a screen; mail of one key is one thread
    state: NoticeState
    title: str  # one line: "5 of 5 screens in Berlin are dark"
    sentences: tuple[str, ...]  # why, since when, what to do
    at: datetime  # of the edge; the same in every process that reports it
    path: str = ""  # of the page to look at, like /screens; an address is made from it with PUBLIC_URL
    place: str = ""
    facts: tuple[tuple[str, str], ...] = ()  # rows of a name and a text: ("Since", "09:12")

    def __post_init__(self) -> None:
        if not NOTICE_KIND.fullmatch(self.kind):
            raise ValueError("the kind of a notice is words with dots between them, like screen.dark")
        if self.path and not re.match(r"/(?![/\\])", self.path):
            raise ValueError("the path of a notice begins with one slash")
        if self.at.tzinfo is None:
            raise ValueError("the time of a notice has a zone")

    @property
    def identifier(self) -> str:
        """Returns what is the same for this notice in every process and at every try: letters and digits."""
        return _digest(self.kind, self.key, self.state, repr(self.at.timestamp()))

    @property
    def thread(self) -> str:
        """Returns what is the same for all notices of one trouble: letters and digits."""
        return _digest(self.kind, self.key)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
