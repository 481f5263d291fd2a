"""What was used, and what it cost."""

import sqlalchemy as sa
from alembic import op

revision = "1_25_usage"
down_revision = "1_24_signed_prunes"
_SUMS = (
    *("requests", "input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens", "cost_nano"),
    *("unpriced", "estimated"),
)


def upgrade() -> None:
    """Sums by day, and the names of the people in them."""
    op.create_table(
        "usage",
        sa.Column("tenant", sa.String(32), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("group_id", sa.String(64), nullable=False),
        sa.Column("gateway", sa.String(64), nullable=False),
        sa.Column("agent", sa.String(64), nullable=False),
        sa.Column("key_id", sa.String(64), nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("provider", sa.String(64), nullable=False),
        sa.Column("model", sa.String(128), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in _SUMS),
        sa.PrimaryKeyConstraint("tenant", "day", "group_id", name=op.f("pk_usage")),
    )
    op.create_table(
        "usage_people",
        sa.Column("tenant", sa.String(32), nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "person", name=op.f("pk_usage_people")),
    )
