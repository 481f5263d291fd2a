"""Gateways, agents, capability keys, logins, address lists, and the epoch of their changes."""

import sqlalchemy as sa
from alembic import op

revision = "1_27_access"
down_revision = "1_26_vaults"

_STATUS = "status IN ('active', 'paused', 'archived')"


def upgrade() -> None:
    """All of it."""
    _gateways()
    _agents()
    _keys()
    _logins()
    op.create_table(
        "address_lists",
        sa.Column("tenant_id", sa.String(32), nullable=False),
        sa.Column("allow", sa.Text(), nullable=False),
        sa.Column("deny", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_address_lists_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_address_lists")),
    )
    op.create_table(
        "access_changes",
        sa.Column("tenant_id", sa.String(32), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_access_changes_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_access_changes")),
    )
    op.create_index("ix_access_changes_epoch", "access_changes", ["epoch"])
    epoch = op.create_table(
        "access_epoch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_epoch")),
    )
    op.bulk_insert(epoch, [{"id": 1, "epoch": 1}])


def _gateways() -> None:
    op.create_table(
        "gateways",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("tenant_id", sa.String(32), nullable=False),
        sa.Column("slug", sa.String(40), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("description", sa.String(500), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("sandbox", sa.Boolean(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(_STATUS, name=op.f("ck_gateways_status")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_gateways_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gateways")),
        sa.UniqueConstraint("tenant_id", "slug", name=op.f("uq_gateways_tenant_id_slug")),
    )


def _agents() -> None:
    op.create_table(
        "agents",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("tenant_id", sa.String(32), nullable=False),
        sa.Column("gateway_id", sa.String(32), nullable=False),
        sa.Column("slug", sa.String(40), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("description", sa.String(500), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(_STATUS, name=op.f("ck_agents_status")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_agents_tenant_id")),
        sa.ForeignKeyConstraint(["gateway_id"], ["gateways.id"], name=op.f("fk_agents_gateway_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agents")),
        sa.UniqueConstraint("tenant_id", "slug", name=op.f("uq_agents_tenant_id_slug")),
    )
    op.create_index("ix_agents_gateway_id", "agents", ["gateway_id"])


def _keys() -> None:
    kinds = "kind IN ('agent', 'read', 'oneshot', 'session')"
    op.create_table(
        "capability_keys",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("tenant_id", sa.String(32), nullable=False),
        sa.Column("agent_id", sa.String(32), nullable=False),
        sa.Column("parent_id", sa.String(16), nullable=False),
        sa.Column("family_id", sa.String(16), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("thumbprint", sa.String(43), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("mac", sa.LargeBinary(32), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger()),
        sa.Column("used_at", sa.BigInteger()),
        sa.CheckConstraint(kinds, name=op.f("ck_capability_keys_kind")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_capability_keys_tenant_id")),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_capability_keys_agent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capability_keys")),
    )
    for column in ("agent_id", "parent_id", "family_id", "expires_at"):
        op.create_index(f"ix_capability_keys_{column}", "capability_keys", [column])


def _logins() -> None:
    op.create_table(
        "refresh_families",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("tenant_id", sa.String(32), nullable=False),
        sa.Column("agent_id", sa.String(32), nullable=False),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("seed", sa.LargeBinary(32), nullable=False),
        sa.Column("thumbprint", sa.String(43), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("rotated_at", sa.BigInteger(), nullable=False),
        sa.Column("grace_used", sa.Boolean(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger()),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_refresh_families_tenant_id")),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_refresh_families_agent_id")),
        sa.ForeignKeyConstraint(["key_id"], ["capability_keys.id"], name=op.f("fk_refresh_families_key_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refresh_families")),
    )
    for column in ("key_id", "expires_at"):
        op.create_index(f"ix_refresh_families_{column}", "refresh_families", [column])
