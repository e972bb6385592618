"""Reads how much memory and how many processors this process may use: the machine's, or its container's if less.

A container or a service of systemd is a control group (cgroup). Its limits are in files of /sys/fs/cgroup, in one of
two versions, and the limits of every group around it count as well.
"""

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CGROUP_FOLDER = Path("/sys/fs/cgroup")
OWN_CGROUPS_FILE = Path("/proc/self/cgroup")


@dataclass(frozen=True)
class MachineLimits:
    """The memory in bytes and the number of processors, at least 1."""

    memory_bytes: int
    cpus: int


def read_machine_limits(cgroup_folder: Path = CGROUP_FOLDER, own_cgroups: Path = OWN_CGROUPS_FILE) -> MachineLimits:
    """Returns the least of what the machine and every control group around this process allow."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    cpus = float(len(os.sched_getaffinity(0)))
    for folder in _cgroup_folders(cgroup_folder, own_cgroups):
        for name in ("memory.max", "memory.limit_in_bytes"):
            memory = min([memory, *_numbers(folder / name)[:1]])
        for quota in (_numbers(folder / "cpu.max"), _legacy_quota(folder)):
            if len(quota) == 2:
                cpus = min(cpus, quota[0] / quota[1])
    return MachineLimits(memory, max(1, math.ceil(cpus)))


def _cgroup_folders(root: Path, own_cgroups: Path) -> Iterator[Path]:
    """Yields the folders of this process's groups, and of all groups around them.

    In a container the paths may be those outside it: the folder is then absent, and the root has the limits.
    """
    try:
        lines = own_cgroups.read_text("utf-8", "replace").splitlines()
    except OSError:
        lines = []
    for line in [*lines, "0::/", "1:memory:/", "1:cpu:/", "1:cpu,cpuacct:/"]:
        _, controllers, path = [*line.split(":", 2), "", ""][:3]
        names = [root / "unified", root] if not controllers else [root / controllers, *_each(root, controllers)]
        parts = [part for part in path.split("/") if part and part != ".."]
        for name in names:
            for depth in range(len(parts), -1, -1):
                yield name.joinpath(*parts[:depth])


def _each(root: Path, controllers: str) -> list[Path]:
    return [root / controller for controller in controllers.split(",")]


def _legacy_quota(folder: Path) -> list[int]:
    return [*_numbers(folder / "cpu.cfs_quota_us"), *_numbers(folder / "cpu.cfs_period_us")]


def _numbers(file: Path) -> list[int]:
    """Returns the positive numbers of a file, and none for "max", -1 or a file that cannot be read."""
    try:
        words = file.read_text("ascii", "replace").split()
    except OSError:
        return []
    return [int(word) for word in words if word.isdecimal() and int(word) > 0]
