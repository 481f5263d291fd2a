"""Alerts, and the epochs of canaries."""

import sqlalchemy as sa
from alembic import op

revision = "1_23_alerts"
down_revision = "1_22_tenant_keys"


def upgrade() -> None:
    """Receivers, counts, the queue; epochs."""
    op.create_table(
        "canary_epochs",
        sa.Column("tenant_id", sa.String(32), nullable=False),
        sa.Column("agent", sa.String(64), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("turned_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "agent", name=op.f("pk_canary_epochs")),
    )
    op.create_table(
        "alert_receivers",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("tenant_id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("rules", sa.String(300), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind IN ('webhook', 'slack', 'email', 'sms')", name=op.f("ck_alert_receivers_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_receivers")),
    )
    op.create_index("uq_alert_receivers_name", "alert_receivers", ["tenant_id", "name"], unique=True)
    op.create_table(
        "alert_bursts",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("events_before", sa.Integer(), nullable=False),
        sa.Column("quiet_until", sa.BigInteger(), nullable=False),
        sa.Column("unsaid", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_bursts")),
    )
    op.create_index("ix_alert_bursts_quiet_until", "alert_bursts", ["quiet_until"])
    op.create_table(
        "alert_queue",
        sa.Column("alert_id", sa.String(32), nullable=False),
        sa.Column("receiver_id", sa.String(32), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["receiver_id"], ["alert_receivers.id"], name=op.f("fk_alert_queue_receiver_id")),
        sa.PrimaryKeyConstraint("alert_id", "receiver_id", name=op.f("pk_alert_queue")),
    )
    op.create_index("ix_alert_queue_due_at", "alert_queue", ["due_at"])
