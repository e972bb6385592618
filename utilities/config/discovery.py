"""Finds the modules of a folder and the one name each must export."""

import importlib
import pkgutil
from types import ModuleType
from typing import TypeVar

from utilities.model.errors import ModuleRuleError

Unit = TypeVar("Unit")


def find(package: ModuleType, name: str, kind: type[Unit]) -> tuple[Unit, ...]:
    """The object called `name` of every module in `package`, in the order of the modules' names.

    Raises ModuleRuleError for a module without it, or with one of another kind.
    """
    found = []
    for info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        unit = getattr(module, name, None)
        if not isinstance(unit, kind):
            raise ModuleRuleError(f"{module.__name__} must define {name}: {kind.__name__}")
        found.append(unit)
    return tuple(found)
