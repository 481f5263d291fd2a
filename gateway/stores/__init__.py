"""What is kept: one code for SQLite and PostgreSQL, and what replicas share and may lose."""
