"""The limits of a container or a service of systemd, in both versions of control groups."""

import os
from pathlib import Path

import pytest

from utilities.runtime.machine_limits import MachineLimits, read_machine_limits

MACHINE = MachineLimits(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"), len(os.sched_getaffinity(0)))
MIB = 1 << 20
HUGE = "9223372036854771712"  # what version 1 writes for no limit

CASES = {
    "version 2, a container": ("0::/", {"memory.max": f"{512 * MIB}", "cpu.max": "50000 100000"}, (512, 1)),
    "version 2, a service": ("0::/a/b.service", {"a/b.service/memory.max": f"{300 * MIB}"}, (300, None)),
    "version 2, the group around it has less": (
        "0::/a/b",
        {"a/b/memory.max": f"{900 * MIB}", "a/memory.max": f"{200 * MIB}", "a/b/cpu.max": "max 100000"},
        (200, None),
    ),
    "version 2, no limits": ("0::/", {"memory.max": "max", "cpu.max": "max 100000"}, (None, None)),
    "version 1, a container": (
        "4:memory:/docker/x\n3:cpu,cpuacct:/docker/x",
        {
            "memory/memory.limit_in_bytes": f"{256 * MIB}",
            "cpu,cpuacct/cpu.cfs_quota_us": "20000",
            "cpu,cpuacct/cpu.cfs_period_us": "100000",
        },
        (256, 1),
    ),
    "version 1, the path is there": ("4:memory:/x", {"memory/x/memory.limit_in_bytes": f"{128 * MIB}"}, (128, None)),
    "version 1, no limits": (
        "4:memory:/\n3:cpu:/",
        {"memory/memory.limit_in_bytes": HUGE, "cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"},
        (None, None),
    ),
    "both versions": (
        "4:memory:/\n0::/",
        {"memory/memory.limit_in_bytes": f"{400 * MIB}", "unified/memory.max": f"{800 * MIB}"},
        (400, None),
    ),
    "no groups at all": ("", {}, (None, None)),
    "unreadable numbers": ("no line:of\nits", {"memory.max": "much", "cpu.max": "1"}, (None, None)),
}


@pytest.mark.parametrize("case", CASES)
def test_the_least_of_the_machine_and_its_control_groups_counts(case: str, tmp_path: Path):
    own, files, (memory_mib, cpus) = CASES[case]
    for name, text in files.items():
        file = tmp_path / "cgroup" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{text}\n")
    (tmp_path / "self").write_text(f"{own}\n")
    expected = MachineLimits(memory_mib * MIB if memory_mib else MACHINE.memory_bytes, cpus or MACHINE.cpus)
    assert read_machine_limits(tmp_path / "cgroup", tmp_path / "self") == expected


def test_a_system_without_control_groups_has_the_limits_of_the_machine(tmp_path: Path):
    assert read_machine_limits(tmp_path / "absent", tmp_path / "absent") == MACHINE
