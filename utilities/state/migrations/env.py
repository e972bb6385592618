"""What Alembic runs; `utilities.state.migrate` hands it a connection."""

from alembic import context

from utilities.state.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite cannot alter most of a table in place
)
with context.begin_transaction():
    context.run_migrations()
