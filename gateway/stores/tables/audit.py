"""The audit's chains, their heads, side records, checkpoints and signing keys.

Laws: a row is added at the head of its chain in the transaction that moves the head, so that two replicas write one
chain; rows are never changed, and only rows under a prune record are deleted (triggers hold both, as a guard rail: the
chain is the proof).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from sqlalchemy import Select, Table, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.audit.chain import Head, Row
from gateway.audit.checkpoint import Checkpoint, KeyRotation, Pruning
from gateway.stores.database import Database
from gateway.stores.tables.audit_tables import CHECKPOINTS, EVENTS, HEADS, KEYS, PRUNES, SIDES

_ROW = ("chain", "seq", "at_us", "kind", "request_id", "body", "commitments", "previous", "hash", "mac")
_values = attrgetter(*_ROW)
_INSERT = {
    style: f"INSERT INTO audit_events ({', '.join(_ROW)}) VALUES ({', '.join(marks)})"  # noqa: S608 - names of ours
    for style, marks in {
        "qmark": ["?"] * len(_ROW),
        "numeric_dollar": [f"${number}" for number in range(1, len(_ROW) + 1)],
    }.items()
}
PAGE = 1000
_ORDER = (EVENTS.c.chain, EVENTS.c.seq)


@dataclass(frozen=True, slots=True)
class SideRow:
    """A sealed personal field beside a row. `subject` is a keyed hash of its value, to find it for erasure."""

    name: str
    subject: bytes = field(repr=False)
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Linked:
    """A row ready to be written, with what stands beside it."""

    row: Row
    sides: tuple[SideRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows to read; what is empty does not limit."""

    chains: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    request_id: str = ""
    entity: str = ""
    from_us: int | None = None
    to_us: int | None = None


class AuditStore:
    """The audit in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, chains: Sequence[str], link: Callable[[dict[str, Head]], list[Linked]]) -> list[Linked]:
        """Add rows to some chains in one transaction.

        Args:
            chains: whose heads are needed.
            link: makes the rows that follow those heads.

        Raises:
            StoreUnavailable: nothing was added.
        """
        named = sorted(set(chains))  # in one order everywhere: replicas wait for one another and never in a circle
        async with self._database.write() as connection:
            heads = await self._heads(connection, named)
            if len(heads) < len(named):  # the first rows of a chain
                for chain in named:
                    await connection.execute(self._new_head(chain))
                heads = await self._heads(connection, named)
            linked = link(heads)
            await self._insert(connection, linked)
        return linked

    async def _heads(self, connection: AsyncConnection, chains: Sequence[str]) -> dict[str, Head]:
        """Heads that are there, held until the end of the transaction."""
        wanted = select(HEADS.c.chain, HEADS.c.seq, HEADS.c.hash).where(HEADS.c.chain.in_(chains))
        found = await connection.execute(wanted.order_by(HEADS.c.chain).with_for_update())
        return {chain: Head(chain, seq, digest) for chain, seq, digest in found}

    def _new_head(self, chain: str) -> Any:
        return self._insert_of(HEADS).values(chain=chain, seq=0, hash=bytes(32)).on_conflict_do_nothing()

    def _insert_of(self, table: Table) -> Any:
        """An insert that knows what to do about conflicts, which each dialect has a word of its own for."""
        return (postgresql if self._database.kind == "postgresql" else sqlite).insert(table)

    async def _insert(self, connection: AsyncConnection, linked: Sequence[Linked]) -> None:
        if not linked:
            return
        # As the driver takes them: the dialect would change no value of a row, and that costs as much as all the rest.
        await connection.exec_driver_sql(_INSERT[connection.dialect.paramstyle], [_values(one.row) for one in linked])
        beside = [
            {"chain": one.row.chain, "seq": one.row.seq, "name": s.name, "subject": s.subject, "sealed": s.sealed}
            for one in linked
            for s in one.sides
        ]
        if beside:
            await connection.execute(SIDES.insert(), beside)
        newest = {one.row.chain: one.row for one in linked}
        for row in newest.values():
            moved = update(HEADS).where(HEADS.c.chain == row.chain).values(seq=row.seq, hash=row.hash)
            await connection.execute(moved)

    async def rows(self, which: Filter, *, after: tuple[str, int] = ("", 0), limit: int = PAGE) -> list[Row]:
        """Rows in the order of chain and place, those behind `after`; `limit` at most."""
        chain, seq = after
        behind = (EVENTS.c.chain > chain) | ((EVENTS.c.chain == chain) & (EVENTS.c.seq > seq))
        wanted = _filtered(which).where(behind).order_by(*_ORDER).limit(limit)
        async with self._database.read() as connection:
            return [Row(*one) for one in await connection.execute(wanted)]

    async def page(self, which: Filter, cursor: int | None, *, limit: int, newest: bool) -> list[Row]:
        """Rows of one chain behind a place, the newest or the oldest first; `limit` at most."""
        wanted = _filtered(which).order_by(EVENTS.c.seq.desc() if newest else EVENTS.c.seq).limit(limit)
        if cursor is not None:
            wanted = wanted.where(EVENTS.c.seq < cursor if newest else EVENTS.c.seq > cursor)
        async with self._database.read() as connection:
            return [Row(*one) for one in await connection.execute(wanted)]

    async def sides(self, chain: str, seqs: Sequence[int]) -> dict[tuple[int, str], bytes]:
        """Sealed personal fields beside some rows, by place and name; those that were erased are not there."""
        wanted = select(SIDES.c.seq, SIDES.c.name, SIDES.c.sealed).where(SIDES.c.chain == chain, SIDES.c.seq.in_(seqs))
        async with self._database.read() as connection:
            return {(seq, name): sealed for seq, name, sealed in await connection.execute(wanted)}

    async def erase_subject(self, subject: bytes, chains: Sequence[str] = ()) -> int:
        """Delete the personal fields of one person, in some chains or in all; how many there were."""
        gone = delete(SIDES).where(SIDES.c.subject == subject)
        if chains:
            gone = gone.where(SIDES.c.chain.in_(chains))
        async with self._database.write() as connection:
            return (await connection.execute(gone)).rowcount

    async def heads(self) -> list[Head]:
        """The newest row of every chain."""
        wanted = select(HEADS.c.chain, HEADS.c.seq, HEADS.c.hash).order_by(HEADS.c.chain)
        async with self._database.read() as connection:
            return [Head(*one) for one in await connection.execute(wanted)]

    async def prunable(self, chain: str, before_us: int) -> Head | None:
        """The last row of a chain that is older than a moment and has only such rows before it; None when none is."""
        younger = select(func.min(EVENTS.c.seq)).where(EVENTS.c.chain == chain, EVENTS.c.at_us >= before_us)
        async with self._database.read() as connection:
            first = (await connection.execute(younger)).scalar()
            wanted = select(EVENTS.c.seq, EVENTS.c.hash).where(EVENTS.c.chain == chain)
            if first is not None:
                wanted = wanted.where(EVENTS.c.seq < first)
            last = (await connection.execute(wanted.order_by(EVENTS.c.seq.desc()).limit(1))).first()
        return Head(chain, last.seq, last.hash) if last else None

    async def prune(self, pruning: Pruning) -> int:
        """Delete the rows of a chain up to a place; how many there were. What was pruned is on the chain already.

        A transaction a thousand rows: who writes does not wait for all of them.
        """
        start, pruned = pruning.start, 0
        values = {"chain": start.chain, "up_to": start.seq, "signing_key": pruning.signing_key}
        mark = self._insert_of(PRUNES).values({**values, "signature": pruning.signature})
        async with self._database.write() as connection:
            await connection.execute(mark.on_conflict_do_nothing())
        while True:
            first = select(EVENTS.c.seq).where(EVENTS.c.chain == start.chain, EVENTS.c.seq <= start.seq)
            async with self._database.write() as connection:
                seqs = (await connection.execute(first.order_by(EVENTS.c.seq).limit(PAGE))).scalars().all()
                if not seqs:
                    return pruned
                for table in (SIDES, EVENTS):
                    gone = delete(table).where(table.c.chain == start.chain, table.c.seq <= seqs[-1])
                    await connection.execute(gone)
            pruned += len(seqs)

    async def add_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Keep a checkpoint.

        Raises:
            Conflict: another replica has made the one of that number.
        """
        values = {"number": checkpoint.number, "body": checkpoint.body, "signature": checkpoint.signature}
        async with self._database.write() as connection:
            await connection.execute(CHECKPOINTS.insert().values(values))

    async def checkpoints(self, after: int = 0) -> list[Checkpoint]:
        """Checkpoints in order."""
        wanted = select(CHECKPOINTS).where(CHECKPOINTS.c.number > after).order_by(CHECKPOINTS.c.number)
        async with self._database.read() as connection:
            return [Checkpoint(*one) for one in await connection.execute(wanted)]

    async def last_checkpoint(self) -> Checkpoint | None:
        """The newest one."""
        async with self._database.read() as connection:
            newest = await connection.execute(select(CHECKPOINTS).order_by(CHECKPOINTS.c.number.desc()).limit(1))
            one = newest.first()
        return Checkpoint(*one) if one else None

    async def keys(self) -> list[KeyRotation]:
        """The signing keys in the order in which they were introduced."""
        async with self._database.read() as connection:
            found = await connection.execute(select(KEYS).order_by(KEYS.c.number))
            return [KeyRotation(key, signature) for _, key, signature in found]

    async def add_key(self, number: int, rotation: KeyRotation) -> None:
        """Keep a signing key as the one of a number.

        Raises:
            Conflict: there is one of that number.
        """
        values = {"number": number, "public_key": rotation.public_key, "signature": rotation.signature}
        async with self._database.write() as connection:
            await connection.execute(KEYS.insert().values(values))


def _filtered(which: Filter) -> Select[Any]:
    """Rows that a filter lets through."""
    wanted = select(*(EVENTS.c[name] for name in _ROW))
    if which.chains:
        wanted = wanted.where(EVENTS.c.chain.in_(which.chains))
    if which.kinds:
        wanted = wanted.where(EVENTS.c.kind.in_(which.kinds))
    if which.request_id:
        wanted = wanted.where(EVENTS.c.request_id == which.request_id)
    if which.entity:  # the body is canonical JSON, and names of entities need no escape in it
        wanted = wanted.where(EVENTS.c.body.contains(f'"entity":"{which.entity}"', autoescape=True))
    if which.from_us is not None:
        wanted = wanted.where(EVENTS.c.at_us >= which.from_us)
    return wanted if which.to_us is None else wanted.where(EVENTS.c.at_us < which.to_us)
