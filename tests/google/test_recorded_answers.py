"""Recorded answers of a real property, fetched by the real client: every figure equal to the recording."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from demo.recorded import Recorded
from utilities.config.settings import Settings
from utilities.google.ga4_response import UNRANKED_LABELS
from utilities.model.frames import Frame, Value, ValueKind
from utilities.sources.ga4 import SOURCE, Ga4Query

DATA = Path(__file__).resolve().parents[2] / "../shared/data/ga4"
NAMES = sorted(file.stem for file in DATA.glob("*.json"))

pytestmark = pytest.mark.skipif(not NAMES, reason="the recorded answers are not beside the repository (../shared/data)")


def noon() -> datetime:
    return datetime(2024, 1, 5, 17, tzinfo=UTC)


def wanted(recording: dict[str, Any]) -> list[tuple[str, ...]]:
    """The recording's rows as text: a date as YYYY-MM-DD, an hour as HH:00, else as Google wrote it."""
    names = [header["name"] for header in recording["response"].get("dimensionHeaders", [])]
    rows = []
    for row in recording["response"]["rows"]:
        texts = [cell["value"] for cell in row.get("dimensionValues", [])]
        written = [write_time(name, text) for name, text in zip(names, texts, strict=True)]
        rows.append((*written, *(cell["value"] for cell in row["metricValues"])))
    return rows


def write_time(dimension: str, text: str) -> str:
    """Returns a date or an hour as frames have it, and other texts as they are."""
    if dimension == "date":
        return f"{text[:4]}-{text[4:6]}-{text[6:]}"
    return f"{text:0>2}:00" if dimension == "hour" else text


def same(value: Value, text: str) -> bool:
    """Whether a frame's value is what the recording says."""
    if isinstance(value, str):
        return value == " ".join(text.split()) or (value == "(empty)" and text == "")
    return value is not None and value == float(text)


def fits(row: tuple[Value, ...], texts: tuple[str, ...]) -> bool:
    return all(same(value, text) for value, text in zip(row, texts, strict=True))


async def fetch(settings: Settings, ask: Ga4Query) -> Frame:
    source = await SOURCE.open(settings, noon)
    assert source is not None
    try:
        return await source.fetch_frame(ask)
    finally:
        await source.close()


@pytest.mark.parametrize("name", NAMES)
async def test_every_figure_is_equal_to_the_recording(
    name: str, tmp_path: Path, settings: Callable[..., Settings]
) -> None:
    recording = json.loads((DATA / f"{name}.json").read_text("utf-8"))
    response = recording["response"]
    ask = Ga4Query(
        dimensions=tuple(header["name"] for header in response.get("dimensionHeaders", [])),
        metrics=tuple(header["name"] for header in response["metricHeaders"]),
        limit=5_000,
        realtime="Realtime" in response["kind"],
    )
    async with Recorded(tmp_path, DATA, [name]) as google:
        frame = await fetch(settings(**{key.lower(): value for key, value in google.environment.items()}), ask)

    rows = wanted(recording)
    recorded = [row for row in frame.rows if any(fits(row, texts) for texts in rows)]
    filled = [row for row in frame.rows if row not in recorded]
    assert len(recorded) == response["rowCount"]
    assert not filled or ask.is_series
    assert not [row for row in filled if any(row[len(ask.dimensions) :])], "a time that Google left out has 0"
    if not ask.is_series and not any(value in UNRANKED_LABELS for row in frame.rows for value in row):
        assert all(fits(row, texts) for row, texts in zip(frame.rows, rows, strict=True))


async def test_kinds_and_days_of_a_recorded_table(tmp_path: Path, settings: Callable[..., Settings]) -> None:
    metrics = ("sessions", "screenPageViewsPerSession", "averageSessionDuration", "bounceRate")
    ask = Ga4Query(dimensions=("sessionSource", "sessionDefaultChannelGroup"), metrics=metrics, days=30, limit=10)
    async with Recorded(tmp_path, DATA) as google:
        frame = await fetch(settings(**{key.lower(): value for key, value in google.environment.items()}), ask)
    kinds = [column.kind for column in frame.columns]
    assert kinds == [
        ValueKind.TEXT,
        ValueKind.TEXT,
        ValueKind.INTEGER,
        ValueKind.DECIMAL,
        ValueKind.SECONDS,
        ValueKind.FRACTION,
    ]
    assert [c.heading for c in frame.columns][-2:] == ["Visit duration", "Bounce rate"]
    assert frame.date_range is not None
    assert (str(frame.date_range.first), str(frame.date_range.last)) == ("2023-12-06", "2024-01-04")
    assert frame.date_range.zone == "America/New_York"


async def test_other_is_not_ranked_although_it_is_the_biggest_row(
    tmp_path: Path, settings: Callable[..., Settings]
) -> None:
    ask = Ga4Query(dimensions=("unifiedScreenName",), metrics=("activeUsers",), realtime=True, limit=5)
    async with Recorded(tmp_path, DATA, ["all-pages-realtime"]) as google:
        frame = await fetch(settings(**{key.lower(): value for key, value in google.environment.items()}), ask)
    assert frame.rows[0] == ("Department of Energy", 72)
    assert frame.rows[-1] == ("(other)", 414)
    assert len(frame.rows) == 6
    assert "414 active visitors" in frame.notes[0].text
