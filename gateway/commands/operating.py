"""How the operator's commands work on the stores of a configuration: what they did is on record."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from gateway.errors import ConfigurationError
from gateway.errors.stores import Conflict, NotFound

if TYPE_CHECKING:
    from gateway.settings import Settings
    from gateway.stores.opened import Stores

_Result = TypeVar("_Result")
ACTOR = "operator"


def on_stores(
    config: Path,
    work: Callable[[Stores], Awaitable[_Result]],
    *,
    conflict: str = "there is one of that name already.",
    acts: Callable[[_Result], tuple[str, str, str]] | None = None,
) -> _Result:
    """Do something with the stores of a configuration.

    Args:
        config: file.
        work: is given the stores.
        conflict: what to say where something is there already.
        acts: of what came of it: the action, the tenant and the id of what it was done to, for the record.

    Raises:
        ConfigurationError: there is no such tenant, or `conflict`.
        StoreUnavailable: the database cannot be reached.
    """
    from gateway import settings
    from gateway.services import places
    from gateway.stores.opened import open_stores

    async def main() -> _Result:
        loaded = settings.load(config)
        async with open_stores(places(loaded.stores)) as stores:
            done = await work(stores)
            if acts is not None:
                await _record(loaded, stores, *acts(done))
            return done

    try:
        return asyncio.run(main())
    except NotFound:
        problem = "there is no such tenant."
    except Conflict:
        problem = conflict
    raise ConfigurationError(problem)


async def _record(loaded: Settings, stores: Stores, action: str, tenant_id: str, target: str) -> None:
    import time

    from gateway.audit.event import SYSTEM, AuditEvent, Kind
    from gateway.audit.log import AuditLog
    from gateway.audit.opened import audit_keys
    from gateway.control import master_key_of
    from gateway.stores.tables.audit import AuditStore

    fields = {"method": action, "actor": ACTOR, "target": target}
    event = AuditEvent(Kind.ADMIN, tenant_id or SYSTEM, time.time_ns() // 1000, "", fields)
    async with AuditLog(AuditStore(stores.database), audit_keys(master_key_of(loaded).derive)) as log:
        await log.record(event)
