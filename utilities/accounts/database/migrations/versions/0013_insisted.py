"""Who has given a screen what cannot be read from where people stand."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("screens", sa.Column("insisted_by", sa.String(255)))
    op.add_column("screens", sa.Column("insisted_at", sa.DateTime(timezone=True)))
