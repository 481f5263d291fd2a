"""A key service in this process that refuses, vanishes, hangs and counts, as a test says."""

from __future__ import annotations

import asyncio
from collections import Counter

from gateway.errors.kms import KeyDenied, KeyGone, KeyUnavailable, KmsError
from gateway.kms.local import LocalProvider
from gateway.kms.provider import KeyContext, KeyProvider, ProviderConfig, Surroundings

ERRORS: dict[str, type[KmsError]] = {"denied": KeyDenied, "gone": KeyGone, "unavailable": KeyUnavailable}


class FakeKeyService:
    """Opens providers over the local cipher; `faults` are by key reference, `calls` by key reference and operation."""

    def __init__(self) -> None:
        self.faults: dict[str, str] = {}
        self.calls: Counter[tuple[str, str]] = Counter()

    def open(self, provider: str, config: ProviderConfig, surroundings: Surroundings) -> KeyProvider:
        """An `Opener`."""
        assert surroundings.local_key is not None
        return FakeProvider(self, LocalProvider(config.key_ref, surroundings.local_key))

    async def pass_or_fail(self, key_ref: str, operation: str) -> None:
        self.calls[key_ref, operation] += 1
        await asyncio.sleep(0)
        fault = self.faults.get(key_ref)
        if fault is not None:
            raise ERRORS[fault]


class FakeProvider:
    def __init__(self, service: FakeKeyService, inner: LocalProvider) -> None:
        self._service, self._inner = service, inner
        self.key_ref = inner.key_ref

    async def wrap(self, key: bytes | bytearray, context: KeyContext) -> bytes:
        await self._service.pass_or_fail(self.key_ref, "wrap")
        return await self._inner.wrap(key, context)

    async def unwrap(self, wrapped: bytes, context: KeyContext) -> bytearray:
        await self._service.pass_or_fail(self.key_ref, "unwrap")
        return await self._inner.unwrap(wrapped, context)

    async def close(self) -> None:
        """Nothing to close."""
