"""What DuckDB does with the memory of a large report after it, measured in a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.pageviews.storage.test_kills import ROOT

MEASURE = """
import sys, time
from pathlib import Path
from utilities.pageviews.storage.duckdb_open import connect_duckdb

def private_mb():
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_Dirty")) // 1024

connection = connect_duckdb(Path(sys.argv[1]) / "pageviews.duckdb")
before = private_mb()
{query}
deadline = time.monotonic() + 30
while (after := private_mb()) > before + 80 and time.monotonic() < deadline:
    time.sleep(0.1)
peak = int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]) // 1024
print(before, peak, after)
"""
QUERIES = {
    "groups": "SELECT count(*) FROM (SELECT 'text ' || i AS t, count(*) FROM range(4000000) AS r(i) GROUP BY t)",
    "rows that are sorted": "SELECT count(*) FROM (SELECT i, 'text ' || i AS t FROM range(6000000) AS t(i) ORDER BY t)",
    "rows that are joined": "SELECT count(*) FROM range(4000000) AS a(i) JOIN range(4000000) AS b(i) USING (i)",
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", QUERIES)
def test_memory_of_a_large_report_goes_back(kind: str, tmp_path: Path):
    code = MEASURE.replace("{query}", f'connection.cursor().execute("{QUERIES[kind]}").fetchall()')
    answer = subprocess.run(
        [sys.executable, "-c", code, tmp_path], cwd=ROOT, stdout=subprocess.PIPE, check=True, timeout=90
    )
    before, peak, after = map(int, answer.stdout.split())
    assert peak > before + 100
    assert after <= before + 80
