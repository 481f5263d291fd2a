"""The tables of the audit; what is done with them stands in `audit.py`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, String, Table, Text

from gateway.stores.schema import METADATA

EVENTS = Table(
    "audit_events",
    METADATA,
    Column("chain", String(64), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at_us", BigInteger, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("request_id", String(64), nullable=False, index=True),
    Column("body", Text, nullable=False),
    Column("commitments", Text, nullable=False),
    Column("previous", LargeBinary(32), nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("mac", LargeBinary(32), nullable=False),
)
HEADS = Table(
    "audit_heads",
    METADATA,
    Column("chain", String(64), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
)
SIDES = Table(
    "audit_sides",
    METADATA,
    Column("chain", String(64), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("name", String(16), primary_key=True),
    Column("subject", LargeBinary(32), nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
)
CHECKPOINTS = Table(
    "audit_checkpoints",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    Column("signature", LargeBinary(64), nullable=False),
)
KEYS = Table(
    "audit_keys",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("public_key", LargeBinary(32), nullable=False),
    Column("signature", LargeBinary(64), nullable=False),
)
PRUNES = Table(
    "audit_prunes",
    METADATA,
    Column("chain", String(64), primary_key=True),
    Column("up_to", BigInteger, primary_key=True, autoincrement=False),
    Column("signing_key", String(16), nullable=False),
    Column("signature", LargeBinary(64), nullable=False),
)
