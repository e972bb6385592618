"""Boards: tiles on a grid that fills one screen, read from the board files and read again when those change."""

from utilities.config.boards.model import Board as Board
from utilities.config.boards.model import Inline as Inline
from utilities.config.boards.model import Place as Place
from utilities.config.boards.model import Screen as Screen
from utilities.config.boards.model import Tile as Tile
from utilities.config.boards.reader import read_board as read_board
from utilities.config.boards.watcher import Boards as Boards
