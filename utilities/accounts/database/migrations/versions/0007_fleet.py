"""What screens report, what people send to them, and the notices about screens that are dark."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("screens", sa.Column("alarm_minutes", sa.Integer, nullable=False, server_default="5"))
    op.create_table(
        "screen_beats",
        sa.Column("screen", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("browser", sa.String(100), nullable=False),
        sa.Column("clock_error", sa.Float, nullable=False),
        sa.Column("beat", sa.String(4000), nullable=False),
        sa.PrimaryKeyConstraint("screen", name="pk_screen_beats"),
    )
    op.create_table(
        "screen_log",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("screen", sa.Integer, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("person", sa.String(255), nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("detail", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_screen_log"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_screen_log_screen", "screen_log", ["screen"])
    op.create_table(
        "screen_holds",
        sa.Column("screen", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("board", sa.String(100), nullable=False),
        sa.Column("person", sa.String(255), nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("screen", name="pk_screen_holds"),
    )
    add_alarm_tables()


def add_alarm_tables() -> None:
    op.create_table(
        "screen_alarms",
        sa.Column("screen", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("cause", sa.String(30), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("well_since", MOMENT),
        sa.PrimaryKeyConstraint("screen", name="pk_screen_alarms"),
    )
    rounds = op.create_table(
        "alarm_rounds",
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_alarm_rounds"),
    )
    op.bulk_insert(rounds, [{"number": 1, "begun_at": datetime(2000, 1, 1, tzinfo=UTC)}])
    op.create_table(
        "screen_notices",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("sentences", sa.String(2000), nullable=False),
        sa.Column("place", sa.String(100), nullable=False),
        sa.Column("path", sa.String(100), nullable=False),
        sa.Column("is_delivered", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_screen_notices"),
        sqlite_autoincrement=True,
    )
