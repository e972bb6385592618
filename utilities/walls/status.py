"""The line at the foot of a wall: how fresh the board is, in one word or a few."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from utilities.frames import State

WORST_FIRST = (State.FAILED, State.STALE, State.AGEING, State.WAITING)


@dataclass(frozen=True)
class Status:
    """`state` is the worst of all tiles."""

    state: State
    text: str


def status(states: Iterable[State], faults: Iterable[str] = ()) -> Status:
    """`live`, or `of 12 tiles 2 stale, 1 ageing`; `faults` are sentences about the board itself."""
    counts = Counter(states)
    worse = [state for state in WORST_FIRST if counts[state]]
    total = sum(counts.values())
    words = [
        f"{counts[state]} {state}" if n else f"{counts[state]} of {total} {state}" for n, state in enumerate(worse)
    ]
    return Status(worse[0] if worse else State.LIVE, " · ".join((", ".join(words) or "live", *faults)))
