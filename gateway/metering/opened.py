"""The metering of a process, opened and closed in one place."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from gateway.audit.opened import Audit
from gateway.metering.desk import Desk
from gateway.metering.leases import Leases
from gateway.metering.ledger import UsageLedger
from gateway.metering.notes import Notes
from gateway.observe.metrics import Metrics
from gateway.settings import Settings
from gateway.settings.budgets import rules_of
from gateway.stores.master import MasterKey
from gateway.stores.opened import Stores


@dataclass(frozen=True, slots=True)
class Metering:
    """What lets in, and what writes down."""

    desk: Desk
    ledger: UsageLedger


@asynccontextmanager
async def open_metering(
    settings: Settings, stores: Stores, master: MasterKey, audit: Audit, metrics: Metrics
) -> AsyncIterator[Metering]:
    """Open it, and keep it while the block runs; what was noted is written before it ends.

    Args:
        settings: of the process.
        stores: where it counts and writes.
        master: of the installation.
        audit: the record.
        metrics: of the process.

    Raises:
        ConfigurationError: rules or price book cannot be used.
    """
    own = settings.budgets
    rules, book = rules_of(own, settings.rates, settings.stream_limits), own.book()
    async with (
        UsageLedger(stores.usage, master.derive("usage people"), metrics, retention_days=own.retention_days) as ledger,
        Leases(stores.meter, ledger, metrics) as leases,
    ):
        desk = Desk(
            rules,
            book,
            stores.meter,
            stores.usage,
            ledger,
            leases,
            Notes(audit.log.note, metrics),
            unpriced=own.unpriced == "allow",
            fails_open=own.when_unavailable == "open",
            output_tokens=own.output_tokens,
            prompt_tokens=own.prompt_tokens,
        )
        yield Metering(desk, ledger)
