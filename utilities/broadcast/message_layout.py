"""The type of a message that fills the glass: 200 px of 1080, or less where it needs more than three lines."""

from dataclasses import dataclass

from utilities.model.errors import ParameterError
from utilities.rendering.layout.text_width import text_width

MESSAGE_SIZES = (200, 160, 120)  # px of a screen with 1080 lines, whatever it has
MAX_MESSAGE_LINES = 3
MAX_SMALLEST_LINES = 5
SHORT_SIDE, LONG_SIDE, MARGIN = 1080, 1920, 96
MAX_MESSAGE_CHARS = 200
LETTER_SPACING_EM = -0.02
PHRASE_ENDS = (",", ";", ":", ".", "!", "?", "–")


@dataclass(frozen=True)
class MessageLayout:
    """The size of a message, and its lines, broken by phrase."""

    size: int
    lines: tuple[str, ...]


def check_message(message: str) -> str:
    """Returns the message on one line. Raises ParameterError when it is empty, or too long to be read from the room."""
    text = " ".join(message.split())
    if not text or not text.isprintable():
        raise ParameterError("message", "must be a sentence")
    if len(text) > MAX_MESSAGE_CHARS or not _fits(text, LONG_SIDE) or not _fits(text, SHORT_SIDE):
        raise ParameterError("message", "is too long to be read from the room: write at most about twelve words")
    return text


def _fits(text: str, width: int) -> bool:
    most = MAX_SMALLEST_LINES if width == LONG_SIDE else 2 * MAX_SMALLEST_LINES
    lines = break_lines(text, MESSAGE_SIZES[-1], width - 2 * MARGIN)
    return len(lines) <= most and all(line_width(line, MESSAGE_SIZES[-1]) <= width - 2 * MARGIN for line in lines)


def layout_message(text: str, *, upright: bool = False) -> MessageLayout:
    """Returns the largest size at which a message takes at most three lines, six on an upright screen."""
    room = (SHORT_SIDE if upright else LONG_SIDE) - 2 * MARGIN
    most = MAX_MESSAGE_LINES * (2 if upright else 1)
    for size in MESSAGE_SIZES:
        lines = break_lines(text, size, room)
        if len(lines) <= most and all(line_width(line, size) <= room for line in lines):
            return MessageLayout(size, lines)
    return MessageLayout(MESSAGE_SIZES[-1], break_lines(text, MESSAGE_SIZES[-1], room))


def line_width(line: str, size: int) -> float:
    """Returns the width of a line in px; letters of such a size stand closer, as in static/takeover.css."""
    return text_width(line, size, weight=700) + LETTER_SPACING_EM * size * len(line)


def break_lines(text: str, size: int, room: float) -> tuple[str, ...]:
    """Returns as few lines as the room allows; of those the breaks that are best: behind a phrase, and even."""
    words = text.split()
    best: list[tuple[tuple[int, float], tuple[str, ...]]] = [((0, 0.0), ())]
    for end in range(1, len(words) + 1):
        options = []
        for start in range(end - 1, -1, -1):
            line = " ".join(words[start:end])
            width = line_width(line, size)
            if width > room and start < end - 1:
                break
            (count, cost), lines = best[start]
            is_phrase = end == len(words) or words[end - 1].endswith(PHRASE_ENDS)
            spare = max(room - width, 0) / room
            options.append(((count + 1, cost + spare**2 + (0 if is_phrase else 0.15)), (*lines, line)))
        best.append(min(options))
    return best[-1][1]


@dataclass(frozen=True)
class NameLine:
    """One line of a name, and its width at 100 px."""

    text: str
    width: float


@dataclass(frozen=True)
class NameLayout:
    """A name in one line or two, at 100 px; the glass scales it."""

    lines: tuple[NameLine, ...]

    @property
    def width(self) -> float:
        return max(100.0, *(line.width for line in self.lines))

    @property
    def height(self) -> int:
        return 100 * len(self.lines)


def fit_name(name: str, *, upright: bool = False) -> NameLayout:
    """Returns a name as large as it fits across the glass: in two lines where one would be under 200 px."""
    room = (SHORT_SIDE if upright else LONG_SIDE) - 2 * MARGIN
    words = name.split()
    if len(words) < 2 or room / max(line_width(name, 1), 1) >= MESSAGE_SIZES[0]:
        return NameLayout((_measure_line(name),))
    splits = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words))]
    return NameLayout(
        tuple(map(_measure_line, min(splits, key=lambda both: max(line_width(each, 100) for each in both))))
    )


def _measure_line(text: str) -> NameLine:
    return NameLine(text, round(line_width(text, 100), 1))
