"""Notices about screens are delivered from the table of all notices alone."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("screen_notices", "is_delivered")
