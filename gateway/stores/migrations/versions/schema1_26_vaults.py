"""Whose sealed records are and what they belong to; vaults; tokens that were issued; whose ids of providers are."""

import sqlalchemy as sa
from alembic import op

revision = "1_26_vaults"
down_revision = "1_25_usage"


def upgrade() -> None:
    """Two columns of sealed records, three tables."""
    op.add_column("sealed_records", sa.Column("parent", sa.String(80)))
    op.add_column("sealed_records", sa.Column("subject", sa.String(64)))
    op.create_index("ix_sealed_records_parent", "sealed_records", ["tenant_id", "purpose", "parent"])
    op.create_index("ix_sealed_records_subject", "sealed_records", ["tenant_id", "subject"])
    _vaults()
    op.create_table(
        "owned_ids",
        sa.Column("tenant_id", sa.String(32), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("provider", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(64)),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_owned_ids_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "digest", "owner", name=op.f("pk_owned_ids")),
    )
    op.create_index("ix_owned_ids_subject", "owned_ids", ["tenant_id", "subject"])
    op.create_index("ix_owned_ids_expires_at", "owned_ids", ["expires_at"])


def _vaults() -> None:
    op.create_table(
        "vaults",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("tenant_id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("token_format", sa.String(16), nullable=False),
        sa.Column("description", sa.String(500), nullable=False),
        sa.Column("default_ttl_seconds", sa.Integer()),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("token_format IN ('pan', 'ssn', 'email', 'generic')", name=op.f("ck_vaults_token_format")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_vaults_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vaults")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_vaults_tenant_id_name")),
    )
    op.create_table(
        "issued_tokens",
        sa.Column("tenant_id", sa.String(32), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("expires_at", sa.BigInteger()),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_issued_tokens_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "digest", name=op.f("pk_issued_tokens")),
    )
    op.create_index("ix_issued_tokens_source", "issued_tokens", ["tenant_id", "source"])
    op.create_index("ix_issued_tokens_expires_at", "issued_tokens", ["expires_at"])
