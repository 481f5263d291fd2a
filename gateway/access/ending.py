"""What is open ends when the key that it came with is revoked, or its tenant is suspended or closed."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import suppress

from gateway.access.book import AccessBook
from gateway.auth.capability import KeyKind
from gateway.errors import AuthenticationError, GatewayError
from gateway.errors.kms import TenantSealed
from gateway.open_requests import OpenRequests
from gateway.stores.tables.tenants import TenantStatus


class Ending:
    """Looks at what is open of each tenant about whom something changed, in this replica."""

    def __init__(self, book: AccessBook, requests: OpenRequests) -> None:
        self._book, self._requests = book, requests
        self._tasks: set[asyncio.Task[None]] = set()
        book.attach(self.heard)

    def heard(self, tenants: Collection[str]) -> None:
        """These changed."""
        for tenant in tenants:
            if self._requests.key_ids(tenant):
                task = asyncio.create_task(self._look(tenant))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _look(self, tenant: str) -> None:
        status = self._book.status(tenant)
        if status is not TenantStatus.ACTIVE:
            # As a new request would be answered.
            self._requests.cut(tenant, AuthenticationError if status is TenantStatus.DELETED else TenantSealed)
            return
        for key_id in self._requests.key_ids(tenant):
            with suppress(GatewayError):
                grant = await self._book.find(key_id)
                # A key for one request is spent by the very request that is open.
                if grant is None or (grant.revoked and grant.record.kind is not KeyKind.ONESHOT):
                    self._requests.cut(tenant, AuthenticationError, key_id=key_id)
