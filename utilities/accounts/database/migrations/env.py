"""What Alembic runs; `utilities.accounts.database.migrate` hands it a connection."""

from alembic import context

from utilities.accounts.database.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite cannot alter most of a table in place
)
with context.begin_transaction():
    context.run_migrations()
