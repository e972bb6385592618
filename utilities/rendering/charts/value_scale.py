"""The scale of values: from where to where an axis goes, and the round numbers on it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from utilities.model.frames import ValueKind
from utilities.rendering.charts.number_formats import is_count

MAX_TICKS = 4  # besides 0
SCALE_HEADROOM = 1.05  # the end of an axis, times the furthest value
TICK_STEPS = (1.0, 2.0, 2.5, 5.0)  # steps between two ticks, times a power of ten
SPARE_TICK_STEPS = (1.5, 3.0, 4.0)  # where those leave a single tick
TICK_STEPS_SECONDS = (
    1,
    2,
    5,
    10,
    15,
    20,
    30,
    60,
    120,
    300,
    600,
    900,
    1200,
    1800,
    3600,
    7200,
    10_800,
    21_600,
    43_200,
    86_400,
)
SPARE_TICK_STEPS_SECONDS = (4, 40, 90, 180, 240, 2400, 5400, 14_400, 28_800)
SECONDS_PER_HOUR = 3600


@dataclass(frozen=True)
class ValueScale:
    """The ends of an axis, which are near the furthest values, and the round numbers between them, lowest first."""

    low: float
    high: float
    ticks: tuple[float, ...]
    kind: ValueKind

    def position(self, value: float) -> float:
        """Returns where a value stands, from 0 at the low end to 1 at the high one."""
        return (value - self.low) / (self.high - self.low)


def build_value_scale(values: Sequence[float], kind: ValueKind, most: int = MAX_TICKS) -> ValueScale:
    """Returns the scale of the values and of 0, with at most `most` ticks besides 0; counts have no halves."""
    low, high = min(0.0, *values, 0.0), max(0.0, *values, 0.0)
    if low == high or (high - low < 1 and (is_count(kind) or kind is ValueKind.SECONDS)):
        high = 1.0  # less is not written
    low, high = low * SCALE_HEADROOM, high * SCALE_HEADROOM
    step = choose_tick_step(low, high, kind, max(1, most))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return ValueScale(low, high, tuple(float(f"{step * place:.12g}") for place in range(first, last + 1)), kind)


def choose_tick_step(low: float, high: float, kind: ValueKind, most: int) -> float:
    """Returns the smallest round step with two to `most` ticks; else a less round one, else one with a single tick."""
    usual, spare = round_steps((high - low) / (most + 1), kind)
    counts = [(step, count_ticks(low, high, step)) for step in (*usual, *spare)]
    for fewest in (2, 1):
        for step, count in counts:
            if fewest <= count <= max(most, fewest):
                return step
    return usual[0]


def round_steps(raw: float, kind: ValueKind) -> tuple[list[float], list[float]]:
    """Returns the round steps from `raw` up and less round ones, each lowest first; those of times are round hours."""
    if kind is ValueKind.SECONDS and raw <= TICK_STEPS_SECONDS[-1]:
        return list(map(float, TICK_STEPS_SECONDS)), list(map(float, SPARE_TICK_STEPS_SECONDS))
    unit = SECONDS_PER_HOUR if kind is ValueKind.SECONDS else 1.0
    power = 10.0 ** math.floor(math.log10(raw / unit))
    usual, spare = (
        [unit * power * times * step for times in (1, 10, 100) for step in steps]
        for steps in (TICK_STEPS, SPARE_TICK_STEPS)
    )
    if is_count(kind):
        usual, spare = ([step for step in steps if step >= 1 and step == int(step)] for steps in (usual, spare))
    return usual, spare


def count_ticks(low: float, high: float, step: float) -> int:
    """Counts the ticks besides 0."""
    return math.floor(high / step + 1e-9) + math.floor(-low / step + 1e-9)
