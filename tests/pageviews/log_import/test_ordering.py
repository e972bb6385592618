"""Hits are sorted in bounded memory, and lines have the same ids in whatever order they come."""

from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from utilities.pageviews.log_import.log_line import LogLine
from utilities.pageviews.log_import.ordering import HitSorter, LineIds


def line(at: float, address: str = "192.0.2.1", target: str = "/") -> LogLine:
    return LogLine("", address, at, "GET", target, 200, "", "Mozilla/5.0")


@pytest.mark.parametrize("max_in_memory", [1, 7, 250, 10_000])
@pytest.mark.parametrize("is_shuffled", [False, True])
def test_any_number_of_hits_is_sorted(tmp_path: Path, max_in_memory: int, is_shuffled: bool):
    times = [float(number // 3) for number in range(1_000)]
    if is_shuffled:
        Random(1).shuffle(times)
    sorter = HitSorter(tmp_path, max_in_memory)
    for at in times:
        sorter.add_hit(at, 0, "shop", line(at))
    hits = list(sorter.sorted_hits())
    assert [hit.at for hit in hits] == sorted(times)
    assert all(first < second for first, second in pairwise(hits))
    assert list(tmp_path.iterdir()) == []  # the file has no name, so nothing is left of it
    sorter.close()


def make_ids(folder: Path, lines: list[tuple[int, LogLine]]) -> list[str]:
    sorter, ids = HitSorter(folder), LineIds()
    for log, each in lines:
        sorter.add_hit(each.at, log, "shop", each)
    return [ids.make_id(hit) for hit in sorter.sorted_hits()]


def test_ids_do_not_depend_on_the_order_of_lines(tmp_path: Path):
    lines = [(0, line(at, address)) for at in (1.0, 2.0) for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2")]
    expected = set(make_ids(tmp_path, lines))
    assert len(expected) == 6
    assert set(make_ids(tmp_path, lines[::-1])) == expected


def test_copy_in_another_log_has_the_same_ids(tmp_path: Path):
    lines = [line(1.0), line(1.0), line(1.0, "192.0.2.2")]
    both = make_ids(tmp_path, [(log, each) for log in (0, 1) for each in lines])
    assert len(set(both)) == 3
