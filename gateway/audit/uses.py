"""Notes when rights are used, and keeps the last moment of each in the database, some seconds later."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from gateway.background import in_background
from gateway.errors import GatewayError
from gateway.observe.log import describe, logger
from gateway.stores.tables.access_uses import AccessUseStore, Use

WRITE_SECONDS = 30.0
HOLDERS_MAX = 100_000
DATA_PLANE = "data_plane"
"""The right of a capability key."""


class Uses:
    """One a process. What is lost when it dies is half a minute of "last used"."""

    def __init__(self, store: AccessUseStore) -> None:
        self._store = store
        self._noted: dict[tuple[str, str, str], datetime] = {}

    def note(self, tenant_id: str, holder: str, right: str, now: datetime) -> None:
        """A right was used."""
        if holder and len(self._noted) < HOLDERS_MAX:
            self._noted[tenant_id, holder, right] = now

    async def write(self) -> None:
        """Keep what was noted.

        Raises:
            StoreUnavailable: it is kept the next time.
        """
        noted, self._noted = self._noted, {}
        if not noted:
            return
        try:
            await self._store.put(Use(*name, used_at) for name, used_at in noted.items())
        except GatewayError:
            self._noted = noted | self._noted
            raise

    async def keep(self) -> None:
        """Write, again and again, until cancelled."""
        while True:
            await asyncio.sleep(WRITE_SECONDS)
            await self._tried()

    async def _tried(self) -> None:
        try:
            await self.write()
        except GatewayError as error:
            logger().warning("access_uses_unwritten", **describe(error))


@asynccontextmanager
async def open_uses(store: AccessUseStore) -> AsyncIterator[Uses]:
    """Keep moments while the block runs."""
    uses = Uses(store)
    try:
        async with in_background("access uses", uses.keep()):
            yield uses
    finally:
        await uses._tried()  # noqa: SLF001 - its own
