"""Pruning of the audit by signed records only; checkpoints, signing keys and prune records are only added to."""

import sqlalchemy as sa
from alembic import op

revision = "1_24_signed_prunes"
down_revision = "1_23_alerts"

_ONLY_ADDED = ("audit_checkpoints", "audit_keys", "audit_prunes")
_SQLITE = (
    "DROP TRIGGER audit_events_kept",
    (
        "CREATE TRIGGER audit_events_kept BEFORE DELETE ON audit_events WHEN NOT EXISTS "
        "(SELECT 1 FROM audit_prunes p WHERE p.chain = OLD.chain AND p.up_to >= OLD.seq) "
        "BEGIN SELECT RAISE(ABORT, 'audit rows are pruned under a signed record only'); END"
    ),
    *(
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
        for table in _ONLY_ADDED
        for verb in ("UPDATE", "DELETE")
    ),
)
_POSTGRESQL = (
    (
        "CREATE OR REPLACE FUNCTION audit_events_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_OP = 'UPDATE' THEN RAISE EXCEPTION 'audit rows are never changed' USING ERRCODE = '23000'; END IF; "
        "IF NOT EXISTS (SELECT 1 FROM audit_prunes p WHERE p.chain = OLD.chain AND p.up_to >= OLD.seq) THEN "
        "RAISE EXCEPTION 'audit rows are pruned under a signed record only' USING ERRCODE = '23000'; END IF; "
        "RETURN OLD; END $$"
    ),
    (
        "CREATE FUNCTION audit_only_added() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'this table of the audit is only added to' USING ERRCODE = '23000'; END $$"
    ),
    *(
        f"CREATE TRIGGER {table}_only_added BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION audit_only_added()"
        for table in _ONLY_ADDED
    ),
)


def upgrade() -> None:
    """Signed prunes."""
    op.create_table(
        "audit_prunes",
        sa.Column("chain", sa.String(64), nullable=False),
        sa.Column("up_to", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("signing_key", sa.String(16), nullable=False),
        sa.Column("signature", sa.LargeBinary(64), nullable=False),
        sa.PrimaryKeyConstraint("chain", "up_to", name=op.f("pk_audit_prunes")),
    )
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in _POSTGRESQL if is_postgresql else _SQLITE:
        op.execute(sa.text(statement.replace(":", r"\:")))
    with op.batch_alter_table("audit_heads") as heads:  # what was pruned is in records that are signed
        heads.drop_column("start_seq")
        heads.drop_column("start_hash")
