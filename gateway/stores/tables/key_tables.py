"""The tables of tenants' keys; what is done with them stands in `keys.py`."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from gateway.stores.schema import METADATA, Moment

ACTIVE, RETIRED, REVOKED = "active", "retired", "revoked"

KMS_CONFIGS = Table(
    "kms_configs",
    METADATA,
    Column("tenant_id", String(32), ForeignKey("tenants.id"), primary_key=True),
    Column("method", String(16), nullable=False),
    Column("provider", String(16), nullable=False),
    Column("key_ref", String(2048), nullable=False),
    Column("config", String(8192), nullable=False),
    # What no two tenants may share; null where they may.
    Column("identity", String(2048)),
    Column("exclusive_key", String(2048)),
    Column("rotate_every_days", Integer, nullable=False),
    Column("sealed_since", Moment),
    Column("last_verified_at", Moment),
    Column("last_verify_error", String(40), nullable=False),
    Column("updated_at", Moment, nullable=False),
    UniqueConstraint("identity"),
    UniqueConstraint("exclusive_key"),
    CheckConstraint("method IN ('global', 'operator_kms', 'customer_kms')", name="method"),
)
TENANT_KEYS = Table(
    "tenant_keys",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("tenant_id", String(32), ForeignKey("tenants.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    Column("method", String(16), nullable=False),
    Column("provider", String(16), nullable=False),
    Column("key_ref", String(2048), nullable=False),
    Column("config", String(8192), nullable=False),
    Column("wrapped", LargeBinary),
    Column("created_at", Moment, nullable=False),
    Column("retired_at", Moment),
    Column("epoch", BigInteger, nullable=False),
    UniqueConstraint("tenant_id", "version"),
    CheckConstraint("status IN ('active', 'retired', 'revoked')", name="status"),
    CheckConstraint("(status = 'revoked') = (wrapped IS NULL)", name="erased"),
    Index("ix_tenant_keys_epoch", "epoch"),
)
ONE_ACTIVE = Index(
    "uq_tenant_keys_active",
    TENANT_KEYS.c.tenant_id,
    unique=True,
    sqlite_where=TENANT_KEYS.c.status == ACTIVE,
    postgresql_where=TENANT_KEYS.c.status == ACTIVE,
)
EPOCH = Table(
    "key_epoch", METADATA, Column("id", Integer, primary_key=True), Column("epoch", BigInteger, nullable=False)
)
