"""The wall shows the figures of recorded answers of a real property, read through Google's own client."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from demo.recorded import Recorded
from tests.end_to_end.conftest import OpenFoyer
from utilities.model.formats import format_for_wall
from utilities.model.frames import ValueKind

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]  # where the browser is

BOARD = """
title: Energy
zone: America/New_York
grid: {columns: 12, rows: 12}
reports:
  now: {title: "Who is here now?", source: ga4, metrics: [activeUsers], realtime: true}
  countries: {title: "Where are they?", source: ga4, dimensions: [country], metrics: [activeUsers], realtime: true}
  domains: {title: "Which sites do they read?", source: ga4, dimensions: [hostName], metrics: [sessions, bounceRate]}
  channels:
    title: How did they find us?
    source: ga4
    dimensions: [sessionSource, sessionDefaultChannelGroup]
    metrics: [screenPageViews, averageSessionDuration]
tiles:
  - {report: now, view: number, place: [1, 1, 4, 4]}
  - {report: countries, view: table, place: [1, 5, 4, 8]}
  - {report: domains, view: table, place: [5, 1, 8, 6]}
  - {report: channels, view: table, place: [5, 7, 8, 6]}
"""
PLAIN_NAMES = {"(direct)": "Directly", "linkedin": "LinkedIn"}
KINDS = {"bounceRate": ValueKind.FRACTION, "averageSessionDuration": ValueKind.SECONDS}


def recorded(folder: Path, name: str, *metrics: str) -> list[list[str]]:
    """Rows of a recording as a person would write them: dimensions, then these metrics."""
    response: dict[str, Any] = json.loads((folder / f"{name}.json").read_text("utf-8"))["response"]
    places = [[header["name"] for header in response["metricHeaders"]].index(metric) for metric in metrics]
    return [
        [one["value"] for one in row.get("dimensionValues", [])]
        + [
            format_for_wall(float(row["metricValues"][place]["value"]), KINDS.get(metric, ValueKind.INTEGER))
            for place, metric in zip(places, metrics, strict=True)
        ]
        for row in response["rows"]
    ]


async def rows_of(wall_page: Page, tile: str) -> list[str]:
    rows = await wall_page.locator(f"[data-tile={tile}] tbody tr:visible").all()
    return [" ".join((await row.inner_text()).split()) for row in rows]


async def test_every_figure_on_the_wall_equals_the_recording(
    tmp_path: Path, recordings: Path, open_foyer: OpenFoyer, wall_page: Page
) -> None:
    names = ["realtime", "top-countries-realtime", "top-domains-30-days", "top-traffic-sources-30-days"]
    async with Recorded(tmp_path, recordings, names) as google:
        foyer = await open_foyer(google.environment, BOARD)
        await wall_page.goto(foyer.address + "/boards/office")
        await wall_page.wait_for_selector("[data-state=live] >> nth=3")

        hero = await wall_page.locator("[data-tile=now] .hero:visible").inner_text()
        assert hero == recorded(recordings, "realtime", "activeUsers")[0][0]
        expected = {
            "countries": recorded(recordings, "top-countries-realtime", "activeUsers"),
            "domains": recorded(recordings, "top-domains-30-days", "sessions", "bounceRate"),
            "channels": recorded(
                recordings, "top-traffic-sources-30-days", "screenPageViews", "averageSessionDuration"
            ),
        }
        for tile, lines in expected.items():
            rows = await rows_of(wall_page, tile)
            ranked = [
                " ".join(PLAIN_NAMES.get(text, text) for text in line)
                for line in lines
                if not {"", "(not set)", "(other)"} & set(line)
            ]
            named = [row for row in rows if not row.startswith(("and ", "Other "))]  # the last may be all others
            assert len(rows) >= 3, f"{tile} shows too little: {rows}"
            assert (named, len(rows) - len(named) <= 1) == (ranked[: len(named)], True)
