"""How often the hub of walls does what."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Intervals:
    """Intervals and limits in seconds."""

    beat: float = 4.0  # a wall whose server is gone says so within 10 s; shorter than the idle limit of any proxy
    ageing: float = 1.0  # between checks for aged tiles and ended sessions
    boards: float = 2.0  # between checks for edited boards
    stalled: float = 30.0  # a wall that reads nothing for longer is closed
    farewell: float = 2.0  # for walls to read the last event


DEFAULT_INTERVALS = Intervals()
