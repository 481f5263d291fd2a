"""Keeps the record over time: checkpoints, their anchor, pruning, signing keys.

Laws kept here:
1. What is pruned was named before by a signed record in the critical chain, which is never pruned itself.
2. A checkpoint that is made is also anchored; one that cannot be anchored is anchored later, and is seen in `behind`.
3. Two replicas may try at once: the number of a checkpoint is taken by one of them.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.audit.checkpoint import Checkpoint, from_line, public_bytes, rotate, sign_checkpoint, to_line
from gateway.audit.event import AuditEvent, Kind
from gateway.audit.log import AuditLog
from gateway.errors import ConfigurationError, GatewayError
from gateway.errors.stores import Conflict
from gateway.observe.log import describe, logger
from gateway.stores.tables.audit import AuditStore

RETENTION_DAYS_RANGE = (30, 365)
_DAY_US = 86_400 * 1_000_000


class Anchor(Protocol):
    """Where checkpoints are kept out of reach of who keeps the database."""

    async def put(self, checkpoint: Checkpoint) -> None:
        """Keep one; raises OSError or a `GatewayError` when it is not kept."""


class FileAnchor:
    """Lines in a file that is only appended to; best on a medium that allows nothing else."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def put(self, checkpoint: Checkpoint) -> None:
        """Append a line, and have it on the disk."""
        await asyncio.to_thread(self._append, to_line(checkpoint))

    def _append(self, line: str) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, line.encode() + b"\n")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def read(self) -> list[Checkpoint]:
        """What is kept.

        Raises:
            OSError, ValueError: it cannot be read.
        """
        lines = self._path.read_text(encoding="utf-8").splitlines()
        return [from_line(json.loads(line)) for line in lines if line.strip()]


class Keeper:
    """One a process; `keep` runs it for ever."""

    def __init__(
        self,
        store: AuditStore,
        log: AuditLog,
        signing_key: Ed25519PrivateKey,
        anchor: Anchor | None = None,
        *,
        retention_days: Callable[[str], Awaitable[int]] | None = None,
    ) -> None:
        self._store, self._log, self._key, self._anchor = store, log, signing_key, anchor
        self._retention_days = retention_days
        self._unanchored: list[Checkpoint] = []

    @property
    def behind(self) -> int:
        """Checkpoints that are not anchored yet."""
        return len(self._unanchored)

    async def begin(self) -> None:
        """Introduce the signing key, where it is the first.

        Raises:
            ConfigurationError: the record was signed by another key, and this one was never introduced.
        """
        known = await self._store.keys()
        own = public_bytes(self._key)
        if not known:
            try:
                await self._store.add_key(1, rotate(self._key, own))
            except Conflict:
                known = await self._store.keys()
        if known and known[-1].public_key != own:
            raise ConfigurationError(
                "the audit's signing key is not the one that signed last.",
                cure="Configure that key, or introduce this one with `holdback audit rotate-key`.",
            )

    async def rotate_key(self, old: Ed25519PrivateKey) -> None:
        """Introduce this keeper's key by the one before it.

        Raises:
            ConfigurationError: `old` is not the one that signed last.
        """
        known = await self._store.keys()
        if not known or known[-1].public_key != public_bytes(old):
            raise ConfigurationError("the old signing key is not the one that signed last.")
        await self._store.add_key(len(known) + 1, rotate(old, public_bytes(self._key)))
        await self._log.record(_event(Kind.AUDIT, outcome="key_rotated", public_key=public_bytes(self._key).hex()))

    async def checkpoint(self) -> Checkpoint | None:
        """Sign the heads of all chains; None when another replica did just that."""
        before = await self._store.last_checkpoint()
        heads, starts = await self._store.heads()
        made = sign_checkpoint(self._key, before, heads, starts, time.time_ns() // 1000)
        try:
            await self._store.add_checkpoint(made)
        except Conflict:
            return None
        self._unanchored.append(made)
        await self._anchor_all()
        return made

    async def _anchor_all(self) -> None:
        if self._anchor is None:
            self._unanchored.clear()
            return
        while self._unanchored:
            try:
                await self._anchor.put(self._unanchored[0])
            except (OSError, GatewayError) as error:
                logger().error("audit_anchor_failed", behind=len(self._unanchored), **describe(error))
                return
            self._unanchored.pop(0)

    async def prune(self, chain: str, days: int) -> int:
        """Prune an ordinary chain; how many rows went.

        Args:
            chain: a tenant's, or the system's.
            days: what is younger stays; 30 to 365.

        Raises:
            ValueError: a critical chain, or days out of range.
        """
        low, high = RETENTION_DAYS_RANGE
        if chain.endswith("!critical") or not low <= days <= high:
            raise ValueError("ordinary chains only, and 30 to 365 days")
        last = await self._store.prunable(chain, time.time_ns() // 1000 - days * _DAY_US)
        if last is None:
            return 0
        await self._log.record(_event(Kind.PRUNE, tenant=chain, chain=chain, up_to=last.seq, hash=last.hash.hex()))
        return await self._store.prune(last)

    async def keep(self, checkpoint_seconds: float, prune_seconds: float = 86_400) -> None:
        """Make checkpoints, and prune by the retention of each tenant, until cancelled."""
        prune_at = time.monotonic() + prune_seconds
        while True:
            await asyncio.sleep(checkpoint_seconds)
            try:
                await self.checkpoint()
                if time.monotonic() >= prune_at:
                    prune_at = time.monotonic() + prune_seconds
                    await self._prune_all()
            except GatewayError as error:
                logger().error("audit_keeping_failed", **describe(error))

    async def _prune_all(self) -> None:
        if self._retention_days is None:
            return
        heads, _ = await self._store.heads()
        for head in heads:
            if not head.chain.endswith("!critical"):
                await self.prune(head.chain, await self._retention_days(head.chain))


def _event(kind: Kind, tenant: str = "system", **fields: str | int) -> AuditEvent:
    return AuditEvent(kind, tenant, time.time_ns() // 1000, "", fields)
