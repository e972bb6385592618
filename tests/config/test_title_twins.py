"""Boards with the same title are named by `run.py check`: a copied board works, and nobody can tell the two apart."""

from collections.abc import Callable
from pathlib import Path

from utilities.checkup import check_boards
from utilities.config.settings import Settings
from utilities.model.clock import utc_now


async def test_check_names_boards_with_the_same_title(tmp_path: Path, settings: Callable[..., Settings]):
    for name, title in (("hall", "Office"), ("kitchen", "Office"), ("roof", "Roof")):
        tile = "tiles: [{report: top-pages, view: table, place: [1, 1, 12, 12]}]"
        (tmp_path / f"{name}.yaml").write_text(f"title: {title}\n{tile}\n")
    found = await check_boards(settings(boards_dir=tmp_path), utc_now)
    assert found == "hall, kitchen, roof can be read from the room; hall and kitchen have the same `title`: 'Office'"
