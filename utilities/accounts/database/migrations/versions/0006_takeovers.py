"""Messages that fill the glass of screens."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "takeovers",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("screen", sa.Integer, nullable=False),
        sa.Column("message", sa.String(200), nullable=False),
        sa.Column("sender", sa.String(100), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_takeovers"),
        sa.UniqueConstraint("screen", name="uq_takeovers_screen"),
        sqlite_autoincrement=True,
    )
