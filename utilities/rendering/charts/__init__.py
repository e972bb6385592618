"""Charts: an Apache ECharts option made in Python and rendered to SVG on this server."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from utilities.rendering.layout import Box


@dataclass(frozen=True)
class ChartSpec:
    """A chart to render, in the colours of the dark theme; equal specs give equal SVG."""

    option: str  # an ECharts option as JSON
    width: int  # px
    height: int  # px
    title: str = ""  # for screen readers
    description: str = ""  # its figures in a sentence, for screen readers
    dashed: str = ""  # what its dashed line is, in words; "" without one
    headline_key: str = ""  # the same on the line of a tile's headline, where the chart itself leaves it out
    key_mark: str = "– –"  # before these words: how the chart draws the time before

    @cached_property
    def key(self) -> str:
        """Twelve characters that no other chart has."""
        text = "\0".join((self.option, str(self.width), str(self.height), self.title, self.description))
        return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:12]


def build_chart_spec(
    option: Mapping[str, Any], box: Box, description: str, dashed: str = "", headline_key: str = ""
) -> ChartSpec:
    """Returns a chart that fills the box, without a title; raises ValueError when a number in it is not finite."""
    text = json.dumps(option, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return ChartSpec(text, max(1, round(box.width)), max(1, round(box.height)), "", description, dashed, headline_key)
