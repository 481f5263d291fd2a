"""A pretend next release: the code of this one, with a schema of its own (expand) that it writes to.

Schema N+1 adds a column to a table that requests write (the record), one to a table that the next release counts in,
a table and an index. Release N knows of none of it.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from gateway.stores.migrate import head
from tests.architecture.source import PACKAGES, ROOT

REVISION = "2_01_next"
_MIGRATION = '''"""What a next release may bring."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{head}"


def upgrade() -> None:
    """Add to what the release before uses."""
    op.add_column("access_uses", sa.Column("uses", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("audit_events", sa.Column("region", sa.String(16), nullable=False, server_default="here"))
    op.create_table("regions", sa.Column("name", sa.String(16), primary_key=True))
    op.create_index("ix_audit_events_region", "audit_events", ["region"])
'''
_CHANGES = {
    "gateway/stores/tables/access_uses.py": (
        (
            '    Column("used_at", Moment, nullable=False),\n',
            '    Column("used_at", Moment, nullable=False),\n    Column("uses", BigInteger, server_default="0"),\n',
        ),
        ("import Column,", "import BigInteger, Column,"),
        ("    used_at: datetime\n", "    used_at: datetime\n    uses: int = 1\n"),
        (
            'set_={"used_at": made.excluded.used_at}',
            'set_={"used_at": made.excluded.used_at, "uses": ACCESS_USES.c.uses + 1}',
        ),
        ("                    where=ACCESS_USES.c.used_at < made.excluded.used_at,\n", ""),
    ),
    **{f"{package}/__init__.py": (('__version__ = "', '__version__ = "9.'),) for package in PACKAGES},
}


def make(folder: Path) -> Path:
    """Write it into a folder that is not there yet; the folder."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package)
    for name, changes in _CHANGES.items():
        file = folder / name
        text = file.read_text(encoding="utf-8")
        for before, after in changes:
            assert before in text, (name, before)
            text = text.replace(before, after, 1)
        file.write_text(text, encoding="utf-8")
    versions = folder / "gateway" / "stores" / "migrations" / "versions"
    (versions / "schema2_01_next.py").write_text(_MIGRATION.format(revision=REVISION, head=head()), encoding="utf-8")
    return folder
