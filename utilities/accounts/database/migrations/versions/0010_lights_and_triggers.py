"""The brightness of screens, takeovers with a board, and takeovers by a threshold."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("takeovers", sa.Column("board", sa.String(100), nullable=False, server_default=""))
    op.create_table(
        "screen_lights",
        sa.Column("screen", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("brightness", sa.Integer, nullable=False),
        sa.Column("person", sa.String(255), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("screen", name="pk_screen_lights"),
    )
    op.create_table(
        "takeover_triggers",
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("holds_since", sa.DateTime(timezone=True)),
        sa.Column("fired_at", sa.DateTime(timezone=True)),
        sa.Column("takeovers", sa.String(2000), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_takeover_triggers"),
    )
