"""What was used, and what it cost: one row a day for all requests that are alike in who asked for what.

It is the truth that counters of money are filled from. A person is in it by a pseudonym only; the name stands sealed in
a table of its own, and is erased there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

from sqlalchemy import BigInteger, Column, LargeBinary, String, Table, Text, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from gateway.stores.database import Database
from gateway.stores.schema import METADATA

SUMS = (
    *("requests", "input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens", "cost_nano"),
    *("unpriced", "estimated"),
)
USAGE = Table(
    "usage",
    METADATA,
    Column("tenant", String(32), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("group_id", String(64), primary_key=True),
    Column("gateway", String(64), nullable=False),
    Column("agent", String(64), nullable=False),
    Column("key_id", String(64), nullable=False),
    Column("person", String(32), nullable=False),
    Column("provider", String(64), nullable=False),
    Column("model", String(128), nullable=False),
    Column("tags", Text, nullable=False),
    *(Column(name, BigInteger, nullable=False) for name in SUMS),
)
PEOPLE = Table(
    "usage_people",
    METADATA,
    Column("tenant", String(32), primary_key=True),
    Column("person", String(32), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)
OWNERS = frozenset({"tenant", "gateway", "agent", "key_id"})
GROUPS = frozenset({"gateway", "agent", "key_id", "person", "provider", "model", "tags", "day"})


@dataclass(frozen=True, slots=True)
class Alike:
    """What the requests of one row have in common. `day`: on which they came, `2026-11-24`, UTC; `tags`: canonical."""

    tenant: str
    day: str
    gateway: str = ""
    agent: str = ""
    key_id: str = ""
    person: str = ""
    provider: str = ""
    model: str = ""
    tags: str = ""

    @property
    def group_id(self) -> str:
        """One name for all but tenant and day."""
        parts = (self.gateway, self.agent, self.key_id, self.person, self.provider, self.model, self.tags)
        return hashlib.sha256(b"".join(b"%d.%b" % (len(part), part.encode()) for part in parts)).hexdigest()


@dataclass(frozen=True, slots=True)
class Used:
    """Sums. `unpriced`: requests that no price was known for; `estimated`: those whose tokens nobody counted."""

    requests: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    cost_nano: int = 0
    unpriced: int = 0
    estimated: int = 0

    def plus(self, other: Used) -> Used:
        """Both together."""
        return Used(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Used)))


@dataclass(frozen=True, slots=True)
class Group:
    """One row of a report: by what it is grouped, and the sums."""

    by: Mapping[str, str]
    used: Used


@dataclass(frozen=True, slots=True)
class Person:
    """The sealed name of a pseudonym."""

    tenant: str
    person: str
    sealed: bytes = field(repr=False)


class UsageStore:
    """Usage in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, rows: Mapping[Alike, Used], people: Sequence[Person] = ()) -> None:
        """Add to the sums, in one transaction.

        Raises:
            StoreUnavailable: nothing was added.
        """
        dialect = postgresql if self._database.kind == "postgresql" else sqlite
        added = dialect.insert(USAGE)
        sums = {name: USAGE.c[name] + added.excluded[name] for name in SUMS}
        key = ("tenant", "day", "group_id")
        added = added.on_conflict_do_update(index_elements=list(key), set_=sums)
        # In one order everywhere: replicas wait for one another and never in a circle.
        ordered = sorted(rows.items(), key=lambda row: (row[0].tenant, row[0].day, row[0].group_id))
        names = [one.name for one in fields(Alike)]
        async with self._database.write() as connection:
            for alike, used in ordered:
                values = {name: getattr(alike, name) for name in names} | {"group_id": alike.group_id}
                await connection.execute(added, values | {name: getattr(used, name) for name in SUMS})
            for one in people:
                values = {"tenant": one.tenant, "person": one.person, "sealed": one.sealed}
                await connection.execute(dialect.insert(PEOPLE).values(values).on_conflict_do_nothing())

    async def spent(self, owner: Sequence[tuple[str, str]], first_day: str) -> int:
        """Nano-dollars that an owner has spent since the beginning of a day.

        Args:
            owner: columns of `OWNERS` and their values.
            first_day: `2026-11-24`.

        Raises:
            StoreUnavailable: it is not known.
        """
        if not OWNERS.issuperset(name for name, _ in owner):
            raise ValueError("no such column of owners")
        wanted = select(func.coalesce(func.sum(USAGE.c.cost_nano), 0)).where(
            USAGE.c.day >= first_day, *(USAGE.c[name] == value for name, value in owner)
        )
        async with self._database.read() as connection:
            return int(await connection.scalar(wanted) or 0)

    async def report(
        self, tenant: str, first_day: str, last_day: str, by: Sequence[str], limit: int, where: Mapping[str, str]
    ) -> list[Group]:
        """The sums of a tenant's days, grouped; the dearest first, `limit` at most.

        Args:
            tenant: whose.
            first_day, last_day: both included.
            by: columns of `GROUPS`; none for one row.
            limit: of rows.
            where: columns of `GROUPS` that must have these values.
        """
        if not GROUPS.issuperset((*by, *where)):
            raise ValueError("no such column of groups")
        columns = [USAGE.c[name] for name in by]
        sums = [func.coalesce(func.sum(USAGE.c[name]), 0).label(name) for name in SUMS]
        wanted = (
            select(*columns, *sums)
            .where(USAGE.c.tenant == tenant, USAGE.c.day >= first_day, USAGE.c.day <= last_day)
            .where(*(USAGE.c[name] == value for name, value in where.items()))
            .group_by(*columns)
            .order_by(func.sum(USAGE.c.cost_nano).desc(), func.sum(USAGE.c.requests).desc(), *columns)
            .limit(limit)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(wanted)).all()
        return [
            Group(dict(zip(by, row[: len(by)], strict=True)), Used(*(int(one) for one in row[len(by) :])))
            for row in rows
        ]

    async def names(self, tenant: str, people: Sequence[str]) -> dict[str, bytes]:
        """Sealed names by pseudonym; those that were erased are not there."""
        wanted = select(PEOPLE.c.person, PEOPLE.c.sealed).where(PEOPLE.c.tenant == tenant, PEOPLE.c.person.in_(people))
        async with self._database.read() as connection:
            return {row.person: row.sealed for row in await connection.execute(wanted)}

    async def erase(self, tenant: str, person: str) -> bool:
        """Erase a person's name; the sums stay, under a pseudonym that nobody can turn back. Whether there was one."""
        erased = delete(PEOPLE).where(PEOPLE.c.tenant == tenant, PEOPLE.c.person == person)
        async with self._database.write() as connection:
            return (await connection.execute(erased)).rowcount > 0

    async def prune(self, before_day: str) -> int:
        """Delete rows of days before one; how many there were."""
        async with self._database.write() as connection:
            return (await connection.execute(delete(USAGE).where(USAGE.c.day < before_day))).rowcount
