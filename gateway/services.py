"""Composition root: settings become services, opened and closed in one place. Plain wiring, no rules."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import gateway
import policies
import recognizers
from gateway.access.ending import Ending
from gateway.access.opened import Access, open_access
from gateway.admission import Admission
from gateway.alerts.opened import open_alerts
from gateway.alerts.station import Alerts
from gateway.audit.opened import Audit, open_audit, signing_key
from gateway.control import Control, master_text_of, open_control
from gateway.egress import Egress
from gateway.erasure import Erasure, open_vaults
from gateway.errors import ConfigurationError
from gateway.guardrail import Guardrail
from gateway.inspection.engine import Engine, engine_of, under, with_model
from gateway.inspection.memory import ScanMemory
from gateway.inspection.model import Model
from gateway.ledgers import Ledgers
from gateway.metering.opened import Metering, open_metering
from gateway.models.opened import open_model
from gateway.observe.metrics import Metrics
from gateway.observe.opened import open_tracer
from gateway.observe.tracing import Tracer
from gateway.open_requests import OpenRequests, open_requests
from gateway.pool import Pool, Provider, open_pool
from gateway.readings import Rooms, reading
from gateway.reload import Engines
from gateway.settings import Settings
from gateway.settings.stores import StoreSettings
from gateway.stores.opened import Places, Stores, open_stores
from gateway.stores.tables.canary_epochs import CanaryEpochs
from gateway.stream.limits import StreamLimits
from gateway.tenant_keys.changes import What
from gateway.tenant_keys.measured import measured
from gateway.tenant_keys.source import TenantTokenKeys
from gateway.tenant_keys.tombstones import graveyard, tombstones_file
from gateway.token_keys import TokenKeySource, local_keys
from gateway.vaults import Vaults
from policies.policy import Policy

FORGETTING = frozenset({What.REVOKED, What.SEALED})
"""Changes of tenants' keys after which nothing that was found before is looked up."""


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that a request needs."""

    settings: Settings
    engines: Engines
    stream_limits: StreamLimits
    pool: Pool
    metrics: Metrics
    admission: Admission
    stores: Stores
    egress: Egress
    token_keys: TokenKeySource
    control: Control
    canary_epochs: CanaryEpochs
    audit: Audit
    access: Access
    metering: Metering
    memory: ScanMemory
    ledgers: Ledgers
    vaults: Vaults
    erasure: Erasure
    open_requests: OpenRequests
    alerts: Alerts
    guardrail: Guardrail
    tracer: Tracer

    @property
    def engine(self) -> Engine:
        """The engine of the policy in force, without any overlay."""
        return self.engines.current


def build_engine(policy_source: str, *, hash_key: bytes | None = None) -> Engine:
    """The engine for a policy; arguments as for `engine_of`.

    Raises:
        ConfigurationError: the policy or a recognizer cannot be used, or the three packages are of different versions.
    """
    if not gateway.__version__ == policies.__version__ == recognizers.__version__:
        raise ConfigurationError(
            "the packages gateway, policies and recognizers are of different versions.",
            cure="Another distribution has taken one of these names: install holdback in an environment of its own.",
        )
    return engine_of(policy_source, hash_key=hash_key, today=today)


def today() -> date:
    """The day, in UTC."""
    return datetime.now(UTC).date()


def hash_key(settings: Settings) -> bytes | None:
    """The key of the action `hash`, when there is one."""
    return settings.hash_key.get_secret_value().encode() if settings.hash_key else None


def check_region(policy: Policy, region: str) -> None:
    """Whether a policy lets an upstream be used.

    Raises:
        ConfigurationError: its region is not among the policy's.
    """
    if not policy.permits_region(region):
        raise ConfigurationError(
            f"the upstream's region is {region or 'not given'}; policy {policy.name} allows "
            f"{', '.join(sorted(policy.regions))}.",
            cure="Set `upstream.region`, or use an upstream that stands there.",
        )


def check_regions(policy: Policy, regions: Iterable[str]) -> None:
    """Whether a policy with an overlay lets any upstream be used; requests go to none of the others.

    Raises:
        ConfigurationError: it does not.
    """
    if not any(policy.permits_region(region) for region in regions):
        source = policy.files[-1] if policy.files else f"policy {policy.name}"
        raise ConfigurationError(f"no upstream stands where {source} allows: {', '.join(sorted(policy.regions))}.")


def stream_limits(settings: Settings) -> StreamLimits:
    """The caps of a stream."""
    limits = settings.limits
    names = [field.name for field in dataclasses.fields(StreamLimits)]
    return StreamLimits(**{name: getattr(limits, name) for name in names})


def places(settings: StoreSettings) -> Places:
    """Where things are kept, as the settings say."""
    database, redis = settings.database_password, settings.redis_password
    return Places(
        Path(settings.data_dir),
        settings.database_url,
        settings.redis_url,
        database.get_secret_value() if database else None,
        redis.get_secret_value() if redis else None,
        settings.database_connections,
    )


@asynccontextmanager
async def _watching(
    settings: Settings, stores: Stores, control: Control, egress: Egress, engines: Engines, metrics: Metrics
) -> AsyncIterator[tuple[Audit, Alerts]]:
    """What records, and what tells people of it."""

    async def retention_days(tenant: str) -> int:
        return engines.policy(tenant).retention_days

    derive = control.master.derive
    async with (
        open_audit(
            settings.audit, stores.database, derive, egress, control.events, retention_days, metrics.record
        ) as audit,
        open_alerts(settings.alerts, stores, control, audit, egress, metrics) as alerts,
    ):
        yield audit, alerts


@asynccontextmanager
async def _hanging_on_keys(
    settings: Settings, control: Control, audit: Audit, memory: ScanMemory
) -> AsyncIterator[OpenRequests]:
    """What ends with a tenant's key: what was found in its texts, what is being served; and what is left of it."""
    keyring = control.keys.keyring
    keyring.changes.attach(lambda change: memory.clear() if change.what in FORGETTING else None)
    signing = signing_key(settings.audit, control.master.derive)
    async with (
        graveyard(tombstones_file(settings), signing, await audit.store.keys(), keyring),
        open_requests(keyring, control.events, sealed_seconds=settings.keys.sealed_stream_seconds) as requests,
    ):
        yield requests


def _engines(
    settings: Settings,
    first: Engine | None,
    model: Model | None,
    providers: Sequence[Provider],
    metrics: Metrics,
    guardrail: Guardrail,
) -> Engines:
    """What inspects, by the policy in the settings and the overlays on it."""

    def ready(engine: Engine) -> Engine:
        for provider in providers:
            check_region(engine.policy, provider.region)
        guardrail.check(engine.policy)
        return with_model(engine, model) if model else engine

    def load() -> Engine:
        return ready(build_engine(settings.policy, hash_key=hash_key(settings)))

    def build(policy: Policy) -> Engine:
        check_regions(policy, [provider.region for provider in providers])
        guardrail.check(policy)
        made = under(policy, hash_key=hash_key(settings), today=today)
        return with_model(made, model) if model else made

    return Engines(ready(first) if first else None, load, build, metrics, settings.policy_overlays)


@asynccontextmanager
async def open_services(settings: Settings, engine: Engine | None = None) -> AsyncIterator[Services]:
    """Open everything, and close it at the end.

    Args:
        settings: of the process.
        engine: one that is built already; else the policy in the settings says which.

    Raises:
        ConfigurationError: something cannot be used.
    """
    metrics = Metrics()
    async with (
        open_model(
            settings.tier3, metrics.model.scanned
        ) as model,  # before any key: what a worker is started from holds none
        open_tracer(settings.tracing.options(), metrics.traces) as tracer,
        open_stores(places(settings.stores)) as stores,
        Egress(frozenset(settings.egress.open_origins), total_seconds=settings.egress.total_seconds) as egress,
        open_pool(settings) as pool,
        AsyncExitStack() as closing,
        open_control(settings, stores, egress, measured(metrics.keys)) as control,
    ):
        guardrail = Guardrail(egress, settings.guardrail)
        engines = _engines(settings, engine, model, list(pool.providers.values()), metrics, guardrail)
        admission = Admission(settings.limits.streams, metrics)
        watching = _watching(settings, stores, control, egress, engines, metrics)
        audit, alerts = await closing.enter_async_context(watching)
        memory = ScanMemory(secrets.token_bytes(32))
        requests = await closing.enter_async_context(_hanging_on_keys(settings, control, audit, memory))
        access = await closing.enter_async_context(open_access(settings, stores, control))
        Ending(access.book, requests)
        metering = await closing.enter_async_context(open_metering(settings, stores, control.master, audit, metrics))
        await closing.enter_async_context(engines.watched(settings.policy_reload_seconds))
        rooms = Rooms(admission, control, audit, memory, access, metering, engines, alerts, model)
        await closing.enter_async_context(reading(metrics, rooms, settings))
        yield Services(
            settings,
            engines,
            stream_limits(settings),
            pool,
            metrics,
            admission,
            stores,
            egress,
            TenantTokenKeys(control.keys.keyring, local_keys(master_text_of(settings))),
            control,
            CanaryEpochs(stores.database),
            audit,
            access,
            metering,
            memory,
            *open_vaults(settings, stores, control, audit.keys, audit.log),
            requests,
            alerts,
            guardrail,
            tracer,
        )
