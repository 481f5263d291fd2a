"""When each right was last used, for access reviews."""

import sqlalchemy as sa
from alembic import op

revision = "1_28_access_uses"
down_revision = "1_27_access"


def upgrade() -> None:
    """Last uses."""
    op.create_table(
        "access_uses",
        sa.Column("tenant_id", sa.String(32), nullable=False),
        sa.Column("holder", sa.String(32), nullable=False),
        sa.Column("right", sa.String(40), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "holder", "right", name=op.f("pk_access_uses")),
    )
