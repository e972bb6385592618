"""Walls: every open board, told the same bytes at the same time."""

from utilities.walls.hub import Pace, Walls
from utilities.walls.painter import Painter

__all__ = ["Pace", "Painter", "Walls"]
