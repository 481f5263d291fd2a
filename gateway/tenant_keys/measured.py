"""Key services with a watch on them: how long each call takes, and how it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from gateway.errors import GatewayError
from gateway.kms.provider import KeyContext, KeyProvider, ProviderConfig, Surroundings, open_provider
from gateway.observe.room_metrics import KeyMetrics
from gateway.tenant_keys.wrapping import Opener


class _Measured:
    """Implements `gateway.kms.provider.KeyProvider`."""

    def __init__(self, name: str, inner: KeyProvider, metrics: KeyMetrics) -> None:
        self._name, self._inner, self._metrics = name, inner, metrics

    @property
    def key_ref(self) -> str:
        return self._inner.key_ref

    async def wrap(self, key: bytes | bytearray, context: KeyContext) -> bytes:
        with self._call("wrap"):
            return await self._inner.wrap(key, context)

    async def unwrap(self, wrapped: bytes, context: KeyContext) -> bytearray:
        with self._call("unwrap"):
            return await self._inner.unwrap(wrapped, context)

    async def close(self) -> None:
        await self._inner.close()

    @contextmanager
    def _call(self, operation: str) -> Iterator[None]:
        outcome = "failed"
        try:
            with self._metrics.seconds.labels(self._name, operation).time():
                yield
            outcome = "ok"
        except GatewayError as error:
            outcome = error.code
            raise
        except asyncio.CancelledError:
            outcome = "cancelled"
            raise
        finally:
            self._metrics.calls.labels(self._name, operation, outcome).inc()


def measured(metrics: KeyMetrics, opener: Opener = open_provider) -> Opener:
    """Open providers as `opener` does, and measure their calls."""

    def opened(name: str, config: ProviderConfig, surroundings: Surroundings) -> KeyProvider:
        return _Measured(name, opener(name, config, surroundings), metrics)

    return opened
