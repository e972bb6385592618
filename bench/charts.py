"""Measures one chart as SVG, warm, and matplotlib with the same series in the same run."""

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
from utilities.rendering.views.line import LineOptions, line_chart

ROUNDS = 9
CHARTS_A_ROUND = 30  # of one side, then as many of the other: both are warm
WARM_UP_CHARTS = 400  # before the measurement: V8 compiles frequent code
LABEL_STEP = 3  # days from one label to the next, as in our chart
BOX = Box(960, 480, 16, 20)
Seconds = tuple[float, float]  # of processor time, and by the clock
KEYS = ("visitors", "visits", "views")


def measure(folder: Path) -> Iterator[Result]:
    engine = ChartEngine()
    gc.collect()
    gc.freeze()  # as the server does after its start
    with run_matplotlib(folder) as (requests, responses):
        for seed in range(WARM_UP_CHARTS):
            render_chart(engine, build_frame(seed))
        rounds = [measure_pair(engine, build_frames(seed), requests, responses) for seed in range(ROUNDS + 1)][1:]
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
        f"{CHARTS_A_ROUND} drawings each "
        f"({ratios[ROUNDS // 4]:.1f} to {ratios[-ROUNDS // 4]:.1f} for the middle half)",
    )


def build_frame(seed: int) -> Frame:
    """Returns other values for each seed, so that nothing comes from a cache."""
    chance = random.Random(seed)
    columns = (Column("date", "Day", ValueKind.DATE), *(Column(key, key.title(), ValueKind.INTEGER) for key in KEYS))
    first = date(2026, 10, 24)
    days = ((first + timedelta(days=at)).isoformat() for at in range(28))
    return Frame(columns, tuple((day, *(chance.randrange(4000) for _ in KEYS)) for day in days))


def build_frames(seed: int) -> list[Frame]:
    """Returns the frames of one round."""
    return [build_frame(seed * CHARTS_A_ROUND + each) for each in range(CHARTS_A_ROUND)]


def measure_pair(
    engine: ChartEngine, frames: list[Frame], requests: IO[str], responses: IO[str]
) -> tuple[Seconds, Seconds]:
    """Returns the times of both sides for each chart, from the values to the finished SVG."""
    start = time.process_time(), time.perf_counter()
    for each in frames:
        render_chart(engine, each)
    work, seconds = time.process_time() - start[0], time.perf_counter() - start[1]
    theirs = [plot_with_matplotlib(each, requests, responses) for each in frames]
    times = len(frames)
    return (work / times, seconds / times), (sum(t[0] for t in theirs) / times, sum(t[1] for t in theirs) / times)


def render_chart(engine: ChartEngine, frame: Frame) -> None:
    """Renders a chart from its values to the finished SVG."""
    spec = line_chart(frame, BOX, LineOptions(series=KEYS), filled=False)
    assert spec is not None
    clean_svg(engine.draw(spec), spec)


def plot_with_matplotlib(frame: Frame, requests: IO[str], responses: IO[str]) -> Seconds:
    """Returns the times that the baseline reports for a chart."""
    series = {key: frame.column_values(key) for key in KEYS}
    names = [day.removeprefix("2026-") for day in map(str, frame.column_values("date"))]
    request = {"names": names, "label_step": LABEL_STEP, "series": series, "width": BOX.width, "height": BOX.height}
    print(json.dumps(request), file=requests, flush=True)
    work, seconds, _ = json.loads(responses.readline())
    return work, seconds


@contextmanager
def run_matplotlib(folder: Path) -> Iterator[tuple[IO[str], IO[str]]]:
    """Yields the input and output of bench/matplotlib_baseline.py, which runs in a temporary venv."""
    home, venv = Path(__file__).parent, folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    pip_options = ("--quiet", "--disable-pip-version-check")
    subprocess.run([venv / "bin/pip", "install", *pip_options, "-r", home / "requirements-charts.txt"], check=True)
    command = [venv / "bin/python", home / "matplotlib_baseline.py"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield process.stdin, process.stdout
        process.stdin.close()
