"""A pushed figure is on the wall, in JSON, CSV and the API; a push that is late makes it age."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from tests.datasets.test_store import schema
from tests.handlers.accounts.conftest import FoyerServer, StartFoyer, provider, sign_in_settings, start_local_foyer
from utilities.datasets.pushes import PushMode
from utilities.model.frames import ReadingState

__all__ = ["provider", "sign_in_settings", "start_local_foyer"]

BOARD = """
title: Shop
grid: {columns: 2, rows: 2}
tiles:
  - {report: revenue, view: line, place: [1, 1, 2, 1]}
  - {report: latest, view: number, place: [1, 2, 2, 1]}
reports:
  revenue: {title: How much do we sell?, source: datasets, dataset: sales, columns: [day, amount]}
  latest: {title: And now?, source: datasets, dataset: sales, columns: [amount], order: -day, limit: 1}
"""


async def wait_for_state(foyer: FoyerServer, fetch: Callable[..., Awaitable[object]], state: str) -> dict[str, object]:
    """Returns the report in JSON as soon as it is in this state."""
    async with asyncio.timeout(60):
        while True:
            answer = await fetch(f"{foyer.address}/reports/latest.json")
            report: dict[str, object] = json.loads(answer.body)  # type: ignore[attr-defined]
            if report["state"] == state and report["rows"]:
                return report
            await asyncio.sleep(0.05)


async def test_pushed_figure_is_everywhere_and_ages(
    start_local_foyer: StartFoyer, fetch: Callable[..., Awaitable[object]], tmp_path: Path
):
    (tmp_path / "shop.yaml").write_text(BOARD, encoding="utf-8")
    foyer = await start_local_foyer(boards_dir=tmp_path)
    services = foyer.services
    await services.refresher.start()
    services.refresher.set_active(["revenue", "latest"])
    await services.datasets.declare("sales", schema(unique_by=["day"], expect_every="1h"), "ada")
    for day, amount in ((1, 5.0), (2, 1234.5)):
        row = {"day": f"2026-11-{day:02d}", "amount": amount}
        await services.datasets.push("sales", [row], PushMode.APPEND, "till")
    report = await wait_for_state(foyer, fetch, "live")
    while report["rows"] != [[1234.5]]:
        report = await wait_for_state(foyer, fetch, "live")
    assert report["columns"] == [
        {"key": "amount", "heading": "Amount, EUR", "kind": "money"} | report["columns"][0]  # type: ignore[index]
    ]
    csv = (await fetch(f"{foyer.address}/reports/latest.csv")).body.decode()  # type: ignore[attr-defined]
    assert "1234.5" in csv
    tile = (await fetch(f"{foyer.address}/boards/shop/tiles/latest")).body.decode()  # type: ignore[attr-defined]
    assert "1,234.50" in tile
    reading, later = services.store.latest("latest"), foyer.clock() + timedelta(minutes=61)
    assert reading and reading.state_at(later, timedelta(minutes=5), timedelta(days=1)) is ReadingState.AGEING
    foyer.clock.shift(timedelta(hours=3))
    services.refresher.check_due("latest")
    assert (await wait_for_state(foyer, fetch, "stale"))["rows"] == [[1234.5]]
    await services.datasets.push("sales", [row], PushMode.APPEND, "till")
    await wait_for_state(foyer, fetch, "live")
    await services.refresher.stop()
