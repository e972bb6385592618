"""Finds what the modules of a folder define."""

import importlib
import pkgutil
from functools import cache
from types import ModuleType
from typing import Any, TypeVar

from utilities.model.errors import ModuleRuleError

Unit = TypeVar("Unit")


def discover_units(package: ModuleType, name: str, kind: type[Unit]) -> tuple[Unit, ...]:
    """Returns what the modules in `package` define, in the order of the modules' names.

    A module defines `<name>: <kind>`, or a tuple of several under the plural, like REPORTS or QUERIES. Raises
    ModuleRuleError for any other.
    """
    plural = f"{name[:-1]}IES" if name.endswith("Y") else f"{name}S"
    result: list[Unit] = []
    for module in _import_modules(package.__name__, tuple(package.__path__)):
        units: tuple[Any, ...] = getattr(module, plural, None) or (getattr(module, name, None),)
        if not all(isinstance(unit, kind) for unit in units):
            raise ModuleRuleError(f"{module.__name__} must define {name}: {kind.__name__}")
        result.extend(units)
    return tuple(result)


@cache
def _import_modules(package: str, folders: tuple[str, ...]) -> tuple[ModuleType, ...]:
    """Returns the modules in the folders of a package, which are read once in a process."""
    names = [info.name for info in pkgutil.iter_modules(folders)]
    return tuple(importlib.import_module(f"{package}.{name}") for name in names)
