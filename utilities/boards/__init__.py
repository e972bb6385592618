"""Boards: tiles on a grid that fills one screen, read from the board files and read again when those change."""

from utilities.boards.holder import Boards as Boards
from utilities.boards.model import Board as Board
from utilities.boards.model import Inline as Inline
from utilities.boards.model import Place as Place
from utilities.boards.model import Screen as Screen
from utilities.boards.model import Tile as Tile
from utilities.boards.reader import read as read
