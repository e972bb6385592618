"""Adds one unit of each kind to a copy of the project, as CONTRIBUTING.md promises: its checks stay green."""

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.conventions.code import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]  # type checks and tests of a whole copy

LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "var", ".env", "__pycache__", ".*_cache", ".hypothesis")

PROVIDER = re.search(r"```python\n(.*?)```", (ROOT / "docs" / "networks.md").read_text(encoding="utf-8"), re.S)
PROVIDER_ROW = "| `buffer` | Buf | shares on Buffer | every 15 min | undocumented |\n"

VIEW = '''"""The first number of a frame as one bar."""

from dataclasses import dataclass

from pydantic import ConfigDict

from utilities.model.frames import Frame
from utilities.rendering.charts import ChartSpec, build_chart_spec
from utilities.rendering.layout import Box
from utilities.rendering.views import FrameShape, View, fits_shapes


@dataclass(frozen=True)
class OneBarOptions:
    """Has no options."""

    __pydantic_config__ = ConfigDict(extra="forbid")


def one_bar_chart(frame: Frame, box: Box, options: OneBarOptions) -> ChartSpec | None:
    """Returns the chart; None without rows."""
    option = {"title": {"text": str(len(frame.rows))}}
    return build_chart_spec(option, box, f"{len(frame.rows)} rows.") if frame.rows else None


def min_size(box: Box) -> tuple[float, float]:
    """Returns the smallest legible size, px."""
    return 4 * box.text, 2 * box.text


VIEW = View("one-bar", "one bar", one_bar_chart, fits_shapes(1, FrameShape.NAMES), min_size, OneBarOptions)
'''

SOURCE = '''"""The weather at the office: a source without credentials."""

from collections.abc import Mapping
from dataclasses import dataclass

from utilities.config.settings import Settings
from utilities.model.clock import Clock
from utilities.model.frames import Column, Frame, ValueKind
from utilities.sources import Source, SourceType


@dataclass(frozen=True)
class WeatherQuery:
    """Queries the temperature of one place."""

    place: str = "office"


class Weather:
    """Answers with a constant."""

    async def fetch_frame(self, query: WeatherQuery) -> Frame:
        """Returns one row for the place."""
        columns = (Column("place", "Place", ValueKind.TEXT), Column("degrees", "Degrees", ValueKind.INTEGER))
        return Frame(columns, ((query.place, 21),))

    async def check(self) -> str:
        """Returns that the weather is there."""
        return "The weather is there."

    def slowdown(self) -> float:
        """Returns 1: never slower."""
        return 1.0

    def health(self) -> Mapping[str, object]:
        """Returns no facts."""
        return {}

    async def close(self) -> None:
        """Closes nothing."""


async def open_weather(settings: Settings, clock: Clock) -> Source | None:
    """Returns the source; it needs no settings."""
    return Weather()


SOURCE = SourceType(name="weather", query_type=WeatherQuery, open=open_weather)
'''

REPORT = """    _site_report("site-phones", "Which phones do visitors have?", PageViewQuery("systems"), view="one-bar"),
"""

CHANNEL = '''"""Notices as lines of a file: a channel that needs no setting of its own."""

from datetime import datetime

from utilities.alerts.channels import Channel, ChannelContext, ChannelType
from utilities.alerts.notice import Notice


class FileChannel:
    """Writes nothing in a test."""

    async def send(self, notice: Notice, at: datetime) -> None:
        """Accepts the notice."""

    async def check(self) -> str:
        """Returns that it works."""
        return "works"


def open_file_channel(context: ChannelContext) -> Channel | None:
    """Returns the channel in a demo; None otherwise."""
    return FileChannel() if context.settings.demo else None


CHANNEL = ChannelType("file", "start a demo", open_file_channel)
'''

PAGE = '''"""The page that greets."""

from handlers.base.handler import BaseHandler


class Greeting(BaseHandler):
    """Serves /greeting."""

    def get(self) -> None:
        """Writes the page."""
        self.render_page("greeting.html")
'''
TEMPLATE = """{% extends "desk.html" %}
{% block title %}Greeting{% endblock %}
{% block content %}<h1>Greeting</h1>{% endblock %}
"""
IMPORT = "from handlers.site.greeting import Greeting\n"
ROUTE = '        Route(r"/greeting", Greeting, PEOPLE),\n'
ACCESS_ROW = "/greeting  Greeting  person  /greeting\n"

NEW_FILES = {  # the units of CONTRIBUTING.md's table, and what each adds
    "share provider": {"utilities/shares/providers/buffer.py": PROVIDER[1] if PROVIDER else ""},
    "report on a known source": {},
    "view": {"utilities/rendering/views/one_bar.py": VIEW},
    "source without credentials": {"utilities/sources/weather.py": SOURCE},
    "channel of notices": {"utilities/alerts/channels/file.py": CHANNEL},
    "page": {"handlers/site/greeting.py": PAGE, "templates/greeting.html": TEMPLATE},
}
EDITS = {  # file: (a text, the lines that are inserted after it)
    "utilities/reports/site_reports.py": [("REPORTS = (\n", REPORT)],
    "handlers/serving/routes.py": [
        ("from handlers.site.browser_files import", IMPORT),
        ('        Route(r"/flow", FlowPage, PEOPLE),\n', ROUTE),
    ],
}
BESIDE = {  # what the tests ask for beside a new unit
    "docs/networks.md": [("| `facebook` |", PROVIDER_ROW)],
    "tests/handlers/accounts/access.txt": [("/flow ", ACCESS_ROW)],
}
CHECKS = (
    ["ruff", "check", "--no-cache", "."],
    ["ruff", "format", "--no-cache", "--check", "."],
    ["mypy"],
    ["lint-imports", "--no-cache"],
)
TESTS = ("conventions", "reports", "shares/test_one_more.py", "handlers/accounts/test_access.py")
OFFERED = """
from utilities.config.discovery import discover_units
from utilities.model.frames import Column, Frame, ValueKind
from utilities.rendering import views
frame = Frame((Column("name", "Name", ValueKind.TEXT), Column("n", "N", ValueKind.INTEGER)), (("a", 1),))
drawable = {view.name: view for view in discover_units(views, "VIEW", views.View)}
assert "one-bar" in views.fitting_views(frame, drawable), views.fitting_views(frame, drawable)
"""


def insert_after_line(file: Path, start: str, lines: str) -> None:
    """Inserts lines after the line that contains `start`."""
    text = file.read_text(encoding="utf-8")
    assert start in text, f"{file.name} has no {start!r}"
    end = text.index("\n", text.index(start) + len(start) - 1) + 1
    file.write_text(text[:end] + lines + text[end:], encoding="utf-8")


def run_in_copy(copy: Path, command: Sequence[str]) -> None:
    """Runs a command in the copy; fails with its output."""
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=800, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout[-6000:]}\n{done.stderr[-3000:]}"


@pytest.fixture
def enlarged_copy(tmp_path: Path) -> Path:
    """Returns a copy of the project with one more unit of each kind."""
    copy = tmp_path / "foyer"
    shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
    if (ROOT / ".mypy_cache").is_dir():
        shutil.copytree(ROOT / ".mypy_cache", copy / ".mypy_cache")  # or every file is checked again
    for files in NEW_FILES.values():
        for name, text in files.items():
            (copy / name).write_text(text, encoding="utf-8")
    for name, insertions in (EDITS | BESIDE).items():
        for start, lines in insertions:
            insert_after_line(copy / name, start, lines)
    return copy


def test_contributing_promises_as_many_files_as_are_added():
    rows = re.findall(r"^\| ([a-z ]+) \| (\d)", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.M)
    promised = {name: int(count) for name, count in rows if name in NEW_FILES}
    assert promised == {name: len(files) for name, files in NEW_FILES.items()}


def test_checks_stay_green_with_one_more_unit_of_each_kind(enlarged_copy: Path):
    programs = Path(sys.executable).parent
    for program, *options in CHECKS:
        run_in_copy(enlarged_copy, [str(programs / program), *options])
    run_in_copy(enlarged_copy, [sys.executable, "-c", OFFERED])
    run_in_copy(
        enlarged_copy, [sys.executable, "-m", "pytest", "-q", "-m", "not slow", *(f"tests/{part}" for part in TESTS)]
    )
