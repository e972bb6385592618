"""Charts: an Apache ECharts option made in Python, drawn once to SVG on this server."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class ChartSpec:
    """What is to be drawn, in the colours of the dark theme; two that are equal are one drawing."""

    option: str  # an ECharts option as JSON
    width: int  # px
    height: int  # px
    title: str = ""  # what it shows, for those who hear it
    description: str = ""  # its figures in a sentence

    @cached_property
    def key(self) -> str:
        """Twelve characters that no other picture has."""
        said = "\0".join((self.option, str(self.width), str(self.height), self.title, self.description))
        return hashlib.sha256(said.encode(errors="replace")).hexdigest()[:12]


def build_chart_spec(option: Mapping[str, Any], width: float, height: float, about: str) -> ChartSpec:
    """A picture of `option`, without a title; ValueError when a figure in it is not finite."""
    text = json.dumps(option, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return ChartSpec(text, max(1, round(width)), max(1, round(height)), "", about)
