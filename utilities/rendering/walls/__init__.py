"""Walls: boards shown full screen; all walls of a board receive the same bytes."""

from utilities.rendering.walls.hub import WallHub
from utilities.rendering.walls.intervals import Intervals
from utilities.rendering.walls.tile_renderer import TileRenderer

__all__ = ["Intervals", "TileRenderer", "WallHub"]
