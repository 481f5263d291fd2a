"""Schema changes, run by alembic: see `gateway/stores/migrate.py`."""
