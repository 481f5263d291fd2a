"""Who administers a tenant."""

import sqlalchemy as sa
from alembic import op

revision = "1_21_admins"
down_revision = "1_20_audit"


def upgrade() -> None:
    """Identities, issuers, one-time credentials."""
    op.create_table(
        "admins",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("tenant_id", sa.String(32), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("issuer", sa.String(300), nullable=False),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("public_key", sa.String(2000), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("role IN ('owner', 'admin', 'developer', 'viewer')", name=op.f("ck_admins_role")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_admins_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admins")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_admins_issuer_subject")),
    )
    op.create_index(op.f("ix_admins_tenant_id"), "admins", ["tenant_id"])
    op.create_table(
        "admin_issuers",
        sa.Column("issuer", sa.String(300), nullable=False),
        sa.Column("tenant_id", sa.String(32), nullable=False),
        sa.Column("audience", sa.String(300), nullable=False),
        sa.Column("client_id", sa.String(300), nullable=False),
        sa.Column("algorithm", sa.String(16), nullable=False),
        sa.Column("token_type", sa.String(32), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_admin_issuers_tenant_id")),
        sa.PrimaryKeyConstraint("issuer", name=op.f("pk_admin_issuers")),
    )
    op.create_index(op.f("ix_admin_issuers_tenant_id"), "admin_issuers", ["tenant_id"])
    op.create_table(
        "admin_bootstraps",
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("tenant_id", sa.String(32), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_admin_bootstraps_tenant_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_admin_bootstraps")),
    )
    op.create_table(
        "admin_step_ups",
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("tenant_id", sa.String(32), nullable=False),
        sa.Column("actor", sa.String(32), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_admin_step_ups")),
    )
    op.create_index(op.f("ix_admin_step_ups_expires_at"), "admin_step_ups", ["expires_at"])
