"""Every provider through its real SDK, against a server on this machine that speaks its protocol."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

import pytest

from gateway.errors.kms import KeyUnavailable
from gateway.kms.aws import AwsProvider
from gateway.kms.azure import AzureProvider
from gateway.kms.gcp import GcpProvider
from gateway.kms.local import LocalProvider
from gateway.kms.provider import KeyContext, KeyProvider, Surroundings
from tests.fakes import kms_aws, kms_azure, kms_gcp
from tests.fakes.kms_aws import FakeAws
from tests.fakes.kms_azure import FakeAzure
from tests.fakes.kms_faults import DEADLINE, FakeService
from tests.fakes.kms_gcp import FakeGcp


@dataclass
class Case:
    """A provider and the service behind it."""

    name: str
    provider: KeyProvider
    service: FakeService


@pytest.fixture
async def aws() -> AsyncIterator[FakeAws]:
    async with FakeAws() as fake:
        yield fake


@pytest.fixture
async def gcp() -> AsyncIterator[FakeGcp]:
    async with FakeGcp() as fake:
        yield fake


@pytest.fixture
async def azure() -> AsyncIterator[FakeAzure]:
    async with FakeAzure() as fake:
        yield fake


async def ready(provider: KeyProvider) -> KeyProvider:
    """Once it has been called: an SDK loads its data with the first call, which on a busy machine takes longer than the
    deadlines that are looked at here."""
    for _ in range(5):
        with suppress(KeyUnavailable):
            await provider.wrap(bytes(32), KeyContext("warm", 1))
            break
    return provider


@pytest.fixture(params=["aws", "gcp", "azure"])
async def cloud(request: pytest.FixtureRequest) -> AsyncIterator[Case]:
    """A provider with a service that can fail."""
    if request.param == "aws":
        async with FakeAws() as amazon:
            one = AwsProvider(kms_aws.CONFIG, deadline_seconds=DEADLINE, endpoints=amazon.endpoints)
            yield Case("aws", await ready(one), amazon)
            await one.close()
    elif request.param == "gcp":
        async with FakeGcp() as google:
            other = GcpProvider(kms_gcp.CONFIG, deadline_seconds=DEADLINE, endpoints=google.endpoints)
            yield Case("gcp", await ready(other), google)
            await other.close()
    else:
        async with FakeAzure() as microsoft:
            surroundings = Surroundings(deadline_seconds=DEADLINE)
            third = AzureProvider(kms_azure.CONFIG, surroundings, endpoints=microsoft.endpoints)
            yield Case("azure", await ready(third), microsoft)
            await third.close()


@pytest.fixture
def local() -> LocalProvider:
    return LocalProvider("local:dev", bytes(range(32)))
