"""How a tenant's keys change: onboarding, rotation, revocation, unsealing.

Laws: nothing is written before the key service has wrapped and unwrapped; each change is one transaction, so that a
process that dies leaves the old state or the new one, with exactly one active version; of two replicas, one wins.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gateway.errors.kms import KeyRevoked, KeyUnavailable, KmsError, KmsVerifyFailed
from gateway.errors.tenant_keys import NoKmsConfig, NotSealed, RotationRefused, UnsealFailed
from gateway.kms.provider import KEY_BYTES, KeyContext, probe
from gateway.kms.sealed import SealReason, SealState
from gateway.stores.tables.key_tables import ACTIVE
from gateway.stores.tables.keys import KeyVersion, KmsConfig, Wrapping
from gateway.tenant_keys.keyring import TenantKeyring
from gateway.tenant_keys.revocations import UNSEALED
from gateway.tenant_keys.wrapping import Chosen, WrapMethod

Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Onboarding:
    """What a tenant asks for."""

    method: WrapMethod
    provider: str
    key_ref: str
    config: Mapping[str, str]
    rotate_every_days: int = 0


class KeyLifecycle:
    """Changes to tenants' keys.

    Args:
        step: told before each step; for tests that kill the process there.
    """

    def __init__(self, keyring: TenantKeyring, step: Step = lambda _: None) -> None:
        self._keyring, self._store, self._step = keyring, keyring.store, step

    async def needs_replacing(self, tenant_id: str) -> bool:
        """Whether a configuration of a key service is in force, so that an onboarding would replace it."""
        config = await self._store.config(tenant_id)
        return config is not None and config.wrapping.method != WrapMethod.GLOBAL.value

    async def onboard(self, tenant_id: str, asked: Onboarding) -> KeyVersion:
        """Put a configuration in force, with a new version of the key.

        Raises:
            KmsConfigInvalid, StaticCredentialRefused: it cannot be used.
            KmsVerifyFailed: the probe failed; nothing was written.
            Conflict: another was first, or another tenant uses that key or identity.
        """
        chosen = self._keyring.wrappings.choose(tenant_id, asked.method, asked.provider, asked.key_ref, asked.config)
        versions = await self._store.versions(tenant_id)
        expected = next((one.version for one in versions if one.status == ACTIVE), 0)
        version = max((one.version for one in versions), default=0) + 1
        self._step("probe")
        verified = False
        try:
            provider = self._keyring.wrappings.provider(tenant_id, chosen.wrapping)
            sample = secrets.token_bytes(KEY_BYTES)
            await probe(provider, KeyContext(tenant_id, version, "probe"), sample)
            verified = True
        except KmsError:
            pass
        if not verified:
            raise KmsVerifyFailed
        config = _config(chosen, asked.rotate_every_days)
        return await self._advance(tenant_id, chosen.wrapping, expected, version, config)

    async def rotate(self, tenant_id: str) -> KeyVersion:
        """A new version under the configuration in force; what older ones sealed is sealed anew, by and by.

        Raises:
            RotationRefused: the tenant is sealed, here or in another replica.
            Conflict: another was first.
            KmsError: the key service failed; nothing was written.
        """
        if self._keyring.ring.seals.state(tenant_id)[0] is not SealState.OPEN:
            raise RotationRefused
        active = (await self._keyring.versions(tenant_id))[0]
        versions = await self._store.versions(tenant_id)
        config = await self._store.config(tenant_id)
        if config is not None and config.sealed_since is not None:  # by another replica
            raise RotationRefused
        wrapping = active.wrapping if config is None else config.wrapping
        return await self._advance(tenant_id, wrapping, active.version, max(one.version for one in versions) + 1, None)

    async def revoke(self, tenant_id: str, version: int) -> None:
        """Erase a version for good; of the active one the tenant is sealed until a new onboarding.

        Raises:
            NotFound, Conflict: there is no such version, or it is revoked already.
        """
        self._step("revoke")
        await self._store.revoke(tenant_id, version, self._keyring.now())
        self._step("revoked")
        await self._keyring.changed(tenant_id, revoked=version)

    async def unseal(self, tenant_id: str) -> None:
        """Try to unseal.

        Raises:
            NoKmsConfig, NotSealed: there is nothing to do.
            UnsealFailed: the key service still refuses, or does not answer.
            KeyRevoked: sealed for good.
        """
        config = await self._store.config(tenant_id)
        if config is None:
            raise NoKmsConfig
        seals = self._keyring.ring.seals
        # Another replica may be the one that is sealed, or it is not known yet here: look.
        if seals.state(tenant_id)[0] is SealState.OPEN and await self._is_open(tenant_id):
            if config.sealed_since is None:
                raise NotSealed
            await self._store.note_seal(tenant_id, None, "", self._keyring.now())
            await self._keyring.revocations.say(tenant_id, UNSEALED)
            return
        failure: UnsealFailed | None = None
        try:
            await seals.unseal(tenant_id)
        except KeyRevoked:
            raise
        except KeyUnavailable:
            failure = UnsealFailed(param=SealReason.UNREACHABLE.value)
        except KmsError:
            failure = UnsealFailed(param=SealReason.DENIED.value)
        if failure is not None:
            raise failure
        await self._keyring.settle()
        await self._store.note_seal(tenant_id, None, "", self._keyring.now())

    async def _is_open(self, tenant_id: str) -> bool:
        try:
            _, lease = await self._keyring.active(tenant_id)
        except KeyRevoked:
            raise
        except KmsError:
            return False
        with lease:
            return True

    async def _advance(
        self, tenant_id: str, wrapping: Wrapping, expected: int, version: int, config: KmsConfig | None
    ) -> KeyVersion:
        self._step("wrap")
        new = await self._keyring.add_version(tenant_id, wrapping, version)
        self._step("write")
        added = await self._store.advance(tenant_id, new, expected, self._keyring.now(), config)
        self._step("written")
        await self._keyring.changed(tenant_id)
        if config is not None:
            self._keyring.ring.reconfigured(tenant_id)
        return added


def _config(chosen: Chosen, rotate_every_days: int) -> KmsConfig:
    return KmsConfig(chosen.wrapping, chosen.identity, chosen.exclusive_key, rotate_every_days, None, None, "")
