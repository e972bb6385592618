"""The summary of an import: what each line of a log is."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from utilities.pageviews.log_import.line_kinds import LineKind
from utilities.pageviews.log_import.line_parser import KNOWN_FORMATS

SHOWN_LINES = 5  # unreadable lines in the summary
SHOWN_SHAPE_CHARS = 60
SHAPE_RUNS = ((re.compile(r"[^\W\d_]+"), "a"), (re.compile(r"\d+"), "9"))
INDENT = " " * 15
NOT_READ = (LineKind.BLANK, LineKind.UNREADABLE, LineKind.CUT_OFF)


@dataclass
class ImportSummary:
    """The summary of one log; `unreadable` has the numbers of the first unreadable lines, with the reason."""

    path: Path
    lines: int = 0
    kinds: Counter[LineKind] = field(default_factory=Counter)
    unreadable: list[str] = field(default_factory=list)
    new: int = 0  # page views that were not in the store before
    is_truncated: bool = False  # a compressed file that is incomplete
    first_time: float = float("inf")  # of the first line that can be read
    without_host: int = 0  # lines that belong to no site because neither they nor the command name one
    without_agent: int = 0  # bots, because the client sent no user-agent

    @property
    def is_unknown_format(self) -> bool:
        """Whether the log has lines and none of them can be read."""
        return self.lines > self.kinds[LineKind.BLANK] and not any(
            count for kind, count in self.kinds.items() if kind not in NOT_READ
        )

    def add_unreadable(self, reason: str, text: str, number: int) -> None:
        """Counts an unreadable line, the `number`th of the file.

        Of its text only the shape is remembered, which identifies nobody.
        """
        self.kinds[LineKind.UNREADABLE] += 1
        if len(self.unreadable) < SHOWN_LINES:
            shape = text_shape(text)
            self.unreadable.append(f"line {number:,}: {reason}" + (f" ({shape})" if shape else ""))

    def text_lines(self) -> Iterator[str]:
        """Yields the lines of the summary."""
        yield f"{self.path}: {self.lines:,} lines"
        yield f"{self.new:>14,} new page views"
        for kind in reversed(LineKind):
            if self.kinds[kind] or kind in (LineKind.PAGE, LineKind.UNREADABLE):
                yield f"{self.kinds[kind]:>14,} {kind}"
        yield from (f"{INDENT}{line}" for line in self.unreadable)
        yield from (f"{INDENT}{line}" for line in self._remarks())

    def _remarks(self) -> Iterator[str]:
        """Yields sentences about what a reader would not expect."""
        if self.is_truncated:
            yield "The file is truncated: the rest of it cannot be unpacked."
        if self.is_unknown_format:
            yield f"No line can be read. These formats can: {KNOWN_FORMATS}."
        if self.kinds[LineKind.OLD]:
            yield (
                "Lines that are older than the site keeps are not stored. retention_months in boards/sites.yaml says "
                "how long that is."
            )
        if self.without_host:
            yield f"{self.without_host:,} pages have no domain. --site NAME says to which site they belong."
        if self.kinds[LineKind.FOREIGN] and not self.kinds[LineKind.PAGE]:
            yield "Every page has a host that is no site's: boards/sites.yaml has the domains of each site."
        if self.kinds[LineKind.BOT] and not self.kinds[LineKind.PAGE]:
            listed = self.kinds[LineKind.BOT] - self.without_agent
            yield (
                f"Every page view is a bot's: {self.without_agent:,} clients sent no user-agent, and "
                f"{listed:,} sent one of the list of bots."
            )


def text_shape(text: str) -> str:
    """Returns the beginning of a text with `a` for each word and `9` for each number: `9.9.9.9 - - [9/a/9:9`."""
    text = text[: SHOWN_SHAPE_CHARS * 4]
    for pattern, sign in SHAPE_RUNS:
        text = pattern.sub(sign, text)
    return ascii(text[:SHOWN_SHAPE_CHARS])[1:-1]
