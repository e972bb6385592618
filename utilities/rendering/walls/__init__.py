"""Walls: every open board, told the same bytes at the same time."""

from utilities.rendering.walls.hub import Pace, Walls
from utilities.rendering.walls.tile_renderer import Painter

__all__ = ["Pace", "Painter", "Walls"]
