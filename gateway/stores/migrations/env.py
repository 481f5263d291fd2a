"""What alembic runs around the migrations: on the connection, and in the transaction, that `migrate` hands over."""

from __future__ import annotations

from alembic import context

from gateway.stores.schema import all_tables

# Alembic loads this file under that name. Under its own, imported by a tool that walks the package, it does nothing.
if __name__ == "env_py":
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=all_tables(),
        render_as_batch=True,  # SQLite alters a table by making it anew
        transactional_ddl=True,
        transaction_per_migration=False,
    )
    context.run_migrations()
