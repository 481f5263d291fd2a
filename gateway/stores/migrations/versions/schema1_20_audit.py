"""The audit: chains, heads, side records, checkpoints, signing keys; and the guard rails of its rows."""

import sqlalchemy as sa
from alembic import op

revision = "1_20_audit"
down_revision = "1_01_tenants"

_GUARD_SQLITE = (
    (
        "CREATE TRIGGER audit_events_unchanged BEFORE UPDATE ON audit_events "
        "BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END"
    ),
    (
        "CREATE TRIGGER audit_events_kept BEFORE DELETE ON audit_events WHEN NOT EXISTS "
        "(SELECT 1 FROM audit_heads h WHERE h.chain = OLD.chain AND h.start_seq >= OLD.seq) "
        "BEGIN SELECT RAISE(ABORT, 'audit rows are pruned under a signed record only'); END"
    ),
)
_GUARD_POSTGRESQL = (
    (
        "CREATE FUNCTION audit_events_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_OP = 'UPDATE' THEN RAISE EXCEPTION 'audit rows are never changed' USING ERRCODE = '23000'; END IF; "
        "IF NOT EXISTS (SELECT 1 FROM audit_heads h WHERE h.chain = OLD.chain AND h.start_seq >= OLD.seq) THEN "
        "RAISE EXCEPTION 'audit rows are pruned under a signed record only' USING ERRCODE = '23000'; END IF; "
        "RETURN OLD; END $$"
    ),
    (
        "CREATE TRIGGER audit_events_guard BEFORE UPDATE OR DELETE ON audit_events "
        "FOR EACH ROW EXECUTE FUNCTION audit_events_guard()"
    ),
)


def upgrade() -> None:
    """The audit."""
    op.create_table(
        "audit_events",
        sa.Column("chain", sa.String(64), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("request_id", sa.String(64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("commitments", sa.Text(), nullable=False),
        sa.Column("previous", sa.LargeBinary(32), nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("mac", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("chain", "seq", name=op.f("pk_audit_events")),
    )
    op.create_index(op.f("ix_audit_events_request_id"), "audit_events", ["request_id"])
    op.create_table(
        "audit_heads",
        sa.Column("chain", sa.String(64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("start_seq", sa.BigInteger(), nullable=False),
        sa.Column("start_hash", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("chain", name=op.f("pk_audit_heads")),
    )
    op.create_table(
        "audit_sides",
        sa.Column("chain", sa.String(64), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(16), nullable=False),
        sa.Column("subject", sa.LargeBinary(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("chain", "seq", "name", name=op.f("pk_audit_sides")),
    )
    op.create_index(op.f("ix_audit_sides_subject"), "audit_sides", ["subject"])
    op.create_table(
        "audit_checkpoints",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_checkpoints")),
    )
    op.create_table(
        "audit_keys",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("public_key", sa.LargeBinary(32), nullable=False),
        sa.Column("signature", sa.LargeBinary(64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_keys")),
    )
    guards = _GUARD_POSTGRESQL if op.get_bind().dialect.name == "postgresql" else _GUARD_SQLITE
    for statement in guards:
        op.execute(sa.text(statement.replace(":", r"\:")))
