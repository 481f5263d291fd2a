"""Tokens of tenants: their keys come from the keyring. See `gateway/token_keys.py`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from gateway.errors.kms import KmsError
from gateway.tenant_keys.keyring import TenantKeyring
from gateway.token_keys import LOCAL_TENANT, Pins, TokenKeySource
from gateway.vault.keys import CipherName, TenantRoot, TokenKeys


class TenantTokenKeys:
    """Implements `TokenKeySource`: the local tenant by the keys of this process, all others by the keyring.

    What it gives are sub-keys of its own for each request: a request never sees them wiped by an eviction.
    """

    def __init__(self, keyring: TenantKeyring, local: TokenKeySource) -> None:
        self._keyring, self._local = keyring, local
        self._pins = Pins()

    async def live(self, tenant: str, cipher: CipherName, scope: str) -> Sequence[TokenKeys]:
        """See `TokenKeySource`.

        Raises:
            TenantSealed, KeyRevoked, RevocationsUnknown, StoreUnavailable.
        """
        if tenant == LOCAL_TENANT:
            return await self._local.live(tenant, cipher, scope)
        keys: list[TokenKeys] = []
        for number, version in enumerate(await self._keyring.versions(tenant)):
            # Without the active version there is nothing; a retired one that cannot be had only restores no more.
            with suppress(*(() if number == 0 else (KmsError,))):
                keys.append(await self._of(tenant, version.version, cipher, scope))
        return self._pins.first(f"{tenant}\0{scope}", keys) if scope else keys

    async def _of(self, tenant: str, version: int, cipher: CipherName, scope: str) -> TokenKeys:
        with await self._keyring.lease(tenant, version) as lease:
            return TokenKeys(TenantRoot(lease.key, tenant, version), cipher=cipher, scope=scope)
