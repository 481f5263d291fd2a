"""What a key provider is: wraps and unwraps 32 bytes with a key that never leaves its service.

One module per provider, found by the name in the configuration: `open_provider("aws", ...)` imports `gateway.kms.aws`.
Such a module holds `read(key_ref, config, tenant) -> ProviderConfig` (strict, no network) and
`open_configured(config, surroundings) -> KeyProvider` (imports its SDK late: each is an extra).

Laws of all providers:

1. `unwrap` always asks the service. What a provider can do with a cached public key proves nothing about the key.
2. Every call ends within `Surroundings.deadline_seconds`, retries and credentials included.
3. Every failure is one of `KeyDenied`, `KeyGone`, `KeyUnavailable`, `KeyCorrupt`, from one table per provider; a bare
   401 or 403 is `KeyDenied`, what is unknown is `KeyUnavailable`. No foreign exception travels, none is in
   `__context__`.
4. The context (tenant, purpose, version) is bound: another context does not unwrap. It is logged by the services, so it
   holds nothing personal.
"""

from __future__ import annotations

import asyncio
import hmac
import importlib
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from gateway.errors.kms import KeyCorrupt, KmsConfigInvalid, KmsError

KEY_BYTES = 32
PROVIDERS = ("aws", "azure", "gcp", "local")


@dataclass(frozen=True, slots=True)
class KeyContext:
    """What a wrapped key belongs to.

    Args:
        tenant: id of the tenant.
        version: key version, from 1.
        purpose: what the key is; the default is a tenant's root.
    """

    tenant: str
    version: int
    purpose: str = "tenant-root"

    def mapping(self) -> dict[str, str]:
        """For services that take names and values (AWS encryption context)."""
        return {"holdback:tenant": self.tenant, "holdback:purpose": self.purpose, "holdback:version": str(self.version)}

    def canonical(self) -> bytes:
        """For services that take bytes; length-prefixed, so that no two contexts have the same."""
        parts = [text.encode() for pair in sorted(self.mapping().items()) for text in pair]
        return b"".join(len(part).to_bytes(2, "big") + part for part in parts)


class KeyProvider(Protocol):
    """One tenant's access to one wrapping key."""

    @property
    def key_ref(self) -> str:
        """The key's name at its service; no secret."""
        ...

    async def wrap(self, key: bytes | bytearray, context: KeyContext) -> bytes:
        """Wraps a key of `KEY_BYTES`. Raises `KmsError`."""
        ...

    async def unwrap(self, wrapped: bytes, context: KeyContext) -> bytearray:
        """The key, in a buffer that the caller wipes. Raises `KmsError`."""
        ...

    async def close(self) -> None:
        """Closes connections. The provider is not used afterwards."""
        ...


class ProviderConfig(Protocol):
    """A configuration that was read: patterns hold, no credential is in it."""

    @property
    def key_ref(self) -> str: ...

    def public(self) -> dict[str, str]:
        """The fields as the API shows and the store keeps them."""
        ...

    def identity(self) -> str:
        """What no two tenants may share: the role, service account or key."""
        ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the program around lends to a provider.

    Args:
        deadline_seconds: how long a call may take, all in all.
        secret: the value of an environment variable by name, or `None`. Only names that a configuration may hold are
            asked for; the value is never kept.
        local_key: the key of the `local` provider, 32 bytes.
        connector: makes an `aiohttp` connector for addresses that a tenant names, which leads to public ones only; None
            for the library's own.
    """

    deadline_seconds: float = 5.0
    secret: Callable[[str], str | None] = field(default=lambda _: None, repr=False)
    local_key: bytes | bytearray | None = field(default=None, repr=False)
    connector: Callable[[], object] | None = field(default=None, repr=False)


def read_config(provider: str, key_ref: str, config: Mapping[str, object], *, tenant: str) -> ProviderConfig:
    """Checks a configuration as it comes from the API.

    Raises:
        KmsConfigInvalid: no such provider, an unknown or missing field, a value that is not of its pattern.
        StaticCredentialRefused: a field or a value that is a long-lived credential.
    """
    if provider not in PROVIDERS:
        raise KmsConfigInvalid(param="provider")
    read: ProviderConfig = importlib.import_module(f"gateway.kms.{provider}").read(key_ref, config, tenant)
    return read


def open_provider(provider: str, config: ProviderConfig, surroundings: Surroundings) -> KeyProvider:
    """A provider for a configuration that was read. Opens no connection yet."""
    if provider not in PROVIDERS:
        raise KmsConfigInvalid(param="provider")
    opened: KeyProvider = importlib.import_module(f"gateway.kms.{provider}").open_configured(config, surroundings)
    return opened


async def imported(*modules: str) -> None:
    """Imports a vendor's library in a thread: it takes a second or so, once, which neither the loop nor a call's
    deadline shall pay."""
    for module in modules:
        if module not in sys.modules:
            await asyncio.get_running_loop().run_in_executor(None, importlib.import_module, module)


async def probe(provider: KeyProvider, context: KeyContext, sample: bytes) -> None:
    """Wraps and unwraps `sample`, 32 random bytes, and compares: what a configuration must pass before it is written.

    Raises:
        KmsError: by which the caller tells denied from unreachable.
    """
    error: KmsError | None = None
    opened = await provider.unwrap(await provider.wrap(sample, context), context)
    if not hmac.compare_digest(opened, sample):
        error = KeyCorrupt()
    opened[:] = bytes(len(opened))
    if error is not None:
        raise error
