"""`run.py push` stores rows while no server runs."""

import json
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.datasets.test_store import schema
from utilities.accounts.database.connection import open_state_database
from utilities.commands.push import run_push
from utilities.config.settings import Settings
from utilities.datasets.store import DatasetStore
from utilities.model.clock import utc_now
from utilities.model.errors import FoyerError


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("rows.csv", "day,amount\n2026-11-01,5\n"),
        ("rows.tsv", "Day\tAmount\n2026-11-01\t5\n"),
        ("rows.json", '[{"day": "2026-11-01", "amount": 5}]'),
        ("rows.ndjson", '{"day": "2026-11-01", "amount": 5}\n'),
    ],
)
async def test_file_is_pushed_by_its_name(
    settings: Callable[..., Settings], tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: str
):
    config, file, declared = settings(), tmp_path / name, tmp_path / "schema.json"
    file.write_text(content, encoding="utf-8")
    declared.write_text(schema(unique_by=["day"]).model_dump_json(), encoding="utf-8")
    for _ in range(2):
        assert (
            await run_push(config, Namespace(dataset="sales", file=file, replace=False, key="night", schema=declared))
            == 0
        )
    assert "1 rows pushed, 0 removed; sales has 1 now. This push was here before" in capsys.readouterr().out
    database = await open_state_database(config)
    _, rows = await DatasetStore(database, utc_now).read_rows("sales")
    await database.close()
    assert [values for _, values in rows] == [("2026-11-01", 5, None)]


async def test_wrong_rows_and_files_are_told_in_words(
    settings: Callable[..., Settings], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    config, declared, file = settings(), tmp_path / "schema.json", tmp_path / "rows.csv"
    with pytest.raises(FoyerError, match="cannot be read: No such file"):
        await run_push(config, Namespace(dataset="sales", file=file, replace=False, key="", schema=None))
    file.write_text("day,amount\n2026-11-01,five\n", encoding="utf-8")
    with pytest.raises(FoyerError, match="There is no dataset of this name"):
        await run_push(config, Namespace(dataset="sales", file=file, replace=False, key="", schema=None))
    declared.write_text(json.dumps({"columns": [{"name": "day", "kind": "hunter2"}]}), encoding="utf-8")
    with pytest.raises(FoyerError, match=r"columns\.0\.kind") as wrong:
        await run_push(config, Namespace(dataset="sales", file=file, replace=False, key="", schema=declared))
    assert "hunter2" not in str(wrong.value)
    declared.write_text(schema().model_dump_json(), encoding="utf-8")
    assert await run_push(config, Namespace(dataset="sales", file=file, replace=False, key="", schema=declared)) == 1
    assert "row 1, amount: “five”, but expected a number" in capsys.readouterr().err
