"""Where visitors are, so that private tiles are hidden there."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "visitor_modes",
        sa.Column("target", sa.String(120), nullable=False),
        sa.Column("person", sa.String(255), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("target", name="pk_visitor_modes"),
    )
