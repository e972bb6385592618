"""The links by which a picture of a report is shown to those who do not sign in."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "links",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("report", sa.String(100), nullable=False),
        sa.Column("query", sa.String(1000), nullable=False),
        sa.Column("made_by", sa.String(255), nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("until", moment, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_links"),
        sqlite_autoincrement=True,
    )
