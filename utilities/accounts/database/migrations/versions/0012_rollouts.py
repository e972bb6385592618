"""Which screens may load pages that have changed."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    rollouts = op.create_table(
        "screen_rollouts",
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("target", sa.String(32), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("canary", sa.Integer, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("held_at", MOMENT),
        sa.PrimaryKeyConstraint("number", name="pk_screen_rollouts"),
    )
    at = datetime(2000, 1, 1, tzinfo=UTC)
    row = {"number": 1, "target": "", "state": "released", "canary": 0, "changed_at": at, "held_at": None}
    op.bulk_insert(rollouts, [row])
