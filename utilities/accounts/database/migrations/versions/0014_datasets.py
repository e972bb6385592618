"""Datasets, their rows, and the keys of pushes that may come twice."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "datasets",
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("declared", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("made_by", sa.String(255), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("pushed_by", sa.String(255)),
        sa.Column("pushed_at", MOMENT),
        sa.Column("failed_at", MOMENT),
        sa.Column("failure", sa.String(500), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_datasets"),
        sa.UniqueConstraint("name", name="uq_datasets_name"),
        sqlite_autoincrement=True,
    )
    owner = sa.ForeignKeyConstraint(
        ["dataset"], ["datasets.number"], name="fk_dataset_rows_dataset_datasets", ondelete="CASCADE"
    )
    op.create_table(
        "dataset_rows",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("dataset", sa.Integer, nullable=False),
        sa.Column("key", sa.String(64)),
        sa.Column("pushed_at", MOMENT, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        owner,
        sa.PrimaryKeyConstraint("number", name="pk_dataset_rows"),
        sa.UniqueConstraint("dataset", "key", name="uq_dataset_rows_dataset"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_dataset_rows_dataset_number", "dataset_rows", ["dataset", "number"])
    owner = sa.ForeignKeyConstraint(
        ["dataset"], ["datasets.number"], name="fk_dataset_requests_dataset_datasets", ondelete="CASCADE"
    )
    op.create_table(
        "dataset_requests",
        sa.Column("dataset", sa.Integer, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("body", sa.String(64), nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        owner,
        sa.PrimaryKeyConstraint("dataset", "key", name="pk_dataset_requests"),
    )
