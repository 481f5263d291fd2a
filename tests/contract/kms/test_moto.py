"""AWS once more, against moto: somebody else's idea of STS and KMS. It refuses less than AWS does; see `kms_aws.py`."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from moto.server import ThreadedMotoServer

from gateway.errors.kms import KeyCorrupt
from gateway.kms.aws import AwsConfig, AwsEndpoints, AwsProvider
from gateway.kms.provider import KeyContext

REGION = "eu-central-1"


@pytest.fixture(scope="module")
def moto_url() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


async def test_a_key_goes_there_and_back(moto_url: str) -> None:
    kms = boto3.client(
        "kms", region_name=REGION, endpoint_url=moto_url, aws_access_key_id="testing", aws_secret_access_key="testing"
    )
    arn = kms.create_key()["KeyMetadata"]["Arn"]
    config = AwsConfig(arn, REGION, "arn:aws:iam::123456789012:role/holdback", "7b0f1f2e-3d4c-4b5a-8978-695a4b3c2d1e")
    provider = AwsProvider(config, deadline_seconds=10, endpoints=AwsEndpoints(moto_url, moto_url))
    key, context = bytes(range(32)), KeyContext("acme", 1)
    wrapped = await provider.wrap(key, context)
    assert await provider.unwrap(wrapped, context) == key
    with pytest.raises(KeyCorrupt):
        await provider.unwrap(wrapped, KeyContext("acme", 2))
    kms.close()
