"""Keeps the record over time: checkpoints, their anchors, pruning, signing keys.

Laws kept here:
1. What is pruned was named before by a signed record in the critical chain, which is never pruned itself.
2. Every checkpoint is anchored, whichever replica made it; what cannot be anchored now is anchored later (`behind`).
3. Two replicas may try at once: the number of a checkpoint is taken by one of them.
4. A record that is shorter than the last checkpoint or anchor saw is told of at once (`audit.record_behind`): rows were
   cut off, or an older state was restored.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.audit.anchors import Anchor
from gateway.audit.chain import Head
from gateway.audit.checkpoint import Checkpoint, public_bytes, rotate, sign_checkpoint, sign_pruning
from gateway.audit.event import AuditEvent, Kind, Value
from gateway.audit.log import AuditLog
from gateway.errors import ConfigurationError, GatewayError
from gateway.errors.stores import Conflict
from gateway.observe.events import ControlEvent
from gateway.observe.log import describe, logger
from gateway.stores.tables.audit import AuditStore

RETENTION_DAYS_RANGE = (30, 365)
_DAY_US = 86_400 * 1_000_000


class Keeper:
    """One a process; `keep` runs it for ever.

    Args:
        store, log: of the record.
        signing_key: the operator's.
        anchors: where checkpoints are kept besides.
        retention_days: how long a tenant's ordinary events are kept; without it nothing is pruned.
        tell: of what an operator should know; ids and numbers only.
    """

    def __init__(
        self,
        store: AuditStore,
        log: AuditLog,
        signing_key: Ed25519PrivateKey,
        anchors: Sequence[Anchor] = (),
        *,
        retention_days: Callable[[str], Awaitable[int]] | None = None,
        tell: Callable[[ControlEvent], None] = lambda _: None,
    ) -> None:
        self._store, self._log, self._key, self._tell = store, log, signing_key, tell
        self._retention_days = retention_days
        self._anchored: list[tuple[Anchor, Checkpoint | None]] = [(anchor, None) for anchor in anchors]
        self._seen: Checkpoint | None = None
        self._failing: set[int] = set()

    @property
    def behind(self) -> int:
        """Anchors that do not have the newest checkpoint."""
        return sum(1 for _, last in self._anchored if last != self._seen)

    async def begin(self) -> None:
        """Introduce the signing key, where it is the first; compare the record with its anchors.

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
        self._seen = await self._store.last_checkpoint()
        for place, (anchor, _) in enumerate(self._anchored):
            try:
                last = await anchor.last()
            except GatewayError as error:
                self._anchor_failed(place, error)
                continue
            # A new anchor begins with the newest checkpoint: it names all chains as they stand.
            self._anchored[place] = anchor, last
            if last is not None:
                await self._compare(last)

    async def _compare(self, anchored: Checkpoint) -> None:
        """Say so, when the record is not the one that was anchored, or has not come as far."""
        own = [one for one in await self._store.checkpoints(anchored.number - 1) if one.number == anchored.number]
        if [one.digest for one in own] != [anchored.digest]:
            self._behind("older_than_anchor", anchored.number)

    def _behind(self, reason: str, checkpoint: int, chain: str = "") -> None:
        logger().error("audit_record_behind", reason=reason, checkpoint=checkpoint, chain=chain)
        details: dict[str, str | int] = {"reason": reason, "checkpoint": checkpoint, "chain": chain}
        self._tell(ControlEvent("audit.record_behind", "", resource="audit", details=details))

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
        """Sign the heads of all chains, and anchor what is not anchored yet; None when there was nothing to sign, or
        another replica did just that."""
        before, heads = await self._store.last_checkpoint(), await self._store.heads()
        self._check(before, heads)
        made = None
        if before is None or before.values()["heads"] != {head.chain: [head.seq, head.hash.hex()] for head in heads}:
            made = sign_checkpoint(self._key, before, heads, time.time_ns() // 1000)
            try:
                await self._store.add_checkpoint(made)
            except Conflict:
                made = None
        self._seen = await self._store.last_checkpoint()
        for place in range(len(self._anchored)):
            await self._anchor(place)
        return made

    def _check(self, before: Checkpoint | None, heads: Sequence[Head]) -> None:
        """Whether the record has all that was seen of it."""
        if self._seen is not None and (before is None or before.number < self._seen.number):
            self._behind("checkpoints_missing", self._seen.number)
        if before is not None:
            now = {head.chain: head.seq for head in heads}
            for chain, (seq, _) in before.values()["heads"].items():
                if now.get(chain, 0) < seq:
                    self._behind("end_cut_off", before.number, chain)

    async def _anchor(self, place: int) -> None:
        anchor, last = self._anchored[place]
        try:
            missing = await self._store.checkpoints(last.number) if last else [one for one in [self._seen] if one]
            for one in missing:
                await anchor.put(one)
                self._anchored[place] = anchor, one
        except GatewayError as error:
            self._anchor_failed(place, error)
            return
        if place in self._failing:
            self._failing.discard(place)
            self._tell(ControlEvent("audit.anchor_recovered", "", resource="audit"))

    def _anchor_failed(self, place: int, error: GatewayError) -> None:
        logger().error("audit_anchor_failed", **describe(error))
        if place not in self._failing:
            self._failing.add(place)
            self._tell(ControlEvent("audit.anchor_failed", "", resource="audit", details={"code": error.code}))

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
        signed = sign_pruning(self._key, last)
        fields: dict[str, Value] = {"chain": chain, "up_to": last.seq, "hash": last.hash.hex()}
        fields |= {"signing_key": signed.signing_key, "signature": signed.signature.hex()}
        await self._log.record(_event(Kind.PRUNE, chain, **fields))
        return await self._store.prune(signed)

    async def keep(self, checkpoint_seconds: float, prune_seconds: float = 86_400) -> None:
        """Make checkpoints, and prune by the retention of each tenant, until cancelled; the first time soon after the
        start, since a process may not live for a day."""
        prune_at = time.monotonic()
        while True:
            await asyncio.sleep(checkpoint_seconds)
            try:
                await self.checkpoint()
                if time.monotonic() >= prune_at:
                    prune_at = time.monotonic() + prune_seconds
                    await self.prune_all()
            except Exception as error:  # noqa: BLE001 - it must go on keeping
                logger().error("audit_keeping_failed", **describe(error))

    async def prune_all(self) -> int:
        """Prune every ordinary chain by its tenant's retention; how many rows went."""
        if self._retention_days is None:
            return 0
        low, high = RETENTION_DAYS_RANGE
        gone = 0
        for head in await self._store.heads():
            if not head.chain.endswith("!critical"):
                days = await self._retention_days(head.chain)
                gone += await self.prune(head.chain, min(max(days, low), high))
        return gone


def _event(kind: Kind, tenant: str = "system", **fields: Value) -> AuditEvent:
    return AuditEvent(kind, tenant, time.time_ns() // 1000, "", fields)
