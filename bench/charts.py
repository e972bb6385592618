"""One chart as SVG, warm, beside matplotlib drawing the same series in the same run."""

import gc
import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import IO

from bench.results import Result
from utilities.model.frames import Column, Frame, ValueKind
from utilities.rendering.charts.engine import ChartEngine
from utilities.rendering.charts.svg import clean_svg
from utilities.rendering.layout import Box
from utilities.rendering.views.line import Options, line_chart

ROUNDS = 9
ONE_AFTER_THE_OTHER = 30  # drawings of one side, then as many of the other: both are warm
WARM = 400  # drawings before the first that counts: V8 compiles what it has seen often
EVERY = 3  # so many days from one name to the next, as we draw it
BOX = Box(960, 480, 16, 20)
Taken = tuple[float, float]  # seconds of processor time, and by the clock
KEYS = ("visitors", "visits", "views")


def measure(folder: Path) -> Iterator[Result]:
    engine = ChartEngine()
    gc.collect()
    gc.freeze()  # as the server does when it has begun
    with matplotlib(folder) as (ask, answers):
        for seed in range(WARM):
            drawn(engine, frame(seed))
        rounds = [pair(engine, frames(seed), ask, answers) for seed in range(ROUNDS + 1)][1:]
    engine.discard_context()
    gc.unfreeze()
    ratios = sorted(theirs[0] / ours[0] for ours, theirs in rounds)
    ours, theirs = ([1000 * median(each[side][clock] for each in rounds) for clock in (0, 1)] for side in (0, 1))
    yield Result(
        "chart SVG, warm: how many times as fast as matplotlib draws the same series",
        median(ratios),
        ">=",
        8.0,
        f"{ours[0]:.1f} ms and {theirs[0]:.1f} ms of processor time, all threads; "
        f"{ours[1]:.1f} ms and {theirs[1]:.1f} ms by the clock; three lines of 28 days, median of {ROUNDS} pairs of "
        f"{ONE_AFTER_THE_OTHER} drawings each "
        f"({ratios[ROUNDS // 4]:.1f} to {ratios[-ROUNDS // 4]:.1f} for the middle half)",
    )


def frame(seed: int) -> Frame:
    """Other figures each time, for nothing may come from a cache."""
    chance = random.Random(seed)
    columns = (Column("date", "Day", ValueKind.DATE), *(Column(key, key.title(), ValueKind.INTEGER) for key in KEYS))
    first = date(2026, 10, 24)
    days = ((first + timedelta(days=at)).isoformat() for at in range(28))
    return Frame(columns, tuple((day, *(chance.randrange(4000) for _ in KEYS)) for day in days))


def frames(seed: int) -> list[Frame]:
    return [frame(seed * ONE_AFTER_THE_OTHER + each) for each in range(ONE_AFTER_THE_OTHER)]


def pair(engine: ChartEngine, shown: list[Frame], ask: IO[str], answers: IO[str]) -> tuple[Taken, Taken]:
    """For each drawing, from the figures to the finished SVG: ours, with its option and its cleaning, and theirs."""
    begun = time.process_time(), time.perf_counter()
    for each in shown:
        drawn(engine, each)
    work, seconds = time.process_time() - begun[0], time.perf_counter() - begun[1]
    theirs = [plotted(each, ask, answers) for each in shown]
    times = len(shown)
    return (work / times, seconds / times), (sum(t[0] for t in theirs) / times, sum(t[1] for t in theirs) / times)


def drawn(engine: ChartEngine, shown: Frame) -> None:
    picture = line_chart(shown, BOX, Options(series=KEYS), filled=False)
    assert picture is not None
    clean_svg(engine.draw_on_thread(picture), picture)


def plotted(shown: Frame, ask: IO[str], answers: IO[str]) -> Taken:
    series = {key: shown.column_values(key) for key in KEYS}
    names = [day.removeprefix("2026-") for day in map(str, shown.column_values("date"))]
    wanted = {"names": names, "every": EVERY, "series": series, "width": BOX.width, "height": BOX.height}
    print(json.dumps(wanted), file=ask, flush=True)
    work, seconds, _ = json.loads(answers.readline())
    return work, seconds


@contextmanager
def matplotlib(folder: Path) -> Iterator[tuple[IO[str], IO[str]]]:
    """bench/plotted.py in a venv that is made for it and thrown away: where it is asked, and where it answers."""
    home, venv = Path(__file__).parent, folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    quietly = ("--quiet", "--disable-pip-version-check")
    subprocess.run([venv / "bin/pip", "install", *quietly, "-r", home / "requirements-charts.txt"], check=True)
    words = [venv / "bin/python", home / "plotted.py"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield process.stdin, process.stdout
        process.stdin.close()
