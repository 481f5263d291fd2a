"""Every provider through its real SDK, against a server on this machine that speaks its protocol."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from gateway.kms.aws import AwsProvider
from gateway.kms.azure import AzureProvider
from gateway.kms.gcp import GcpProvider
from gateway.kms.local import LocalProvider
from gateway.kms.provider import KeyProvider, Surroundings
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


@pytest.fixture(params=["aws", "gcp", "azure"])
async def cloud(request: pytest.FixtureRequest) -> AsyncIterator[Case]:
    """A provider with a service that can fail."""
    if request.param == "aws":
        async with FakeAws() as amazon:
            one = AwsProvider(kms_aws.CONFIG, deadline_seconds=DEADLINE, endpoints=amazon.endpoints)
            yield Case("aws", one, amazon)
            await one.close()
    elif request.param == "gcp":
        async with FakeGcp() as google:
            other = GcpProvider(kms_gcp.CONFIG, deadline_seconds=DEADLINE, endpoints=google.endpoints)
            yield Case("gcp", other, google)
            await other.close()
    else:
        async with FakeAzure() as microsoft:
            surroundings = Surroundings(deadline_seconds=DEADLINE)
            third = AzureProvider(kms_azure.CONFIG, surroundings, endpoints=microsoft.endpoints)
            yield Case("azure", third, microsoft)
            await third.close()


@pytest.fixture
def local() -> LocalProvider:
    return LocalProvider("local:dev", bytes(range(32)))
