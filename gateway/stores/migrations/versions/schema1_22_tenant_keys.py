"""Tenants' keys, and what they seal."""

import sqlalchemy as sa
from alembic import op

revision = "1_22_tenant_keys"
down_revision = "1_21_admins"


def upgrade() -> None:
    """Configurations, versions, sealed records, the epoch."""
    _configs()
    _versions()
    op.create_table(
        "sealed_records",
        sa.Column("tenant_id", sa.String(32), nullable=False),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("origin_version", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_sealed_records_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "purpose", "name", name=op.f("pk_sealed_records")),
    )
    op.create_index("ix_sealed_records_version", "sealed_records", ["tenant_id", "version"])
    op.create_index("ix_sealed_records_expires_at", "sealed_records", ["expires_at"])
    epoch = op.create_table(
        "key_epoch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_epoch")),
    )
    op.bulk_insert(epoch, [{"id": 1, "epoch": 1}])


def _configs() -> None:
    op.create_table(
        "kms_configs",
        sa.Column("tenant_id", sa.String(32), nullable=False),
        sa.Column("method", sa.String(16), nullable=False),
        sa.Column("provider", sa.String(16), nullable=False),
        sa.Column("key_ref", sa.String(2048), nullable=False),
        sa.Column("config", sa.String(8192), nullable=False),
        sa.Column("identity", sa.String(2048)),
        sa.Column("exclusive_key", sa.String(2048)),
        sa.Column("rotate_every_days", sa.Integer(), nullable=False),
        sa.Column("sealed_since", sa.BigInteger()),
        sa.Column("last_verified_at", sa.BigInteger()),
        sa.Column("last_verify_error", sa.String(40), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("method IN ('global', 'operator_kms', 'customer_kms')", name=op.f("ck_kms_configs_method")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_kms_configs_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_kms_configs")),
        sa.UniqueConstraint("identity", name=op.f("uq_kms_configs_identity")),
        sa.UniqueConstraint("exclusive_key", name=op.f("uq_kms_configs_exclusive_key")),
    )


def _versions() -> None:
    op.create_table(
        "tenant_keys",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("tenant_id", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("method", sa.String(16), nullable=False),
        sa.Column("provider", sa.String(16), nullable=False),
        sa.Column("key_ref", sa.String(2048), nullable=False),
        sa.Column("config", sa.String(8192), nullable=False),
        sa.Column("wrapped", sa.LargeBinary()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", sa.BigInteger()),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("status IN ('active', 'retired', 'revoked')", name=op.f("ck_tenant_keys_status")),
        sa.CheckConstraint("(status = 'revoked') = (wrapped IS NULL)", name=op.f("ck_tenant_keys_erased")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_tenant_keys_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenant_keys")),
        sa.UniqueConstraint("tenant_id", "version", name=op.f("uq_tenant_keys_tenant_id_version")),
    )
    op.create_index("ix_tenant_keys_epoch", "tenant_keys", ["epoch"])
    active = sa.text("status = 'active'")
    op.create_index(
        "uq_tenant_keys_active", "tenant_keys", ["tenant_id"], unique=True, sqlite_where=active, postgresql_where=active
    )
