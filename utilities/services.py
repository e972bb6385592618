"""What a process holds, in one typed object."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jinja2 import Environment

from utilities.clock import Clock
from utilities.reports import Report
from utilities.settings import Settings
from utilities.sources import Sources
from utilities.store import Store
from utilities.views import View


@dataclass
class Services:
    """Made once by run.py (or a test), handed to every handler."""

    settings: Settings
    clock: Clock
    templates: Environment
    store: Store
    sources: Sources
    reports: dict[str, Report]
    views: Mapping[str, View]
    boards: Any = None  # utilities.boards.Boards
    refresher: Any = None  # utilities.refresh.Refresher
    walls: Any = None  # utilities.walls.Walls
    extra: dict[str, Any] = field(default_factory=dict)
