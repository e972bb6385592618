"""The tables of datasets: what other programs push."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from utilities.accounts.database.metadata import METADATA as METADATA
from utilities.accounts.database.metadata import UtcDateTime

datasets = Table(
    "datasets",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("name", String(60), nullable=False),
    Column("declared", Text, nullable=False),  # JSON of utilities/datasets/schema.py
    Column("revision", Integer, nullable=False),  # grows with each change of the schema or the rows
    Column("rows", Integer, nullable=False),
    Column("made_by", String(255), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("pushed_by", String(255)),
    Column("pushed_at", UtcDateTime),  # the last push that was stored
    Column("failed_at", UtcDateTime),  # the last push that was refused, if it came after that
    Column("failure", String(500), nullable=False),
    UniqueConstraint("name"),
    sqlite_autoincrement=True,  # the number of one that was removed is never another's
)

dataset_rows = Table(
    "dataset_rows",
    METADATA,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),  # in the order of insertion
    Column("dataset", Integer, ForeignKey("datasets.number", ondelete="CASCADE"), nullable=False),
    Column("key", String(64)),  # a hash of the columns that are unique together; null without any
    Column("pushed_at", UtcDateTime, nullable=False),
    Column("body", Text, nullable=False),  # JSON: a value by the name of its column
    UniqueConstraint("dataset", "key"),
    Index("ix_dataset_rows_dataset_number", "dataset", "number"),
    sqlite_autoincrement=True,
)

dataset_requests = Table(
    "dataset_requests",
    METADATA,
    Column("dataset", Integer, ForeignKey("datasets.number", ondelete="CASCADE"), primary_key=True),
    Column("key", String(64), primary_key=True),  # a hash of the Idempotency-Key
    Column("body", String(64), nullable=False),  # a hash of the request
    Column("answer", Text, nullable=False),  # JSON
    Column("made_at", UtcDateTime, nullable=False),
)
