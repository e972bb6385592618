"""How much of the machine or the container DuckDB may use."""

import shutil
from pathlib import Path

import duckdb
import pytest

from utilities.model.clock import utc_now
from utilities.pageviews.storage.duckdb_engine import open_duckdb_store
from utilities.pageviews.storage.duckdb_limits import limit_duckdb_resources
from utilities.runtime.machine_limits import MachineLimits, read_machine_limits

SETTINGS = """SELECT current_setting('threads'), parse_formatted_bytes(current_setting('memory_limit')),
    parse_formatted_bytes(current_setting('max_temp_directory_size'))"""
MIB = 1 << 20


async def test_queries_use_at_most_half_of_the_memory_and_a_quarter_of_the_free_disk(tmp_path: Path):
    views = await open_duckdb_store(tmp_path / "pageviews.duckdb", utc_now)
    [(threads, memory, disk)] = await views.query(SETTINGS, {})
    await views.close()
    machine = read_machine_limits()
    assert threads == max(4, machine.cpus)
    assert 0 < memory < machine.memory_bytes * 0.51
    assert 0 < disk < shutil.disk_usage(tmp_path).free * 0.3


@pytest.mark.parametrize(("has_mib", "duckdb_mib"), [(64, 96), (512, 192), (1024, 512), (8192, 4096)])
def test_duckdb_leaves_foyer_its_memory_in_a_small_container(has_mib: int, duckdb_mib: int, tmp_path: Path):
    with duckdb.connect() as connection:
        limit_duckdb_resources(connection, tmp_path, MachineLimits(has_mib * MIB, cpus=6))
        [(threads, memory, _)] = connection.execute(SETTINGS).fetchall()
    assert (threads, memory) == (6, pytest.approx(duckdb_mib * MIB, rel=0.01))
