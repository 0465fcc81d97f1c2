"""What alembic runs: the migrations, on the connection and in the transaction of `migrate`."""

from alembic import context

from server.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite changes a table by copying it
    transactional_ddl=True,  # SQLite too, because the transaction is begun by us and not by the driver
)
context.run_migrations()
