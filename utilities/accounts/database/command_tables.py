"""The tables of what is sent to screens."""

from sqlalchemy import Column, Index, Integer, String, Table, UniqueConstraint

from utilities.accounts.database.dataset_tables import METADATA as METADATA
from utilities.accounts.database.metadata import UtcDateTime

takeovers = Table(
    "takeovers",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("screen", Integer, nullable=False),  # 0 is every screen
    Column("message", String(200), nullable=False),
    Column("sender", String(100), nullable=False),
    Column("begins_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("board", String(100), nullable=False, default="", server_default=""),  # '' for a message
    UniqueConstraint("screen"),  # two never share a glass
    sqlite_autoincrement=True,
)

screen_log = Table(
    "screen_log",
    METADATA,
    Column("number", Integer, primary_key=True),  # grows: every process reads what is new
    Column("screen", Integer, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("person", String(255), nullable=False),
    Column("action", String(20), nullable=False),
    Column("detail", String(300), nullable=False),
    Index(None, "screen"),
    sqlite_autoincrement=True,
)

screen_holds = Table(
    "screen_holds",
    METADATA,
    Column("screen", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),  # of the command in screen_log
    Column("board", String(100), nullable=False),  # '' to identify the screen
    Column("person", String(255), nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
)

screen_lights = Table(
    "screen_lights",
    METADATA,
    Column("screen", Integer, primary_key=True, autoincrement=False),
    Column("brightness", Integer, nullable=False),  # per cent; 0 for black
    Column("person", String(255), nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
)

takeover_triggers = Table(
    "takeover_triggers",
    METADATA,
    Column("name", String(100), primary_key=True),
    Column("checked_at", UtcDateTime, nullable=False),  # by the process that compares the figure now
    Column("holds_since", UtcDateTime),  # null while the figure is on the right side
    Column("fired_at", UtcDateTime),  # null until it has begun a takeover; stays until the figure is back
    Column("takeovers", String(2000), nullable=False),  # their numbers, with spaces
)
