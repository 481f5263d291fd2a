"""`operator_kms`: tenants whose keys hang on the operator's key, through the real SDK, on a database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.control import wrap_options
from gateway.errors import ConfigurationError
from gateway.errors.kms import KeyCorrupt, KmsVerifyFailed, TenantSealed
from gateway.kms.aws import AwsConfig, AwsProvider
from gateway.kms.provider import KeyContext, KeyProvider, ProviderConfig, Surroundings
from gateway.kms.ring import OWN_TTL_SECONDS
from gateway.observe.events import ControlEvents
from gateway.settings import Settings
from gateway.settings.keys import KeySettings
from gateway.stores.opened import Places, Stores, open_stores
from gateway.tenant_keys.lifecycle import Onboarding
from gateway.tenant_keys.opened import TenantKeys, open_tenant_keys
from gateway.tenant_keys.wrapping import WrapMethod, WrapOptions
from gateway.vault.keys import Purpose
from tests.fakes import kms_aws
from tests.fakes.kms_aws import FakeAws
from tests.fakes.kms_faults import DEADLINE, Fault
from tests.fakes.replicas import MASTER, now

OPERATORS = Onboarding(WrapMethod.OPERATOR, "", "", {})


def options(**changes: object) -> WrapOptions:
    config = kms_aws.CONFIG
    given = {
        "operator_provider": "aws",
        "operator_key_ref": config.key_ref,
        "operator_config": config.public(),
        "call_seconds": DEADLINE,
        "allow_local_provider": True,
    }
    return wrap_options(Settings(keys=KeySettings(**{**given, **changes})))


@asynccontextmanager
async def opened(folder: Path, aws: FakeAws) -> AsyncIterator[tuple[Stores, TenantKeys]]:
    def opener(provider: str, config: ProviderConfig, surroundings: Surroundings) -> KeyProvider:
        assert isinstance(config, AwsConfig)
        return AwsProvider(config, deadline_seconds=surroundings.deadline_seconds, endpoints=aws.endpoints)

    async with (
        open_stores(Places(folder)) as stores,
        open_tenant_keys(stores, MASTER, ControlEvents(), options(), now, opener=opener) as keys,
    ):
        yield stores, keys


async def test_tenants_share_the_operators_key_and_it_can_be_taken_away(tmp_path: Path, aws: FakeAws) -> None:
    async with opened(tmp_path, aws) as (stores, keys):
        tenants = [(await stores.tenants.create(slug, slug, now())).id for slug in ("a", "b")]
        for tenant in tenants:
            added = await keys.lifecycle.onboard(tenant, OPERATORS)
            assert (added.wrapping.method, added.wrapping.provider) == ("operator_kms", "aws")
            await keys.records.put(tenant, Purpose.SECRET, "x", tenant.encode())
            _, lease = await keys.keyring.active(tenant)
            with lease:
                assert keys.keyring.ring.cache.remaining((tenant, 1)) > OWN_TTL_SECONDS * 0.9
        roots = {bytes((await stores.keys.versions(tenant))[0].wrapped or b"") for tenant in tenants}
        assert len(roots) == 2
        # The context is bound: the key of one does not open for the other.
        version = (await stores.keys.versions(tenants[0]))[0]
        provider = keys.keyring.wrappings.provider(tenants[1], version.wrapping)
        with pytest.raises(KeyCorrupt):
            await provider.unwrap(version.wrapped or b"", KeyContext(tenants[1], 1))
    asked = aws.count("Decrypt")
    async with opened(tmp_path, aws) as (stores, keys):
        for _ in range(3):
            for tenant in tenants:
                assert await keys.records.get(tenant, Purpose.SECRET, "x") == tenant.encode()
        assert aws.count("Decrypt") == asked + 2, "once for each tenant"
        await keys.lifecycle.rotate(tenants[0])
        assert await keys.records.reseal(tenants[0]) == 1
        assert await keys.records.get(tenants[0], Purpose.SECRET, "x") == tenants[0].encode()
        aws.fault = Fault.DENY
        keys.keyring.ring.cache.revoke_where(lambda _: True)
        for tenant in tenants:
            with pytest.raises(TenantSealed):
                await keys.records.get(tenant, Purpose.SECRET, "x")
        with pytest.raises(KmsVerifyFailed):
            await keys.lifecycle.onboard((await stores.tenants.create("c", "c", now())).id, OPERATORS)
        aws.fault = None
        await keys.lifecycle.unseal(tenants[1])
        assert await keys.records.get(tenants[1], Purpose.SECRET, "x") == tenants[1].encode()


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"operator_key_ref": "nonsense"}, "keys.operator_key_ref"),
        ({"operator_config": {"region": "eu-central-1"}}, "role_arn"),
        ({"operator_config": {"secret_access_key": "x"}}, "keys.operator_config"),
    ],
)
def test_a_mistake_of_the_operator_is_told_at_the_start(changes: dict[str, object], where: str) -> None:
    with pytest.raises(ConfigurationError, match=where):
        options(**changes)


def test_there_is_none_unless_it_is_said() -> None:
    assert options(operator_provider="").operator is None
