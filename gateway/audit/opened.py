"""The audit of a process, opened and closed in one place."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from gateway.audit.anchors import open_anchors
from gateway.audit.chain import Head
from gateway.audit.event import FIELDS, SYSTEM, AuditEvent, Kind, Value
from gateway.audit.keeper import Keeper
from gateway.audit.log import AuditKeys, AuditLog, Recorder
from gateway.audit.uses import Uses, open_uses
from gateway.background import in_background
from gateway.egress import Egress
from gateway.errors import ConfigurationError
from gateway.observe.events import ControlEvent, ControlEvents
from gateway.observe.room_metrics import RecordMetrics
from gateway.settings.audit import AuditSettings
from gateway.stores.database import Database
from gateway.stores.tables.access_uses import AccessUseStore
from gateway.stores.tables.audit import AuditStore, Linked


@dataclass(frozen=True, slots=True)
class Audit:
    """What writes, what signs, and what reads."""

    log: AuditLog
    keeper: Keeper
    store: AuditStore
    keys: AuditKeys
    fails_open: bool
    uses: Uses

    def recorder(self, *, tenant: str, request_id: str, user: str = "", ip: str = "") -> Recorder:
        """For the events of one request."""
        return Recorder(self.log, tenant=tenant, request_id=request_id, user=user, ip=ip, fails_open=self.fails_open)

    async def writable(self) -> None:
        """Return when the record can be written, as far as is known; after an outage, that is tried.

        Raises:
            AuditUnavailable: it cannot.
        """
        if self.log.is_out:
            await self.log.record(own_event(outcome="written_again"))


def own_event(**fields: Value) -> AuditEvent:
    """Something that was done to the record or the database as a whole, now."""
    return AuditEvent(Kind.AUDIT, SYSTEM, time.time_ns() // 1000, "", fields)


def erasure(tenant: str, actor: str, count: int) -> AuditEvent:
    """What names a person was erased beside the record of a tenant, or of all (`""`); not whose."""
    fields: dict[str, Value] = {"method": "audit.erase", "actor": actor, "count": count}
    return AuditEvent(Kind.ERASURE, tenant or SYSTEM, time.time_ns() // 1000, "", fields)


def audit_keys(derive: Callable[[str], bytes]) -> AuditKeys:
    """The keys of the record, of the installation's master key."""
    return AuditKeys(derive("audit mac"), derive("audit side"))


def signing_key(settings: AuditSettings, derive: Callable[[str], bytes]) -> Ed25519PrivateKey:
    """The operator's key, or the one that follows from the master key.

    Raises:
        ConfigurationError: the file cannot be read, or holds no Ed25519 key.
    """
    if not settings.signing_key_file:
        return Ed25519PrivateKey.from_private_bytes(derive("audit signing"))
    try:
        key = load_pem_private_key(Path(settings.signing_key_file).read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigurationError(
            "`audit.signing_key_file` holds no Ed25519 key in PEM.",
            cure="Make one with `openssl genpkey -algorithm ed25519`.",
        )
    return key


_KINDS = {
    "rotate": Kind.KEY_ROTATION,
    "revoke": Kind.KEY_REVOCATION,
    "sealed": Kind.SEAL,
    "seal": Kind.SEAL,
    "unsealed": Kind.UNSEAL,
    "unseal": Kind.UNSEAL,
    "erase": Kind.ERASURE,
    "delete": Kind.ERASURE,
    "theft": Kind.THEFT,
}


OUTAGE, RECOVERY = "audit.unavailable", "audit.recovered"
"""Events of the control plane, for alerts: the record cannot be written; it can again (`count`: events that are not in
it). Besides: `audit.anchor_failed`, `audit.anchor_recovered`, `audit.record_behind`."""


def note_control(audit: Audit, event: ControlEvent) -> None:
    """An event of the control plane goes into the record.

    Raises:
        AuditUnavailable: it does not.
    """
    if event.action == OUTAGE:
        return  # that it cannot be written cannot be written; its end is
    own = Kind.AUDIT if event.action.startswith("audit.") else Kind.ADMIN
    kind = _KINDS.get(event.action.rpartition(".")[2], own)
    fields: dict[str, Value] = {"method": event.action, "actor": event.actor, "target": event.resource}
    fields |= {name: value for name, value in event.details.items() if name in FIELDS}
    audit.log.note(AuditEvent(kind, event.tenant_id or SYSTEM, time.time_ns() // 1000, "", fields))


class _Measured(AuditStore):
    """The store, with a watch on what is written."""

    def __init__(self, database: Database, metrics: RecordMetrics) -> None:
        super().__init__(database)
        self._metrics = metrics

    async def append(self, chains: Sequence[str], link: Callable[[dict[str, Head]], list[Linked]]) -> list[Linked]:
        with self._metrics.writing(len(chains)):
            return await super().append(chains, link)


@asynccontextmanager
async def open_audit(
    settings: AuditSettings,
    database: Database,
    derive: Callable[[str], bytes],
    egress: Egress,
    events: ControlEvents,
    retention_days: Callable[[str], Awaitable[int]],
    metrics: RecordMetrics,
) -> AsyncIterator[Audit]:
    """Open the record, and keep it while the block runs; what was noted is written before it ends.

    Args:
        settings: of the record.
        database: that it is in.
        derive: keys of the installation, by purpose.
        egress: the way to an anchor with an address.
        events: of the control plane: go into the record, and tell of the record's own troubles.
        retention_days: of a tenant, or of the system's chain.
        metrics: how long it takes to write.

    Raises:
        ConfigurationError: a key cannot be used, or is not the one that signed last.
    """
    store, keys = AuditStore(database), audit_keys(derive)
    anchors = open_anchors(settings.anchor_file, settings.anchor_url, egress)

    def outage(lost: int) -> None:
        action = OUTAGE if log.is_out else RECOVERY
        events.emit(ControlEvent(action, "", resource="audit", details={"count": lost}))

    async with (
        AuditLog(_Measured(database, metrics), keys, queue_events=settings.queue_events, on_outage=outage) as log,
        AsyncExitStack() as closing,
    ):
        signing = signing_key(settings, derive)
        keeper = Keeper(store, log, signing, anchors, retention_days=retention_days, tell=events.emit)
        uses = await closing.enter_async_context(open_uses(AccessUseStore(database)))
        audit = Audit(log, keeper, store, keys, settings.when_unavailable == "open", uses)
        events.attach(lambda event: note_control(audit, event))
        await keeper.begin()
        async with in_background("audit keeper", keeper.keep(settings.checkpoint_seconds)):
            yield audit
